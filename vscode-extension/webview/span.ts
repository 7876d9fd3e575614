// What the timeline shows: finished cycles of a period, and those that are under way.
import type { Cycle, CycleResult, Period, View } from '../src/dashboard/message';
import type { AgentState } from '../src/protocol';

/** A cycle, or what an agent does right now: then `kind` is `open` and `words` its state. */
export interface Span {
  key: string;
  agent: string;
  from: Date;
  to: Date;
  kind: Kind;
  words: string;
  cycle?: Cycle;
  task: string;
}

export type Kind = 'landed' | 'waiting' | 'idle' | 'refused' | 'failed' | 'cut' | 'open';

export const kinds: readonly Kind[] = ['landed', 'waiting', 'idle', 'refused', 'failed', 'cut', 'open'];

const kindOf: Partial<Record<string, Kind>> = {
  landed: 'landed',
  'waiting for review': 'waiting',
  'nothing to do': 'idle',
  'no change': 'idle',
  refused: 'refused',
  'set aside': 'refused',
  'denied by the budget': 'refused',
  failed: 'failed',
  'cut off': 'cut',
} satisfies Record<CycleResult, Kind>;

/** What agents do in the middle of a cycle. */
export const working: ReadonlySet<AgentState> = new Set(['planning', 'queued', 'editing', 'landing']);

/** The spans of a period, the earliest first; this session's are those since the server started. */
export function spans({ cycles, status }: View, period: Period, now: Date): Span[] {
  const all = cycles?.cycles ?? [];
  const session = all.at(-1)?.session;
  const shown = period === 'all' ? all : all.filter((cycle) => cycle.session === session);
  const open = (status?.agents ?? []).flatMap(({ name, state, since, task }): Span[] =>
    working.has(state) && since !== null
      ? [{ key: `open ${name}`, agent: name, from: new Date(since), to: now, kind: 'open', words: state, task }]
      : [],
  );
  return [...shown.map(spanOf), ...open];
}

function spanOf(cycle: Cycle): Span {
  return {
    key: cycle.cycle,
    agent: cycle.agent,
    from: new Date(cycle.began),
    to: new Date(cycle.ended),
    kind: kindOf[cycle.result] ?? 'idle',
    words: cycle.result,
    cycle,
    task: cycle.reason,
  };
}

/** The agents in the order of the team, then those that work no more. */
export function agentsOf({ status }: View, shown: readonly Span[]): string[] {
  const team = (status?.agents ?? []).map(({ name }) => name);
  const done = new Set(shown.map(({ agent }) => agent));
  return [...team.filter((name) => done.has(name)), ...[...done].filter((name) => !team.includes(name)).sort()];
}
