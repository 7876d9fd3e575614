// The axis of time below a chart, in the person's language.
import { axisBottom } from 'd3-axis';
import type { ScaleTime } from 'd3-scale';
import type { Selection } from 'd3-selection';
import type { Format } from './format';

/** Pixels that a time takes in the axis, with some room around it. */
const room = 150;

/** Draws it into `layer`; `x` gives pixels. A time at the right end stays within the chart. */
export function timeAxis(
  layer: Selection<SVGGElement, unknown, null, undefined>,
  x: ScaleTime<number, number>,
  format: Format,
): void {
  const [first, last] = x.domain() as [Date, Date];
  const [, width] = x.range() as [number, number];
  const ticks = Math.max(2, Math.floor(width / room));
  layer.call(axisBottom<Date>(x).ticks(ticks).tickSizeOuter(0).tickFormat(format.tick(first, last)));
  layer
    .selectAll<SVGTextElement, Date>('.tick text')
    .attr('text-anchor', (time) => (x(time) > width - room / 5 ? 'end' : 'middle'));
}
