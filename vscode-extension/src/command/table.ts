// The one table of commands: what each does, and what the person is told when it fails.
import { commands, Disposable } from 'vscode';
import { startAgent, stopAgent } from './agent';
import { approve } from './approval';
import { theFolder } from './ask';
import { setBudget } from './budget';
import { changeActions } from './change';
import { checkSetup } from './doctor';
import { consolidateDocument, openDocument, splitDocument } from './document';
import { showHistory } from './history';
import { CommandId } from './id';
import { setKey } from './key';
import { newMission } from './mission';
import { editPrompt, editTeam } from './ownFile';
import { Action, folderIn, Parts } from './part';
import { setPhase } from './phase';
import { tell } from './problem';
import { openSample, openWalkthrough } from './sample';
import { openLog } from './server';
import { moveTeam, startTeam, stopTeam } from './team';
import { revert } from './undo';

/** Everything that can be done, by its name; the compiler misses one that package.json and `commandId` have. */
export type Table = Record<CommandId, Action>;

export function commandTable(parts: Parts): Table {
  const { server, map, review, marks, dashboard, log } = parts;
  return {
    'kinos.openWalkthrough': openWalkthrough,
    'kinos.openSample': openSample(parts),
    'kinos.newMission': newMission(parts),
    'kinos.startTeam': (argument) => startTeam(parts, argument),
    'kinos.rehearseTeam': (argument) => startTeam(parts, argument, true),
    'kinos.stopTeam': stopTeam(parts),
    'kinos.pauseTeam': moveTeam(parts, 'pauseTeam'),
    'kinos.resumeTeam': moveTeam(parts, 'resumeTeam'),
    'kinos.startAgent': startAgent(parts),
    'kinos.stopAgent': stopAgent(parts),
    'kinos.showMap': async (argument) => map.show(await theFolder(argument)),
    'kinos.showDashboard': (argument) => dashboard.show(folderIn(argument)),
    'kinos.showHistory': showHistory(parts),
    'kinos.undo': revert(parts, 'undo'),
    'kinos.redo': revert(parts, 'redo'),
    'kinos.editPrompt': editPrompt(parts),
    'kinos.editTeam': editTeam(parts),
    'kinos.setPhase': setPhase(parts),
    'kinos.setBudget': setBudget(parts),
    'kinos.setKey': setKey(parts),
    'kinos.approve': approve(parts),
    'kinos.checkSetup': checkSetup(parts),
    'kinos.openLog': () => openLog(log),
    'kinos.restartServer': () => server.restart(),
    ...changeActions(review),
    'kinos.undoChange': revert(parts, 'undo'),
    'kinos.redoChange': revert(parts, 'redo'),
    'kinos.clearMarks': () => marks.clear(),
    'kinos.openDocument': openDocument,
    'kinos.splitDocument': (document) => splitDocument(server, document),
    'kinos.consolidateDocument': (document) => consolidateDocument(server, document),
  };
}

/** Registers `table`, whose commands code actions and lenses of the server give too. */
export function registerCommands(table: Table, { log }: Parts): Disposable {
  const registered = Object.entries(table).map(([id, action]) =>
    commands.registerCommand(id, (argument?: unknown) => action(argument).catch((error: unknown) => tell(error, log))),
  );
  return Disposable.from(...registered);
}
