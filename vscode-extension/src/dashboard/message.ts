// What the dashboard's page and the extension say to each other. Each side checks what it is told.
import type { DocumentList, Status } from '../protocol';
import type { Texts } from './text';

export interface PhasePoint {
  time: string;
  total: number;
  phase: Status['phase']['name'];
  pinned: boolean;
}

/** How the total and the phase went; the thresholds in tokens, as they are now. */
export interface PhaseHistory {
  points: PhasePoint[];
  limit: number;
  converge: number;
  expand: number;
}

/** How a cycle can end, as this version knows it. */
export type CycleResult =
  | 'landed'
  | 'waiting for review'
  | 'nothing to do'
  | 'no change'
  | 'refused'
  | 'set aside'
  | 'denied by the budget'
  | 'failed'
  | 'cut off';

export interface Cycle {
  cycle: string;
  session: string;
  team: string;
  agent: string;
  began: string;
  ended: string;
  seconds: number;
  result: string;
  kind: string;
  reason: string;
  tokensIn: number;
  tokensOut: number;
  usd: number | null;
  rehearsal: boolean;
}

/** The latest finished cycles, and how many came before those. */
export interface Cycles {
  cycles: Cycle[];
  earlier: number;
}

/** What an agent did and cost over all sessions. */
export interface Figures {
  agent: string;
  cycles: number;
  successRate: number | null;
  tokensIn: number;
  tokensOut: number;
  usd: number | null;
}

export interface Folder {
  uri: string;
  name: string;
}

/** All the page shows. What is null is not known yet. */
export interface View {
  server: 'starting' | 'running' | 'stopped' | 'failed';
  folders: Folder[];
  /** The URI of the one that is shown; empty without folders. */
  folder: string;
  status: Status | null;
  documents: DocumentList | null;
  phase: PhaseHistory | null;
  cycles: Cycles | null;
  figures: Figures[] | null;
}

export const nothing: View = {
  server: 'starting',
  folders: [],
  folder: '',
  status: null,
  documents: null,
  phase: null,
  cycles: null,
  figures: null,
};

/** To the page: its words, once, and what has changed of the view. */
export type Told = { type: 'begin'; texts: Texts; language: string } | { type: 'show'; view: Partial<View> };

/** What buttons of the page do; each is a command of the palette. */
export const actions = ['startTeam', 'rehearseTeam', 'showMap', 'restartServer'] as const;
export type Action = (typeof actions)[number];

/** From the page. */
export type Asked =
  | { type: 'ready' }
  | { type: 'select'; folder: string }
  | { type: 'open'; path: string; beside: boolean }
  | { type: 'run'; action: Action };

/** What the page keeps over a reload of the window. */
export interface Saved {
  folder: string;
  period: Period;
  /** The names of the tables that are unfolded. */
  tables: string[];
  scroll: number;
}

export type Period = 'session' | 'all';

/** `value` as what a page asks; undefined if it is not. */
export function asked(value: unknown): Asked | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { type, folder, path, beside, action } = value;
  if (type === 'ready') {
    return { type };
  }
  if (type === 'select' && typeof folder === 'string') {
    return { type, folder };
  }
  if (type === 'open' && typeof path === 'string' && typeof beside === 'boolean') {
    return { type, path, beside };
  }
  const known = actions.find((each) => each === action);
  return type === 'run' && known !== undefined ? { type, action: known } : undefined;
}

/** `value` as what the extension tells; undefined if it is not. The fields of a view are the server's, as it documents them. */
export function told(value: unknown): Told | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { type, texts, language, view } = value;
  if (type === 'begin' && isObject(texts) && typeof language === 'string') {
    return { type, texts: texts as unknown as Texts, language };
  }
  if (type === 'show' && isObject(view) && Object.keys(view).every((key) => key in nothing)) {
    return { type, view: view };
  }
  return undefined;
}

/** What a page kept, with a default for all that is not what it should be. */
export function saved(value: unknown): Saved {
  const { folder, period, tables, scroll } = isObject(value) ? value : {};
  return {
    folder: typeof folder === 'string' ? folder : '',
    period: period === 'all' ? 'all' : 'session',
    tables: Array.isArray(tables) ? tables.filter((each) => typeof each === 'string') : [],
    scroll: typeof scroll === 'number' && scroll > 0 ? scroll : 0,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
