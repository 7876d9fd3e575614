// The first five minutes: the walkthrough, and a rehearsal on a copy of the sample workspace.
import { commands, Disposable, Event, Uri, workspace } from 'vscode';
import { serverCommand } from '../protocol';
import { ask } from './ask';
import { commandId } from './id';
import { Action, Parts } from './part';

const walkthrough = 'kinos.kinos#kinos.firstSteps';
/** The sample that was opened and is to be rehearsed on: opening a folder starts the extension anew. */
const awaited = 'kinos.sample';
const team = 'default';
/** What the sample's team works on. */
const request = 'demande.md';

export const openWalkthrough: Action = async () => {
  await commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false);
};

/** Copies the sample workspace and opens it, in another window if a folder is open here. */
export function openSample(parts: Parts): Action {
  return async () => {
    const { folder } = await ask<{ folder: string }>(parts, serverCommand.newSample, {});
    const uri = Uri.parse(folder);
    await parts.memory.update(awaited, uri.fsPath);
    const forceNewWindow = workspace.workspaceFolders !== undefined;
    await commands.executeCommand('vscode.openFolder', uri, { forceNewWindow });
  };
}

/** Starts the rehearsal if this window is the sample that was opened for one, once the person trusts it. */
export async function resumeSample({ picture, memory }: Parts): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined || memory.get<string>(awaited) !== folder.fsPath) {
    return;
  }
  if (!workspace.isTrusted) {
    await next(workspace.onDidGrantWorkspaceTrust);
  }
  while (picture.of(folder)?.trusted !== true) {
    await next(picture.onDidChange);
  }
  await memory.update(awaited, undefined);
  await commands.executeCommand('vscode.open', Uri.joinPath(folder, request));
  await commands.executeCommand('workbench.view.extension.kinos');
  await commands.executeCommand(commandId.rehearseTeam, { folder: folder.fsPath, team });
}

function next(event: Event<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const subscription: Disposable = event(() => {
      subscription.dispose();
      resolve();
    });
  });
}
