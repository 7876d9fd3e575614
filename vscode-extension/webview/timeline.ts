// Timeline of cycles: a row for each agent, a mark for each cycle from its beginning to its end, coloured by how it ended.
import { scaleTime, ScaleTime } from 'd3-scale';
import { select, Selection } from 'd3-selection';
import type { Period, View } from '../src/dashboard/message';
import { timeAxis } from './axis';
import type { Context, Part } from './context';
import { element } from './element';
import { fill } from './format';
import { rove, settle } from './roving';
import { agentsOf, kinds, Span, spans } from './span';
import { Table } from './table';
import { wordsFor } from './word';

const mark = 'button.mark';
const shortest = 30_000;
/** Milliseconds after which the marks of those who are at work have grown. */
const pace = 1000;

export class Timeline implements Part {
  readonly root: HTMLElement;
  readonly #context: Context;
  readonly #period: () => Period;
  readonly #legend = element('div', { class: 'legend' });
  readonly #chart = element('div', { class: 'timeline', role: 'group' });
  readonly #names = element('div', { class: 'names', 'aria-hidden': 'true' });
  readonly #lanes = element('div', { class: 'lanes' });
  readonly #axis = element('div', { class: 'time' });
  readonly #empty = element('p', { class: 'empty', hidden: '' });
  readonly #earlier = element('p', { class: 'note', hidden: '' });
  readonly #table: Table;
  readonly #svg: Selection<SVGSVGElement, unknown, null, undefined>;
  #spans: Span[] = [];
  #drawn = '';
  #timer: number | undefined;

  constructor(context: Context, period: () => Period) {
    this.#context = context;
    this.#period = period;
    const { texts } = context;
    this.#table = new Table(context, 'cycles', texts.cycles);
    this.#chart.append(this.#names, this.#lanes, this.#axis);
    this.#svg = select(this.#axis).append('svg').attr('class', 'axis').attr('aria-hidden', 'true');
    this.#svg.append('g').attr('class', 'x');
    this.root = element(
      'section',
      { 'aria-labelledby': 'cycles' },
      element('header', {}, element('h2', { id: 'cycles' }, texts.cycles), this.#legend),
      this.#empty,
      this.#chart,
      this.#earlier,
      this.#table.root,
    );
    rove(this.#lanes, mark);
    new ResizeObserver(() => {
      this.#ticks();
    }).observe(this.#axis);
  }

  update(view: View): void {
    window.clearTimeout(this.#timer);
    const working = view.status?.agents.map(({ name, state, since, task }) => [name, state, since, task]);
    const drawn = JSON.stringify([this.#period(), view.cycles, working]);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#show(view);
    }
    if (this.#spans.some(({ kind }) => kind === 'open')) {
      this.#timer = window.setTimeout(() => {
        this.#drawn = '';
        this.update(view);
      }, pace);
    }
  }

  #show(view: View): void {
    const { texts, format } = this.#context;
    const shown = (this.#spans = spans(view, this.#period(), new Date()));
    const agents = agentsOf(view, shown);
    const none = shown.length === 0;
    this.#chart.hidden = this.#legend.hidden = this.#table.root.hidden = none;
    this.#empty.hidden = !none;
    this.#empty.textContent = texts.noCycles;
    const earlier = view.cycles?.earlier ?? 0;
    this.#earlier.hidden = earlier === 0 || this.#period() === 'session';
    this.#earlier.textContent = fill(texts.earlier, format.number(earlier));
    this.#chart.setAttribute('aria-label', fill(texts.cyclesLabel, format.number(shown.length), String(agents.length)));
    this.#legend.replaceChildren(...this.#legendOf(shown));
    this.#draw(agents);
    this.#table.update(
      [texts.time, texts.agent, texts.result, texts.lasted, texts.tokens, texts.cost, texts.reason],
      () => shown.map((span) => this.#row(span)).reverse(),
    );
  }

  #legendOf(shown: readonly Span[]): HTMLElement[] {
    return kinds.flatMap((kind) => {
      const those = shown.filter((span) => span.kind === kind);
      if (those.length === 0) {
        return [];
      }
      const words = kind === 'open' ? [this.#context.texts.running] : those.map((span) => this.#words(span));
      return [
        element(
          'span',
          { class: 'key', 'data-kind': kind },
          element('i', { class: 'swatch', 'aria-hidden': 'true' }),
          `${[...new Set(words)].join(', ')} `,
          element('data', { value: those.length, 'data-count': kind }, String(those.length)),
        ),
      ];
    });
  }

  #draw(agents: readonly string[]): void {
    const x = this.#scale();
    const fillIn = (made: HTMLButtonElement, span: Span): void => {
      this.#fill(made, span);
    };
    this.#names.replaceChildren(...agents.map((agent) => element('div', {}, agent)));
    const lanes = select(this.#lanes)
      .selectAll<HTMLDivElement, string>('div.lane')
      .data(agents, (agent) => agent)
      .join((enter) =>
        enter
          .append('div')
          .attr('class', 'lane')
          .attr('data-agent', (agent) => agent),
      )
      .order();
    lanes
      .selectAll<HTMLButtonElement, Span>(mark)
      .data(
        (agent) => this.#spans.filter((span) => span.agent === agent),
        (span) => span.key,
      )
      .join((enter) => enter.append(() => this.#mark()))
      .each(function (span) {
        fillIn(this, span);
      })
      .style('left', ({ from }) => `${x(from)}%`)
      .style('width', ({ from, to }) => `${Math.max(0, x(to) - x(from))}%`);
    settle(this.#lanes, mark);
    this.#ticks();
  }

  #mark(): HTMLButtonElement {
    const made = element('button', { type: 'button', class: 'mark', tabindex: -1 });
    this.#context.tip.follow(made, () => {
      const span = select<HTMLElement, Span>(made).datum();
      return this.#lines(span);
    });
    return made;
  }

  #fill(made: HTMLButtonElement, span: Span): void {
    made.dataset['kind'] = span.kind;
    made.dataset['cycle'] = span.cycle?.cycle ?? '';
    made.setAttribute('aria-label', this.#lines(span).filter(Boolean).join(', '));
  }

  #lines(span: Span): string[] {
    const { texts, format } = this.#context;
    const lasted = format.seconds((span.to.getTime() - span.from.getTime()) / 1000);
    const title = fill(texts.cycleOf, span.agent, format.moment(span.from), this.#words(span));
    return [title, span.task, [lasted, ...this.#cost(span)].filter(Boolean).join(' · ')];
  }

  #cost({ cycle }: Span): [string, string] {
    const { texts, format } = this.#context;
    if (cycle === undefined) {
      return ['', ''];
    }
    const usd = cycle.rehearsal ? texts.rehearsal : cycle.usd === null ? texts.unknownCost : format.usd(cycle.usd);
    return [format.number(cycle.tokensIn + cycle.tokensOut), usd];
  }

  #row(span: Span): string[] {
    const { format } = this.#context;
    const lasted = format.seconds((span.to.getTime() - span.from.getTime()) / 1000);
    return [format.moment(span.from), span.agent, this.#words(span), lasted, ...this.#cost(span), span.task];
  }

  #words({ kind, words }: Span): string {
    const { agentStates, cycleResults } = this.#context.texts;
    return wordsFor(kind === 'open' ? agentStates : cycleResults, words);
  }

  /** From the first beginning to the last end, in percent of the width. */
  #scale(): ScaleTime<number, number> {
    const last = Math.max(...this.#spans.map(({ to }) => to.getTime()));
    const first = Math.min(last - shortest, ...this.#spans.map(({ from }) => from.getTime()));
    return scaleTime().domain([first, last]).range([0, 100]);
  }

  #ticks(): void {
    const width = this.#axis.clientWidth;
    if (width === 0 || this.#spans.length === 0) {
      return;
    }
    const axis = this.#svg.attr('width', width).attr('height', 24).select<SVGGElement>('g');
    timeAxis(axis, this.#scale().range([0, width]), this.#context.format);
  }
}
