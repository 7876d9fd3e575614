// The palette's commands. Each asks the server and says what came of it.
import { commands, Disposable, l10n, LogOutputChannel, ProgressLocation, window } from 'vscode';
import { ResponseError } from 'vscode-languageclient/node';
import { activeFolder } from './folder';
import { messageOf, showError } from './log';
import { ProjectMap } from './map';
import { clientCommand, serverCommand, TeamStart, TeamStarted, TeamStopped, WaitingChange } from './protocol';
import { Server } from './server';
import { rehearse } from './settings';

export const commandId = {
  startTeam: 'kinos.startTeam',
  stopTeam: 'kinos.stopTeam',
  showMap: 'kinos.showMap',
  restartServer: 'kinos.restartServer',
} as const;

export function registerCommands(server: Server, map: ProjectMap, log: LogOutputChannel): Disposable {
  const register = (id: string, action: () => Promise<void>): Disposable =>
    commands.registerCommand(id, () => action().catch((error: unknown) => showError(log, messageOf(error))));
  return Disposable.from(
    register(commandId.startTeam, () => startTeam(server, log)),
    register(commandId.stopTeam, () => stopTeam(server)),
    register(commandId.showMap, () => map.show(activeFolder())),
    register(commandId.restartServer, () => server.restart()),
    commands.registerCommand(clientCommand.rejectChange, (waiting: WaitingChange) =>
      rejectChange(server, waiting).catch((error: unknown) => showError(log, messageOf(error))),
    ),
  );
}

/** Another program is to be the server; one that runs is restarted only if the person says so. */
export async function restartForSettings(server: Server): Promise<void> {
  const restart = l10n.t('Restart Server');
  const question = l10n.t('KinOS uses the other server after a restart, which stops a running team.');
  if (server.state !== 'running' || (await window.showInformationMessage(question, restart)) === restart) {
    await server.restart();
  }
}

async function startTeam(server: Server, log: LogOutputChannel): Promise<void> {
  try {
    await requestStart(server, rehearse());
  } catch (error) {
    if (!lacksKey(error)) {
      throw error;
    }
    const rehearseNow = l10n.t('Rehearse');
    if ((await showError(log, messageOf(error), rehearseNow)) === rehearseNow) {
      await requestStart(server, true);
    }
  }
}

async function requestStart(server: Server, rehearsal: boolean): Promise<void> {
  const start: TeamStart = { ...folderArgument(), ...(rehearsal ? { rehearse: true } : {}) };
  const started = await window.withProgress(
    { location: ProgressLocation.Window, title: l10n.t('KinOS: starting the team') },
    () => server.execute<TeamStarted>(serverCommand.startTeam, start),
  );
  const message = rehearsal
    ? l10n.t('Team {0} started a rehearsal: {1}', started.team, started.reason)
    : l10n.t('Team {0} started: {1}', started.team, started.reason);
  const stop = l10n.t('Stop Team');
  void window.showInformationMessage(message, stop).then((chosen) => {
    if (chosen === stop) {
      void commands.executeCommand(commandId.stopTeam);
    }
  });
}

async function stopTeam(server: Server): Promise<void> {
  const { stopped } = await window.withProgress(
    { location: ProgressLocation.Window, title: l10n.t('KinOS: stopping the team') },
    () => server.execute<TeamStopped>(serverCommand.stopTeam, folderArgument()),
  );
  void window.showInformationMessage(stopMessage(stopped));
}

/** From a code action: the person says why; nothing happens when the question is left. */
async function rejectChange(server: Server, waiting: WaitingChange): Promise<void> {
  const prompt = l10n.t('Why not? The reason reaches the agents.');
  const reason = await window.showInputBox({ title: l10n.t('KinOS: reject a change'), prompt });
  if (reason !== undefined) {
    await server.execute(serverCommand.reject, { ...waiting, reason });
  }
}

function stopMessage(ended: number): string {
  if (ended === 0) {
    return l10n.t('No team was running.');
  }
  return ended === 1
    ? l10n.t('The team is stopped: 1 process ended, none is left.')
    : l10n.t('The team is stopped: {0} processes ended, none is left.', ended);
}

function folderArgument(): { folder?: string } {
  const folder = activeFolder();
  return folder === undefined ? {} : { folder: folder.fsPath };
}

/** The server says so in the error's data; the person can then rehearse instead. */
function lacksKey(error: unknown): boolean {
  return error instanceof ResponseError && (error.data as { kind?: string } | undefined)?.kind === 'no-key';
}
