// The server's words for states and results, in the person's language. One it does not know stays as it is.
import type { Texts } from '../src/dashboard/text';

const results: Record<string, keyof Texts | undefined> = {
  landed: 'landed',
  'waiting for review': 'waitingForReview',
  'nothing to do': 'nothingToDo',
  'no change': 'noChange',
  refused: 'refused',
  'set aside': 'setAside',
  'denied by the budget': 'denied',
  failed: 'failed',
  'cut off': 'cutOff',
  asleep: 'asleep',
  resting: 'resting',
  planning: 'planning',
  queued: 'queued',
  editing: 'editing',
  landing: 'landing',
  stopped: 'stopped',
};

const teams: Record<string, keyof Texts | undefined> = {
  stopped: 'stopped',
  starting: 'teamStarting',
  running: 'teamRunning',
  paused: 'teamPaused',
  stopping: 'teamStopping',
};

/** How a cycle ended, or what an agent does. */
export function resultWords(texts: Texts, said: string): string {
  const key = results[said];
  return key === undefined ? said : texts[key];
}

export function teamWords(texts: Texts, said: string): string {
  const key = teams[said];
  return key === undefined ? said : texts[key];
}
