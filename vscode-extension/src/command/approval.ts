// What a folder's own files bring beyond tightening: nothing of it counts until the person has seen and approved it.
import { l10n, QuickPickItem, window } from 'vscode';
import { serverCommand } from '../protocol';
import { Brought } from './answer';
import { execute, theFolder } from './ask';
import { Action, Parts } from './part';
import { Left, requireTrust } from './problem';

interface BroughtItem extends QuickPickItem {
  mark: string;
}

export function approve(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    requireTrust();
    const { found, refused } = await execute<Brought>(parts, serverCommand.trust, folder);
    if (found.length === 0) {
      const nothing = l10n.t('This folder brings nothing that needs your approval.');
      void window.showInformationMessage([nothing, ...refused].join(' '));
      return;
    }
    const chosen = await chosenOf(found);
    if (found.some(({ mark, approved }) => approved && !chosen.includes(mark))) {
      await execute<Brought>(parts, serverCommand.trust, folder, { revoke: true });
    }
    if (chosen.length > 0) {
      await execute<Brought>(parts, serverCommand.trust, folder, { approve: chosen });
    }
    void window.showInformationMessage(l10n.t('Approved: {0} of {1}.', chosen.length, found.length));
  };
}

/** The marks of what the person ticks. @throws Left */
async function chosenOf(found: Brought['found']): Promise<string[]> {
  const items: BroughtItem[] = found.map(({ mark, what, value, file, approved }) => ({
    mark,
    label: `${what} = ${value}`,
    description: file,
    picked: approved,
  }));
  const title = l10n.t('What may this folder do?');
  const placeHolder = l10n.t('Only what you tick counts, and only as it stands here.');
  const chosen = await window.showQuickPick(items, { title, placeHolder, canPickMany: true, ignoreFocusOut: true });
  if (chosen === undefined) {
    throw new Left();
  }
  return chosen.map(({ mark }) => mark);
}
