// The "KinOS" output channel, and the one way to tell the person that something went wrong.
import { l10n, LogOutputChannel, window } from 'vscode';

export function createLog(): LogOutputChannel {
  return window.createOutputChannel('KinOS', { log: true });
}

/** Shows and logs an error with buttons; "Show Log" is always one of them. Returns the chosen one, if any. */
export async function showError(
  log: LogOutputChannel,
  message: string,
  ...actions: string[]
): Promise<string | undefined> {
  const showLog = l10n.t('Show Log');
  log.error(message);
  const chosen = await window.showErrorMessage(message, ...actions, showLog);
  if (chosen === showLog) {
    log.show();
    return undefined;
  }
  return chosen;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the server says kind of an error it answered with; empty for any other error. */
export function kindOf(error: unknown): string {
  const data = error instanceof Error && 'data' in error ? (error.data as { kind?: unknown } | undefined) : undefined;
  return typeof data?.kind === 'string' ? data.kind : '';
}
