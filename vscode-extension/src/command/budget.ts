// The caps of a session: what may be spent before the team pauses and asks.
import { l10n, QuickPickItem, window } from 'vscode';
import { BudgetStatus, serverCommand, Status } from '../protocol';
import { money } from '../text';
import { choose, execute, statusOf, theFolder } from './ask';
import { capIn } from './cap';
import { Action, Parts } from './part';
import { Left } from './problem';

type Cap = 'usd' | 'tokens' | 'runs' | 'minutes' | 'usdPerDay';

interface CapItem extends QuickPickItem {
  cap: Cap;
  value: number;
}

export function setBudget(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const { budget } = statusOf(parts, folder);
    const item = await choose(l10n.t('Which cap?'), capItems(budget));
    const value = await number(item);
    const { budget: now } = await execute<Status>(parts, serverCommand.setBudget, folder, { [item.cap]: value });
    const left = capItems(now).find(({ cap }) => cap === item.cap)?.description ?? '';
    void window.showInformationMessage(l10n.t('{0}: {1}, until the team ends.', item.label, left));
  };
}

function capItems(budget: BudgetStatus): CapItem[] {
  const row = (cap: Cap, label: string, value: number, spent: string, limit: string): CapItem => ({
    cap,
    value,
    label,
    description: value === 0 ? l10n.t('{0} spent, no cap', spent) : l10n.t('{0} of {1} spent', spent, limit),
  });
  return [
    row('usd', l10n.t('US dollars'), budget.usdCap, money(budget.usd), money(budget.usdCap)),
    row('tokens', l10n.t('Tokens'), budget.tokensCap, plain(budget.tokens), plain(budget.tokensCap)),
    row('runs', l10n.t('Cycles'), budget.runsCap, plain(budget.runs), plain(budget.runsCap)),
    row('minutes', l10n.t('Minutes'), budget.minutesCap, plain(Math.round(budget.minutes)), plain(budget.minutesCap)),
    row('usdPerDay', l10n.t('US dollars a day'), budget.usdPerDay, money(budget.usdToday), money(budget.usdPerDay)),
  ];
}

function plain(value: number): string {
  return value.toLocaleString();
}

/** A cap as the person types it. @throws Left */
async function number({ cap, label, value, description }: CapItem): Promise<number> {
  const whole = cap === 'tokens' || cap === 'runs';
  const answer = await window.showInputBox({
    title: label,
    prompt: l10n.t('The new cap; 0 is none. {0}.', description ?? ''),
    value: String(value),
    validateInput: (text) => (capIn(text, whole) === undefined ? wrong(whole) : undefined),
  });
  const given = answer === undefined ? undefined : capIn(answer, whole);
  if (given === undefined) {
    throw new Left();
  }
  return given;
}

function wrong(whole: boolean): string {
  return whole ? l10n.t('A whole number of at least 0.') : l10n.t('A number of at least 0, such as 2.50.');
}
