// The messages KinOS adds to the Language Server Protocol, as the project's contract documents them.
// A status is typed in full; a test of the server compares it with docs/protocol.md.
import { NotificationType, RequestType } from 'vscode-languageclient/node';

export type PhaseName = 'EXPANSION' | 'CONVERGENCE';
export type TeamState = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping';
export type AgentState = 'asleep' | 'resting' | 'planning' | 'queued' | 'editing' | 'landing' | 'failed' | 'stopped';

/** An agent of the team. Money is in US dollars, null when a price is not known; times are ISO 8601. */
export interface AgentStatus {
  name: string;
  state: AgentState;
  /** How often it runs, beside the others; 0 is asleep. */
  weight: number;
  /** The task at hand in one line; empty if there is none. */
  task: string;
  files: string[];
  since: string | null;
  /** When it rests: until when. */
  nextAt: string | null;
  cycles: number;
  landed: number;
  waiting: number;
  refused: number;
  failed: number;
  tokensIn: number;
  tokensOut: number;
  usd: number | null;
  /** A share of 1; null before it found something to do. */
  successRate: number | null;
  meanSeconds: number | null;
  /** What its model says right now; empty if nothing. */
  said: string;
  /** How its last cycle ended, and why; `rests: …` if it is held because it goes round in circles. */
  lastResult: string;
  lastError: string;
  /** Why it rests though it could run; empty if it does not. */
  deferred: string;
}

export interface PhaseStatus {
  name: PhaseName;
  reason: string;
  since: string | null;
  pinned: boolean;
}

/** Sizes are in tokens, `percent` runs from 0 to 100. */
export interface TokensStatus {
  total: number;
  limit: number;
  percent: number;
  toConverge: number;
  toExpand: number;
  tokenizer: string;
  counted: 'exact' | 'unconfirmed' | 'unavailable';
}

export interface DocumentsStatus {
  count: number;
  long: number;
  tooLong: number;
}

export interface TeamStatus {
  name: string;
  state: TeamState;
  reason: string;
  landing: '' | 'review' | 'auto';
  rehearsal: boolean;
  since: string | null;
  /** Who else works on the folder; empty if nobody does. */
  heldBy: string;
}

/** What was spent, and its caps; a cap of 0 is none. */
export interface BudgetStatus {
  usd: number | null;
  usdCap: number;
  tokens: number;
  tokensCap: number;
  runs: number;
  runsCap: number;
  runsEnd: number | null;
  minutes: number;
  minutesCap: number;
  usdToday: number | null;
  unpricedToday: number;
  usdPerDay: number;
}

/** How the check command ended last; only `passed` is a success. */
export interface CheckStatus {
  state: 'passed' | 'failed' | 'timed out' | 'could not start' | 'not run';
  reason: string;
  command: string[];
  time: string;
  seconds: number;
}

/** How often documents, and changes, came to be others: what shows them asks again once the number has grown. */
export interface RevisionStatus {
  documents: number;
  changes: number;
}

/** The complete picture of one workspace folder. */
export interface Status {
  /** A path or a `file` URI. */
  folder: string;
  trusted: boolean;
  phase: PhaseStatus;
  tokens: TokensStatus;
  documents: DocumentsStatus;
  team: TeamStatus;
  agents: AgentStatus[];
  budget: BudgetStatus;
  /** Changes that wait for a person. */
  waiting: number;
  /** Documents that a person asked the team to consolidate. */
  asked: string[];
  check: CheckStatus | null;
  revision: RevisionStatus;
}

export interface TeamStart {
  folder?: string;
  team?: string;
  rehearse?: boolean;
}

export interface TeamStarted {
  team: string;
  reason: string;
  agents: string[];
}

/** How many processes were ended; 0 when no team was running. */
export interface TeamStopped {
  stopped: number;
}

/** The commands the server registers. Their names differ from the palette's, which belong to the extension. */
export const serverCommand = {
  startTeam: 'kinos.server.startTeam',
  stopTeam: 'kinos.server.stopTeam',
  showMap: 'kinos.server.showMap',
  reject: 'kinos.server.reject',
} as const;

/** Commands of ours that code actions of the server may give, once it is told of them in `experimental`. */
export const clientCommand = {
  rejectChange: 'kinos.rejectChange',
} as const;

/** A change that waits, as those commands are given it. */
export interface WaitingChange {
  folder: string;
  change: string;
}

export const statusNotification = new NotificationType<Status>('kinos/status');
export const stateRequest = new RequestType<{ folder: string }, Status, unknown>('kinos/state');
