// Tells the person that there is no server, with what to do about it.
import { commands, l10n, LogOutputChannel, window } from 'vscode';
import { messageOf, showError } from '../log';
import { explanation } from './explanation';
import { SetupProblem } from './problem';
import { Own } from './setup';
import { ProgramMissing } from './program';

/** What can be done about it. */
export interface Remedies {
  restart: () => Promise<void>;
  /** Makes the environment of ours anew in which the server did not start. */
  reinstall: (own: Own) => Promise<void>;
}

/** `own` is the environment of ours in which the server failed, if it was one. */
export async function explainFailure(
  error: unknown,
  own: Own | undefined,
  remedies: Remedies,
  log: LogOutputChannel,
): Promise<void> {
  if (error instanceof ProgramMissing) {
    await offer(log, error.message, {
      [l10n.t('Open Settings')]: openSetting,
      [l10n.t('Try Again')]: remedies.restart,
    });
  } else if (error instanceof SetupProblem) {
    await explainSetup(error, remedies, log);
  } else {
    log.error(messageOf(error));
    const reinstall = own === undefined ? {} : { [l10n.t('Install Again')]: remedies.reinstall.bind(undefined, own) };
    const actions = { [l10n.t('Try Again')]: remedies.restart, ...reinstall };
    await offer(log, l10n.t('The KinOS server did not start. Its log says why.'), actions);
  }
}

export async function explainCrashes(count: number, { restart }: Remedies, log: LogOutputChannel): Promise<void> {
  const message = l10n.t('The KinOS server ended {0} times within 3 minutes.', count);
  await offer(log, message, { [l10n.t('Try Again')]: restart });
}

async function explainSetup(problem: SetupProblem, { restart }: Remedies, log: LogOutputChannel): Promise<void> {
  const message = explanation(problem, 'server');
  const again = l10n.t('Try Again');
  if (problem.kind !== 'cancelled') {
    await offer(log, message, { [again]: restart });
  } else if ((await window.showInformationMessage(message, again)) === again) {
    await restart();
  }
}

async function offer(
  log: LogOutputChannel,
  message: string,
  actions: Record<string, () => Promise<void>>,
): Promise<void> {
  const chosen = await showError(log, message, ...Object.keys(actions));
  if (chosen !== undefined) {
    await actions[chosen]?.();
  }
}

async function openSetting(): Promise<void> {
  await commands.executeCommand('workbench.action.openSettings', 'kinos.server.command');
}
