// Which workspace folder a command or the status bar is about.
import { Uri, window, workspace } from 'vscode';

/** The folder of the active editor, else the only or first one; undefined without a folder. */
export function activeFolder(): Uri | undefined {
  const document = window.activeTextEditor?.document.uri;
  const folder = document === undefined ? undefined : workspace.getWorkspaceFolder(document);
  return (folder ?? workspace.workspaceFolders?.[0])?.uri;
}
