// The server's log, and restarting it when another one is to be used.
import { l10n, LogOutputChannel, window } from 'vscode';
import { Server } from '../server';

/** Another program is to be the server; one that runs is restarted only if the person says so. */
export async function restartForSettings(server: Server): Promise<void> {
  const restart = l10n.t('Restart Server');
  const question = l10n.t('KinOS uses the other server after a restart, which stops a running team.');
  if (server.state !== 'running' || (await window.showInformationMessage(question, restart)) === restart) {
    await server.restart();
  }
}

export function openLog(log: LogOutputChannel): Promise<void> {
  log.show();
  return Promise.resolve();
}
