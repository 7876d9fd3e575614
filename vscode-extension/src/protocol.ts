// The messages KinOS adds to the Language Server Protocol, as the project's contract documents them.
// A status is typed in full; a test of the server compares it with docs/protocol.md.

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
  /** Why it does not go on though it could; else empty. */
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

export type Level = 'ok' | 'long' | 'too-long';

/** A document and its size in tokens, null when it has none; `reason` says why not. */
export interface DocumentSize {
  /** Relative to the folder. */
  path: string;
  tokens: number | null;
  level: Level | null;
  counted: 'exact' | 'unconfirmed' | 'unavailable';
  reason: string;
  /** What would bring it to size, a sentence each. */
  suggestions: string[];
}

/** Every document of a folder, the heaviest first; above `warn` tokens one is long, above `error` too long. */
export interface DocumentList {
  complete: boolean;
  tokenizer: string;
  warn: number;
  error: number;
  documents: DocumentSize[];
}

export type ChangeState =
  | 'proposed'
  | 'accepted'
  | 'landed, unsaved'
  | 'landed'
  | 'undone'
  | 'rejected'
  | 'superseded'
  | 'conflicted'
  | 'refused'
  | 'discarded by the person';

export interface ChangedFile {
  /** Relative to the folder. */
  path: string;
  kind: 'created' | 'edited' | 'deleted' | 'renamed';
  /** The name it had, if it was renamed; else empty. */
  from: string;
}

/** What an agent did, or proposes. */
export interface Change {
  id: string;
  cycle: string;
  session: string;
  agent: string;
  title: string;
  why: string;
  files: ChangedFile[];
  time: string;
  state: ChangeState;
  /** Why it came to that state. */
  reason: string;
  /** The change a person made this one of; else empty. */
  editOf: string;
  tokensIn: number;
  tokensOut: number;
  usd: number | null;
  rehearsal: boolean;
  accepted: boolean;
  /** What stands in the way of landing one that waits; only in the history. */
  conflict?: string;
}

/** The texts of a file before and after a change, null for no file; `note` says what stands in the way. */
export interface FileContents {
  path: string;
  before: string | null;
  after: string | null;
  note: string;
}

/** A file of a waiting change as it is and as it would be; with a `conflict`, `text` has both versions between marks. */
export interface ProposedFile {
  path: string;
  base: string | null;
  text: string | null;
  conflict: string;
}

/** Of the change that landed last in an open document the lines, from 0, that came with it, in the text of `version`. */
export interface LastEdit {
  version: number;
  change: Change | null;
  lines: { first: number; last: number }[];
}

/** The map, and the places in it that lead to documents. */
export interface MapDocument {
  text: string;
  links: {
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
    target: string;
    tooltip: string;
  }[];
}

/** What was taken back or put back, and what was not. */
export interface Reverted {
  changes: string[];
  setAside: { id: string; reason: string }[];
  unsaved: { id: string; paths: string[] }[];
}

/** The commands the server registers. Their names differ from the palette's, which belong to the extension. */
export const serverCommand = {
  startTeam: 'kinos.server.startTeam',
  stopTeam: 'kinos.server.stopTeam',
  pauseTeam: 'kinos.server.pauseTeam',
  resumeTeam: 'kinos.server.resumeTeam',
  setBudget: 'kinos.server.setBudget',
  setPhase: 'kinos.server.setPhase',
  teams: 'kinos.server.teams',
  agents: 'kinos.server.agents',
  editPrompt: 'kinos.server.editPrompt',
  editTeam: 'kinos.server.editTeam',
  newMission: 'kinos.server.newMission',
  newSample: 'kinos.server.newSample',
  doctor: 'kinos.server.doctor',
  trust: 'kinos.server.trust',
  startAgent: 'kinos.server.startAgent',
  stopAgent: 'kinos.server.stopAgent',
  mapDocument: 'kinos.server.mapDocument',
  documents: 'kinos.server.documents',
  splitDocument: 'kinos.server.splitDocument',
  consolidate: 'kinos.server.consolidate',
  status: 'kinos.server.status',
  history: 'kinos.server.history',
  lastEdit: 'kinos.server.lastEdit',
  undo: 'kinos.server.undo',
  redo: 'kinos.server.redo',
  diff: 'kinos.server.diff',
  contents: 'kinos.server.contents',
  proposal: 'kinos.server.proposal',
  editChange: 'kinos.server.editChange',
  accept: 'kinos.server.accept',
  phaseHistory: 'kinos.server.phaseHistory',
  cycles: 'kinos.server.cycles',
  figures: 'kinos.server.figures',
  reject: 'kinos.server.reject',
} as const;

/** Commands of ours that code actions and lenses of the server may give, once it is told of them in `experimental`. */
export const clientCommand = {
  rejectChange: 'kinos.rejectChange',
  editChange: 'kinos.editChange',
} as const;

/** Its method, with what it takes and answers, which are known to the compiler alone. */
export interface Request<Params, Answer> {
  readonly method: string;
  readonly carries?: (params: Params) => Answer;
}

export const statusMethod = 'kinos/status'; // a notification, which carries a status
export const stateRequest: Request<{ folder: string }, Status> = { method: 'kinos/state' };
