// The one table of commands: what each does, and what the person is told when it fails.
import { commands, Disposable, LogOutputChannel } from 'vscode';
import { activeFolder } from '../folder';
import { Dashboard } from '../dashboard/panel';
import { messageOf, showError } from '../log';
import { ProjectMap } from '../map';
import { Picture } from '../picture';
import { Server } from '../server';
import { Review } from '../review';
import { changeActions } from './change';
import { consolidateDocument, openDocument, splitDocument } from './document';
import { CommandId } from './id';
import { startTeam, stopTeam } from './team';

/** What commands work with. */
export interface Parts {
  server: Server;
  picture: Picture;
  map: ProjectMap;
  review: Review;
  dashboard: Dashboard;
  log: LogOutputChannel;
}

/** Does a command. A view or a link may give it one argument, the palette gives it none. It throws what the person is to read. */
export type Action = (argument?: unknown) => Promise<void>;

/** Everything that can be done, by its name; the compiler misses one that package.json and `commandId` have. */
export type Table = Record<CommandId, Action>;

export function commandTable({ server, map, review, dashboard, log }: Parts): Table {
  return {
    'kinos.startTeam': () => startTeam(server, log),
    'kinos.stopTeam': () => stopTeam(server),
    'kinos.showMap': () => map.show(activeFolder()),
    'kinos.showDashboard': () => dashboard.show(),
    'kinos.restartServer': () => server.restart(),
    ...changeActions(review),
    'kinos.openDocument': openDocument,
    'kinos.splitDocument': (document) => splitDocument(server, document),
    'kinos.consolidateDocument': (document) => consolidateDocument(server, document),
  };
}

/** Registers `table`, whose commands code actions and lenses of the server give too. */
export function registerCommands(table: Table, { log }: Parts): Disposable {
  const registered = Object.entries(table).map(([id, action]) =>
    commands.registerCommand(id, (argument?: unknown) =>
      action(argument).catch((error: unknown) => showError(log, messageOf(error))),
    ),
  );
  return Disposable.from(...registered);
}
