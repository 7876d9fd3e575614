// Which workspace folder a command or the status bar is about.
import { l10n, Uri, window, workspace } from 'vscode';

/** The folder of the active editor, else the only or first one; undefined without a folder. */
export function activeFolder(): Uri | undefined {
  return folderOfEditor() ?? workspace.workspaceFolders?.[0]?.uri;
}

/** As `activeFolder`, but of several folders that no editor speaks for, the person chooses; undefined if they do not. */
export async function chosenFolder(): Promise<Uri | undefined> {
  const { workspaceFolders: folders = [] } = workspace;
  const own = folderOfEditor();
  if (own !== undefined || folders.length < 2) {
    return own ?? folders[0]?.uri;
  }
  const placeHolder = l10n.t('Which folder?');
  return (await window.showWorkspaceFolderPick({ placeHolder }))?.uri;
}

function folderOfEditor(): Uri | undefined {
  const document = window.activeTextEditor?.document.uri;
  return document === undefined ? undefined : workspace.getWorkspaceFolder(document)?.uri;
}
