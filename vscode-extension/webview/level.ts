// How the size of a document stands to the limits, in signs and words.
import type { DocumentList, DocumentSize, Level } from '../src/protocol';
import type { Context } from './context';
import { fill } from './format';

/** A document that could be counted. */
export type Sized = DocumentSize & { tokens: number; level: Level };

/** Those that could be counted, the largest first. */
export function sizedOf({ documents }: DocumentList): Sized[] {
  const sized = documents.filter((document): document is Sized => document.tokens !== null);
  return sized.sort((one, other) => other.tokens - one.tokens || one.path.localeCompare(other.path));
}

export const levels: readonly Level[] = ['ok', 'long', 'too-long'];

/** The marks of the map, in signs that take the colour of their text. */
export const mark: Record<Level, string> = { ok: '✓', long: '⚠', 'too-long': '●' };

/** For example `long, above 6k`. */
export function levelWords({ texts }: Context, level: Level): string {
  return { ok: texts.ok, long: texts.long, 'too-long': texts.tooLong }[level];
}

/** For example `above 6k`. */
export function levelRange({ texts, format }: Context, level: Level, { warn, error }: DocumentList): string {
  return {
    ok: fill(texts.upTo, format.limit(warn)),
    long: fill(texts.above, format.limit(warn)),
    'too-long': fill(texts.above, format.limit(error)),
  }[level];
}
