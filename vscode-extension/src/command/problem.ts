// What went wrong, as the person is told: one sentence, and buttons where something can be done about it.
import { commands, l10n, LogOutputChannel, workspace } from 'vscode';
import { kindOf, messageOf, showError } from '../log';
import { commandId } from './id';

/** Something a person can do about a problem: the words of its button, and the command that does it. */
export interface Remedy {
  title: string;
  command: string;
  arguments?: unknown[];
}

/** A problem the extension itself knows, with what helps. */
export class Problem extends Error {
  readonly remedies: readonly Remedy[];

  constructor(message: string, ...remedies: Remedy[]) {
    super(message);
    this.remedies = remedies;
  }
}

/** The person left a question open: nothing is done, and nothing is said. */
export class Left extends Error {}

/** Tells the person, and does what they choose. */
export async function tell(error: unknown, log: LogOutputChannel): Promise<void> {
  if (error instanceof Left) {
    return;
  }
  const remedies = error instanceof Problem ? error.remedies : (byKind()[kindOf(error)] ?? []);
  const chosen = await showError(log, messageOf(error), ...remedies.map(({ title }) => title));
  const remedy = remedies.find(({ title }) => title === chosen);
  if (remedy !== undefined) {
    await commands.executeCommand(remedy.command, ...(remedy.arguments ?? []));
  }
}

export function noFolder(): Problem {
  return new Problem(
    l10n.t('No folder is open. KinOS works on a folder.'),
    { title: l10n.t('Open Folder'), command: 'workbench.action.files.openFolder' },
    { title: l10n.t('New Mission'), command: commandId.newMission },
  );
}

export function notRunning(): Problem {
  return new Problem(l10n.t('The KinOS server is not running.'), {
    title: l10n.t('Restart Server'),
    command: commandId.restartServer,
  });
}

/** Agents run only where the person trusts what is in the folder. @throws Problem */
export function requireTrust(): void {
  if (!workspace.isTrusted) {
    throw new Problem(l10n.t('This folder is not trusted, so no agents run in it.'), manageTrust());
  }
}

function byKind(): Partial<Record<string, Remedy[]>> {
  return {
    untrusted: [manageTrust()],
    budget: [{ title: l10n.t('Set Budget'), command: commandId.setBudget }],
    setup: [{ title: l10n.t('Check Set-up'), command: commandId.checkSetup }],
    content: [{ title: l10n.t('Check Set-up'), command: commandId.checkSetup }],
  };
}

function manageTrust(): Remedy {
  return { title: l10n.t('Manage Trust'), command: 'workbench.trust.manage' };
}
