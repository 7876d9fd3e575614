// Starting and stopping the team.
import { commands, l10n, LogOutputChannel, ProgressLocation, window } from 'vscode';
import { ResponseError } from 'vscode-languageclient/node';
import { activeFolder } from '../folder';
import { messageOf, showError } from '../log';
import { serverCommand, TeamStart, TeamStarted, TeamStopped } from '../protocol';
import { Server } from '../server';
import { rehearse } from '../settings';
import { commandId } from './id';

export async function startTeam(server: Server, log: LogOutputChannel): Promise<void> {
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

export async function stopTeam(server: Server): Promise<void> {
  const { stopped } = await window.withProgress(
    { location: ProgressLocation.Window, title: l10n.t('KinOS: stopping the team') },
    () => server.execute<TeamStopped>(serverCommand.stopTeam, folderArgument()),
  );
  void window.showInformationMessage(stopMessage(stopped));
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
