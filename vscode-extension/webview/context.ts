// What every part of the page works with.
import type { Asked, Saved, View } from '../src/dashboard/message';
import type { Texts } from '../src/dashboard/text';
import type { Format } from './format';
import type { Tip } from './tip';

export interface Context {
  texts: Texts;
  format: Format;
  tip: Tip;
  saved: Saved;
  /** Keeps what of `saved` has changed over a reload. */
  keep: (change: Partial<Saved>) => void;
  ask: (request: Asked) => void;
}

/** A part of the page: an element that follows the view. */
export interface Part {
  readonly root: HTMLElement;
  update(view: View): void;
}
