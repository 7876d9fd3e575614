// What the chart of the phase draws: points up to now, their stretches of one phase, and the scales they lie on.
import { bisector, max } from 'd3-array';
import { ScaleLinear, scaleLinear, ScaleTime, scaleTime } from 'd3-scale';
import type { PhaseHistory, View } from '../src/dashboard/message';

export interface Point {
  time: Date;
  total: number;
  phase: string;
}

/** From one point in time to another, in one phase. */
export interface Stretch {
  from: Date;
  to: Date;
  phase: string;
}

export interface Course {
  points: Point[];
  stretches: Stretch[];
  limit: number;
  converge: number;
  expand: number;
}

/** A project that nothing happened to yet is shown over this many milliseconds. */
const shortest = 60_000;

/** The recorded points and how things stand at `now`; undefined before anything is known. */
export function course({ phase, status }: View, now: Date): Course | undefined {
  if (phase === null) {
    return undefined;
  }
  const points = phase.points.map(({ time, total, phase: name }) => ({ time: new Date(time), total, phase: name }));
  const last = points.at(-1);
  if (status !== null && last !== undefined) {
    const time = new Date(Math.max(now.getTime(), last.time.getTime()));
    points.push({ time, total: status.tokens.total, phase: status.phase.name });
  }
  return { points, stretches: stretches(points), limit: phase.limit, converge: phase.converge, expand: phase.expand };
}

function stretches(points: readonly Point[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { time, phase } of points) {
    const open = found.at(-1);
    if (open !== undefined) {
      open.to = time;
    }
    if (open?.phase !== phase) {
      found.push({ from: time, to: time, phase });
    }
  }
  return found;
}

export interface Scales {
  x: ScaleTime<number, number>;
  y: ScaleLinear<number, number>;
}

/** `width` and `height` are those of the plot in pixels. Both thresholds are always in it, the limit once it is near. */
export function scales({ points, converge, limit }: Course, width: number, height: number): Scales {
  const last = points.at(-1)?.time.getTime() ?? 0;
  const first = Math.min(points[0]?.time.getTime() ?? last, last - shortest);
  const highest = max(points, ({ total }) => total) ?? 0;
  const top = Math.max(converge * 1.15, highest * 1.05, highest > converge ? limit * 1.05 : 0);
  return {
    x: scaleTime().domain([first, last]).range([0, width]),
    y: scaleLinear().domain([0, top]).range([height, 0]),
  };
}

const byTime = bisector(({ time }: Point) => time);

/** The index of what was so at `time`: the last point that is not after it. */
export function indexAt(points: readonly Point[], time: Date): number {
  return Math.max(0, byTime.right(points, time) - 1);
}

export type Threshold = keyof Pick<PhaseHistory, 'limit' | 'converge' | 'expand'>;
