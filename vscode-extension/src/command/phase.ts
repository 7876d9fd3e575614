// Which phase the project is in: by its size, or as the person says.
import { l10n, QuickPickItem } from 'vscode';
import { serverCommand } from '../protocol';
import { phaseLabel } from '../word';
import { choose, execute, statusOf, theFolder } from './ask';
import { Action, Parts, said } from './part';

interface PhaseItem extends QuickPickItem {
  phase: 'expansion' | 'convergence' | 'auto';
}

export function setPhase(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const { phase } = statusOf(parts, folder);
    const items = phaseItems();
    const now = items.find((item) => item.phase === (phase.pinned ? phase.name.toLowerCase() : 'auto'));
    if (now !== undefined) {
      now.description = l10n.t('as it is now: {0}', phase.reason);
    }
    const chosen = said(argument, 'phase') ?? (await choose(l10n.t('Which phase?'), items)).phase;
    await execute(parts, serverCommand.setPhase, folder, { phase: chosen });
  };
}

function phaseItems(): PhaseItem[] {
  return [
    {
      phase: 'auto',
      label: `$(sync) ${l10n.t('By size')}`,
      detail: l10n.t('The phase follows the total of the documents against the limit.'),
    },
    {
      phase: 'expansion',
      label: phaseLabel('EXPANSION'),
      detail: l10n.t('Agents write and add, whatever the total.'),
    },
    {
      phase: 'convergence',
      label: phaseLabel('CONVERGENCE'),
      detail: l10n.t('Agents shorten, fold and check, whatever the total.'),
    },
  ];
}
