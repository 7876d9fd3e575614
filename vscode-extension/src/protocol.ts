// The messages KinOS adds to the Language Server Protocol, as the project's contract documents them.
// Only the fields this client reads are typed; the server sends more.
import { NotificationType, RequestType } from 'vscode-languageclient/node';

export type PhaseName = 'EXPANSION' | 'CONVERGENCE';
export type TeamState = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping';
export type AgentState = 'asleep' | 'resting' | 'planning' | 'queued' | 'editing' | 'landing' | 'failed' | 'stopped';

export interface AgentStatus {
  name: string;
  state: AgentState;
  /** The task at hand in one line; empty if there is none. */
  task: string;
  /** Why it rests though it could run; empty if it does not. */
  deferred: string;
  lastError: string;
}

/** The complete picture of one workspace folder. Sizes are in tokens, `percent` runs from 0 to 100. */
export interface Status {
  /** A path or a `file` URI. */
  folder: string;
  phase: { name: PhaseName; reason: string };
  tokens: { total: number; limit: number; percent: number };
  documents: { count: number; long: number; tooLong: number };
  team: { name: string; state: TeamState; reason: string; rehearsal: boolean };
  agents: AgentStatus[];
  waiting: number;
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
} as const;

export const statusNotification = new NotificationType<Status>('kinos/status');
export const stateRequest = new RequestType<{ folder: string }, Status, unknown>('kinos/state');
