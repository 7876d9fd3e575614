// Asking: the server for an answer about a folder, the person for a choice.
import { l10n, ProgressLocation, QuickPickItem, Uri, window, workspace } from 'vscode';
import { chosenFolder } from '../folder';
import { Status } from '../protocol';
import { folderIn, Parts } from './part';
import { Left, noFolder, notRunning } from './problem';

/** The folder an argument names, else the one the person is in, or chooses. @throws Problem, Left */
export async function theFolder(argument?: unknown): Promise<Uri> {
  const folder = folderIn(argument) ?? (await chosenFolder());
  if (folder === undefined) {
    throw workspace.workspaceFolders === undefined ? noFolder() : new Left();
  }
  return folder;
}

/** Has the server do `command`. @throws ResponseError with its own words, or Problem if it does not run */
export async function ask<Answer>({ server }: Parts, command: string, given: object): Promise<Answer> {
  try {
    return await server.execute<Answer>(command, given);
  } catch (error) {
    throw server.state === 'failed' || server.state === 'stopped' ? notRunning() : error;
  }
}

/** Has the server do `command` about `folder`, which is seen in the status bar as `title` while it takes. */
export function execute<Answer>(
  parts: Parts,
  command: string,
  folder: Uri,
  given: object = {},
  title?: string,
): Promise<Answer> {
  const work = (): Promise<Answer> => ask<Answer>(parts, command, { folder: folder.fsPath, ...given });
  return title === undefined
    ? work()
    : Promise.resolve(window.withProgress({ location: ProgressLocation.Window, title }, work));
}

/** What the person chooses of `items`. @throws Left if they do not. */
export async function choose<Item extends QuickPickItem>(title: string, items: Item[], prompt?: string): Promise<Item> {
  const options = { title, matchOnDescription: true, matchOnDetail: true, ...(prompt ? { placeHolder: prompt } : {}) };
  const chosen = await window.showQuickPick(items, options);
  if (chosen === undefined) {
    throw new Left();
  }
  return chosen;
}

/** The status of `folder`. @throws Problem if the server has told none yet. */
export function statusOf({ picture }: Parts, folder: Uri): Status {
  const status = picture.of(folder);
  if (status === undefined) {
    throw picture.serverState === 'failed' ? notRunning() : new Error(l10n.t('The folder is still being counted.'));
  }
  return status;
}
