// What can be done with a document of the KinOS view.
import { commands, l10n, Uri, window } from 'vscode';
import { serverCommand } from '../protocol';
import { Server } from '../server';

interface Split {
  created: { uri: string; title: string }[];
}

export async function openDocument(argument: unknown): Promise<void> {
  await commands.executeCommand('vscode.open', Uri.parse(uriOf(argument)));
}

/** Splits a document at its headings, so that each part is within the limit. The editor makes the edit, as one to undo. */
export async function splitDocument(server: Server, argument: unknown): Promise<void> {
  const { created } = await server.execute<Split>(serverCommand.splitDocument, { uri: uriOf(argument) });
  const names = created.map(({ title }) => `“${title}”`).join(', ');
  void window.showInformationMessage(l10n.t('Split into {0}. Save all to keep it, or undo it in the editor.', names));
}

/** Asks the team to consolidate a document, before anything else. */
export async function consolidateDocument(server: Server, argument: unknown): Promise<void> {
  const { message } = await server.execute<{ message: string }>(serverCommand.consolidate, { uri: uriOf(argument) });
  void window.showInformationMessage(message);
}

/** The document of a row or a menu, else the one in the active editor. @throws Error if there is none. */
function uriOf(argument: unknown): string {
  if (argument instanceof Uri) {
    return argument.toString();
  }
  const uri = (argument as { uri?: string } | undefined)?.uri ?? window.activeTextEditor?.document.uri.toString();
  if (uri === undefined) {
    throw new Error(l10n.t('No document is open. Open one first.'));
  }
  return uri;
}
