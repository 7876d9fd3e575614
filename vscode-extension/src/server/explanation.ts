// What a person is told when KinOS could not be set up: what is missing, and what to do.
import { l10n } from 'vscode';
import { SetupProblem } from './problem';
import { Wanted } from './python';

/** One message for each kind of problem; the log holds the rest. */
export function explanation({ kind, about }: SetupProblem, wanted: Wanted): string {
  switch (kind) {
    case 'no-python':
      return noPython();
    case 'wrong-python':
      return wanted === 'agents'
        ? l10n.t('The agents of KinOS need Python 3.12, and only {0} was found. {1}', about, howToInstall())
        : l10n.t('KinOS needs Python 3.12 or newer, and only {0} was found. {1}', about, howToInstall());
    case 'no-venv':
      return l10n.t(
        '{0} cannot make virtual environments: its modules venv and ensurepip are missing. ' +
          'Install them, for example with "sudo apt install python3.12-venv", then try again.',
        about,
      );
    case 'no-network':
      return l10n.t(
        'The packages of KinOS could not be downloaded. Check the network and, if you need one, the proxy ' +
          '(HTTPS_PROXY, or the configuration of pip), then try again.',
      );
    case 'no-space':
      return l10n.t('There is not enough room on the disk to install KinOS. Make some, then try again.');
    case 'no-permission':
      return l10n.t('KinOS may not write where it has to be installed: {0}', about);
    case 'cancelled':
      return l10n.t('The installation was cancelled. Nothing of it is left.');
    case 'failed':
      return l10n.t('The installation failed: {0}', about);
  }
}

function noPython(): string {
  return l10n.t('KinOS needs Python 3.12, and no Python was found. {0}', howToInstall());
}

function howToInstall(): string {
  const how = {
    darwin: l10n.t('Install it, for example with "brew install python@3.12", then try again.'),
    win32: l10n.t('Install it, for example with "winget install Python.Python.3.12", then try again.'),
    other: l10n.t('Install it, for example with "sudo apt install python3.12 python3.12-venv", then try again.'),
  };
  return process.platform === 'darwin' || process.platform === 'win32' ? how[process.platform] : how.other;
}
