// How KinOS writes what a person reads: sizes, money, times, and plain text inside Markdown.
import { env, l10n } from 'vscode';

/** Tokens as KinOS shows them everywhere: thousands with one decimal. */
export function kilotokens(tokens: number): string {
  return `${(tokens / 1000).toFixed(1)}k`;
}

/** An exact number as the person's language writes it. */
export function counted(value: number): string {
  return value.toLocaleString(env.language);
}

/** US dollars; null is a price that nobody knows. */
export function money(usd: number | null): string {
  return usd === null
    ? l10n.t('unknown price')
    : usd.toLocaleString(env.language, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
}

/** A share of 1 in percent. */
export function percent(share: number): string {
  return share.toLocaleString(env.language, { style: 'percent' });
}

/** A time as the server tells it: today's by the clock, others with their day. */
export function when(time: string): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString(env.language, { timeStyle: 'short' })
    : date.toLocaleString(env.language, { dateStyle: 'short', timeStyle: 'short' });
}

/** Text in one line, of a document that is read as it is. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Plain text in Markdown. `MarkdownString.appendText` makes every blank a hard one, and long lines would not wrap. */
export function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!<>|~$&]/g, '\\$&').replace(/\s+/g, ' ');
}
