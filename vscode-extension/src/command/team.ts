// Starting, pausing and stopping the team.
import { commands, l10n, QuickPickItem, QuickPickItemKind, Uri, window } from 'vscode';
import { kindOf, messageOf, showError } from '../log';
import { serverCommand, TeamStart, TeamStarted, TeamStopped } from '../protocol';
import { rehearse } from '../settings';
import { TeamFound, Teams } from './answer';
import { choose, execute, theFolder } from './ask';
import { commandId } from './id';
import { Action, Parts, said } from './part';
import { requireTrust } from './problem';

/** Starts the team an argument names, else the one the person chooses. */
export async function startTeam(parts: Parts, argument?: unknown, rehearsal = rehearse()): Promise<void> {
  const folder = await theFolder(argument);
  requireTrust();
  const team = said(argument, 'team') ?? (await chosenTeam(parts, folder));
  await started(parts, folder, team, rehearsal || (argument as TeamStart | undefined)?.rehearse === true);
}

/** Empty for the one that the server proposes, so that its reason is told. */
async function chosenTeam(parts: Parts, folder: Uri): Promise<string> {
  const { found, next } = await execute<Teams>(parts, serverCommand.teams, folder);
  const section = (label: string): QuickPickItem => ({ label, kind: QuickPickItemKind.Separator });
  const items = [
    section(l10n.t('proposed: {0}', next.reason)),
    ...found.filter(({ name }) => name === next.team).map(teamItem),
    section(l10n.t('others')),
    ...found.filter(({ name }) => name !== next.team).map(teamItem),
  ];
  const { label } = await choose(l10n.t('Which team is to work on {0}?', nameOf(folder)), items);
  return label === next.team ? '' : label;
}

export function teamItem({ name, summary, agents }: TeamFound): QuickPickItem {
  return { label: name, description: summary, detail: agents.join(', ') };
}

export function nameOf(folder: Uri): string {
  return folder.path.split('/').at(-1) ?? folder.fsPath;
}

/** Starts it. Without a key a rehearsal can take its place. */
async function started(parts: Parts, folder: Uri, team: string, rehearsal: boolean): Promise<void> {
  try {
    await requestStart(parts, folder, team, rehearsal);
  } catch (error) {
    if (kindOf(error) !== 'no-key') {
      throw error;
    }
    await withoutKey(parts, folder, team, error);
  }
}

async function withoutKey(parts: Parts, folder: Uri, team: string, error: unknown): Promise<void> {
  const [rehearseNow, setKey] = [l10n.t('Rehearse'), l10n.t('Set API Key')];
  const chosen = await showError(parts.log, messageOf(error), rehearseNow, setKey);
  if (chosen === rehearseNow) {
    await started(parts, folder, team, true);
  } else if (chosen === setKey) {
    await commands.executeCommand(commandId.setKey);
  }
}

async function requestStart(parts: Parts, folder: Uri, team: string, rehearsal: boolean): Promise<void> {
  const start: TeamStart = { ...(team === '' ? {} : { team }), ...(rehearsal ? { rehearse: true } : {}) };
  const title = l10n.t('KinOS: starting the team');
  const answer = await execute<TeamStarted>(parts, serverCommand.startTeam, folder, start, title);
  const message = rehearsal
    ? l10n.t('Team {0} started a rehearsal: {1}', answer.team, answer.reason)
    : l10n.t('Team {0} started: {1}', answer.team, answer.reason);
  const stop = l10n.t('Stop Team');
  void window.showInformationMessage(message, stop).then((chosen) => {
    if (chosen === stop) {
      void commands.executeCommand(commandId.stopTeam, { folder: folder.fsPath });
    }
  });
}

export function stopTeam(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const title = l10n.t('KinOS: stopping the team');
    const { stopped } = await execute<TeamStopped>(parts, serverCommand.stopTeam, folder, {}, title);
    void window.showInformationMessage(stopMessage(stopped));
  };
}

function stopMessage(ended: number): string {
  if (ended === 0) {
    return l10n.t('No team was running.');
  }
  return ended === 1
    ? l10n.t('The team is stopped: 1 process ended, none is left.')
    : l10n.t('The team is stopped: {0} processes ended, none is left.', ended);
}

/** Pauses the team, or lets it go on. What comes of it is seen in the status bar. */
export function moveTeam(parts: Parts, command: 'pauseTeam' | 'resumeTeam'): Action {
  return async (argument) => {
    await execute(parts, serverCommand[command], await theFolder(argument));
  };
}
