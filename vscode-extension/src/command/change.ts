// What a person decides about a change that waits.
import { l10n, window } from 'vscode';
import { serverCommand, WaitingChange } from '../protocol';
import { Server } from '../server';

/** Asks why, for the agents to be told; nothing happens when the question is left. `waiting` comes from a code action. */
export async function rejectChange(server: Server, waiting: unknown): Promise<void> {
  const prompt = l10n.t('Why not? The reason reaches the agents.');
  const reason = await window.showInputBox({ title: l10n.t('KinOS: reject a change'), prompt });
  if (reason !== undefined) {
    await server.execute(serverCommand.reject, { ...(waiting as WaitingChange), reason });
  }
}
