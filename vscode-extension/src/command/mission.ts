// New folders to work in.
import { commands, l10n, QuickPickItem, Uri, window, workspace } from 'vscode';
import { serverCommand } from '../protocol';
import { ask, choose } from './ask';
import { Action, Parts } from './part';
import { Left } from './problem';
import { nameOf } from './team';

interface Mission {
  folder: string;
  uri: string;
}

interface PlaceItem extends QuickPickItem {
  folder?: Uri;
}

/** Makes a folder a mission: with a request to fill in, which is opened, in another window where the folder is another one. */
export function newMission(parts: Parts): Action {
  return async () => {
    const into = await place();
    const { folder } = await ask<Mission>(parts, serverCommand.newMission, { into: into.toString() });
    const isOpen = workspace.getWorkspaceFolder(into)?.uri.fsPath === into.fsPath;
    if (!isOpen) {
      const forceNewWindow = workspace.workspaceFolders !== undefined;
      await commands.executeCommand('vscode.openFolder', Uri.parse(folder), { forceNewWindow });
    }
  };
}

/** Which folder. @throws Left */
async function place(): Promise<Uri> {
  const items: PlaceItem[] = (workspace.workspaceFolders ?? []).map(({ uri }) => ({
    label: l10n.t('In this folder: {0}', nameOf(uri)),
    description: uri.fsPath,
    folder: uri,
  }));
  const other: PlaceItem = { label: l10n.t('In another folder…') };
  const chosen = items.length === 0 ? other : await choose(l10n.t('Where is the mission?'), [...items, other]);
  const folder = chosen.folder ?? (await otherFolder());
  if (folder === undefined) {
    throw new Left();
  }
  return folder;
}

async function otherFolder(): Promise<Uri | undefined> {
  const openLabel = l10n.t('Make the mission here');
  const chosen = await window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel });
  return chosen?.[0];
}
