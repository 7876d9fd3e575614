// Phase over time: the total of tokens as a line, the thresholds across it, the phases behind it.
import { axisLeft } from 'd3-axis';
import { select, Selection } from 'd3-selection';
import { area, curveStepAfter, line } from 'd3-shape';
import type { View } from '../src/dashboard/message';
import { timeAxis } from './axis';
import type { Context, Part } from './context';
import { Course, course, indexAt, Point, Scales, scales, Stretch, Threshold } from './course';
import { element } from './element';
import { fill } from './format';
import { Table } from './table';

const height = 240;
const margin = { top: 14, right: 12, bottom: 26, left: 46 };

type Layer = Selection<SVGGElement, unknown, null, undefined>;

export class PhaseChart implements Part {
  readonly root: HTMLElement;
  readonly #context: Context;
  readonly #chart = element('div', { class: 'plot', role: 'group', tabindex: 0 });
  readonly #empty = element('p', { class: 'empty', hidden: '' });
  readonly #said = element('p', { class: 'unseen', 'aria-live': 'polite' });
  readonly #table: Table;
  readonly #plot: Layer;
  readonly #layers: Record<'bands' | 'lines' | 'area' | 'line' | 'x' | 'y' | 'cursor', Layer>;
  #course: Course | undefined;
  #scales: Scales | undefined;
  #drawn = '';
  #index = -1;

  constructor(context: Context) {
    this.#context = context;
    const { texts } = context;
    this.#table = new Table(context, 'phase', texts.phase);
    const svg = select(this.#chart).append('svg').attr('aria-hidden', 'true').attr('height', height);
    this.#plot = svg.append('g').attr('transform', `translate(${margin.left},${margin.top})`);
    const layer = (name: string): Layer => this.#plot.append('g').attr('class', name);
    this.#layers = {
      bands: layer('bands'),
      y: layer('axis y'),
      lines: layer('lines'),
      area: layer('area'),
      line: layer('line'),
      x: layer('axis x'),
      cursor: layer('cursor'),
    };
    this.root = element(
      'section',
      { 'aria-labelledby': 'phase' },
      element('header', {}, element('h2', { id: 'phase' }, texts.phase)),
      this.#empty,
      this.#chart,
      this.#said,
      this.#table.root,
    );
    this.#listen();
  }

  update(view: View): void {
    const drawn = JSON.stringify([view.phase, view.status?.tokens, view.status?.phase]);
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    this.#course = course(view, new Date());
    const { texts, format } = this.#context;
    const points = this.#course?.points ?? [];
    const now = points.at(-1);
    this.#chart.hidden = this.#table.root.hidden = now === undefined;
    this.#empty.hidden = now !== undefined;
    this.#empty.textContent = texts.noHistory;
    if (now !== undefined) {
      this.#chart.setAttribute('aria-label', fill(texts.phaseLabel, format.number(now.total), now.phase));
      this.#table.update([texts.time, texts.total, texts.phaseTile], () =>
        points.map((point) => this.#row(point)).reverse(),
      );
      this.#draw();
    }
  }

  #row({ time, total, phase }: Point): (string | Node)[] {
    const { format } = this.#context;
    return [format.moment(time), element('data', { value: total }, format.number(total)), phase];
  }

  #draw(): void {
    const width = this.#chart.clientWidth - margin.left - margin.right;
    if (this.#course === undefined || width <= 0) {
      return;
    }
    const inner = height - margin.top - margin.bottom;
    const drawn = (this.#scales = scales(this.#course, width, inner));
    select(this.#chart)
      .select('svg')
      .attr('width', width + margin.left + margin.right);
    this.#bands(this.#course.stretches, drawn, inner);
    this.#lines(this.#course, drawn, width);
    this.#curve(this.#course.points, drawn);
    this.#axes(drawn, width, inner);
    if (this.#index >= 0) {
      this.#point(Math.min(this.#index, this.#course.points.length - 1), false);
    }
  }

  #bands(stretches: readonly Stretch[], { x }: Scales, inner: number): void {
    this.#layers.bands
      .selectAll('rect')
      .data(stretches)
      .join('rect')
      .attr('data-phase', ({ phase }) => phase)
      .attr('x', ({ from }) => x(from))
      .attr('width', ({ from, to }) => Math.max(0, x(to) - x(from)))
      .attr('height', inner);
  }

  #lines(drawn: Course, { y }: Scales, width: number): void {
    const { texts, format } = this.#context;
    const words: [Threshold, string][] = [
      ['expand', texts.expandBelow],
      ['converge', texts.convergeAbove],
      ['limit', texts.limit],
    ];
    const [, top] = y.domain();
    const shown = words.filter(([name]) => drawn[name] <= (top ?? 0));
    const lines = this.#layers.lines.selectAll<SVGGElement, [Threshold, string]>('g').data(shown, ([name]) => name);
    const groups = lines.join((enter) => {
      const group = enter.append('g').attr('data-threshold', ([name]) => name);
      group.append('line').attr('x1', 0);
      group.append('text').attr('text-anchor', 'end');
      return group;
    });
    groups.attr('data-tokens', ([name]) => drawn[name]).attr('transform', ([name]) => `translate(0,${y(drawn[name])})`);
    groups.select('line').attr('x2', width);
    groups
      .select('text')
      .attr('x', width - 4)
      .attr('y', ([name]) => (name === 'expand' ? 13 : -5))
      .text(([name, text]) => fill(text, format.kilo(drawn[name])));
  }

  #curve(points: readonly Point[], { x, y }: Scales): void {
    const across = ({ time }: Point): number => x(time);
    const up = ({ total }: Point): number => y(total);
    const below = area<Point>().curve(curveStepAfter).x(across).y1(up).y0(y(0));
    const along = line<Point>().curve(curveStepAfter).x(across).y(up);
    this.#layers.area
      .selectAll('path')
      .data([points])
      .join('path')
      .attr('d', (all) => below([...all]));
    this.#layers.line
      .selectAll('path')
      .data([points])
      .join('path')
      .attr('d', (all) => along([...all]));
    this.#layers.line
      .selectAll('circle')
      .data(points.slice(-1))
      .join('circle')
      .attr('r', 4)
      .attr('data-total', ({ total }) => total)
      .attr('cx', across)
      .attr('cy', up);
  }

  #axes({ x, y }: Scales, width: number, inner: number): void {
    timeAxis(this.#layers.x.attr('transform', `translate(0,${inner})`), x, this.#context.format);
    const kilo = (tokens: number): string => `${tokens / 1000}k`;
    this.#layers.y.call(axisLeft<number>(y).ticks(5).tickSize(-width).tickFormat(kilo));
  }

  #listen(): void {
    new ResizeObserver(() => {
      this.#draw();
    }).observe(this.#chart);
    this.#chart.addEventListener('pointermove', ({ clientX }) => {
      if (this.#scales !== undefined && this.#course !== undefined) {
        const at = clientX - this.#chart.getBoundingClientRect().left - margin.left;
        this.#point(indexAt(this.#course.points, this.#scales.x.invert(at)), false);
      }
    });
    const leave = (): void => {
      this.#index = -1;
      this.#layers.cursor.selectAll('*').remove();
      this.#context.tip.hide();
    };
    this.#chart.addEventListener('pointerleave', leave);
    this.#chart.addEventListener('blur', leave);
    this.#chart.addEventListener('focus', () => {
      this.#index = (this.#course?.points.length ?? 0) - 1;
    });
    this.#chart.addEventListener('keydown', (event) => {
      const last = (this.#course?.points.length ?? 0) - 1;
      const at = this.#index < 0 ? last : this.#index;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        this.#point(Math.min(Math.max(0, to), last), true);
      }
    });
  }

  /** Points at what was so from a point on; the keyboard's way is also said. */
  #point(index: number, said: boolean): void {
    const point = this.#course?.points[index];
    if (point === undefined || this.#scales === undefined) {
      return;
    }
    this.#index = index;
    const { texts, format, tip } = this.#context;
    const [left, top] = [this.#scales.x(point.time), this.#scales.y(point.total)];
    const cursor = this.#layers.cursor;
    cursor
      .selectAll('line')
      .data([0])
      .join('line')
      .attr('x1', left)
      .attr('x2', left)
      .attr('y2', height - margin.top - margin.bottom);
    cursor.selectAll('circle').data([0]).join('circle').attr('r', 4).attr('cx', left).attr('cy', top);
    const words = [format.moment(point.time), format.number(point.total), point.phase] as const;
    const box = this.#chart.getBoundingClientRect();
    tip.show(words, new DOMRect(box.left + margin.left + left, box.top + margin.top + top, 0, 0));
    if (said) {
      this.#said.textContent = fill(texts.pointAt, ...words);
    }
  }
}
