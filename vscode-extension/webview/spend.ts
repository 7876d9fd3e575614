// Spend by agent: a table whose bars show who cost what, in this session or in all of them.
import { max, sum } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { Action, View } from '../src/dashboard/message';
import type { Context, Part } from './context';
import { button, element } from './element';
import { PeriodChoice } from './period';

interface Cost {
  agent: string;
  usd: number | null;
  tokensIn: number;
  tokensOut: number;
  cycles: number;
  successRate: number | null;
}

export class Spend implements Part {
  readonly root: HTMLElement;
  readonly period: PeriodChoice;
  readonly #context: Context;
  readonly #head = element('thead');
  readonly #body = element('tbody');
  readonly #foot = element('tfoot');
  readonly #scroll: HTMLElement;
  readonly #empty = element('p', { class: 'empty', hidden: '' });
  #drawn = '';

  /** `changed` is told when another period is chosen. */
  constructor(context: Context, changed: () => void) {
    this.#context = context;
    const { texts } = context;
    this.period = new PeriodChoice(context, changed);
    const caption = element('caption', { class: 'unseen' }, texts.spend);
    const table = element('table', { class: 'spend' }, caption, this.#head, this.#body, this.#foot);
    this.#scroll = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': texts.spend }, table);
    this.root = element(
      'section',
      { 'aria-labelledby': 'spend' },
      element('header', {}, element('h2', { id: 'spend' }, texts.spend), this.period.root),
      this.#empty,
      this.#scroll,
    );
  }

  update(view: View): void {
    const { status, figures } = view;
    const period = this.period.value;
    const costs: readonly Cost[] =
      period === 'all' ? (figures ?? []) : (status?.agents ?? []).map((agent) => ({ ...agent, agent: agent.name }));
    const ever = (figures ?? []).length > 0;
    const drawn = JSON.stringify([period, costs.map(numbers), ever, status?.trusted]);
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    this.#scroll.hidden = costs.length === 0;
    this.#empty.hidden = costs.length > 0;
    this.#say(ever, status?.trusted ?? false);
    this.#draw(costs, period === 'session');
  }

  #say(ever: boolean, trusted: boolean): void {
    const { texts, ask } = this.#context;
    const start = (words: string, action: Action): HTMLElement =>
      button(words, () => {
        ask({ type: 'run', action });
      });
    const starts = [start(texts.startTeam, 'startTeam'), start(texts.rehearse, 'rehearseTeam')];
    this.#empty.replaceChildren(ever ? texts.notThisSession : texts.noSpend, ...(trusted ? starts : []));
  }

  #draw(costs: readonly Cost[], live: boolean): void {
    const { texts } = this.#context;
    // A rehearsal costs nothing, and some prices are not known: then the tokens are compared.
    const byMoney = costs.every(({ usd }) => usd !== null) && costs.some(({ usd }) => usd !== 0);
    const worth = (cost: Cost): number => (byMoney ? (cost.usd ?? 0) : cost.tokensIn + cost.tokensOut);
    const width = scaleLinear()
      .domain([0, max(costs, worth) ?? 1])
      .range([0, 100]);
    const heads = ['', texts.cost, texts.tokensIn, texts.tokensOut, texts.cyclesDone, texts.success];
    this.#head.replaceChildren(
      element('tr', {}, ...[texts.agent, ...heads].map((head) => element('th', { scope: 'col' }, head))),
    );
    const sorted = [...costs].sort((one, other) => worth(other) - worth(one));
    this.#body.replaceChildren(...sorted.map((cost) => this.#row(cost, width(worth(cost)), byMoney, live)));
    this.#foot.replaceChildren(this.#totals(costs));
  }

  #row(cost: Cost, width: number, byMoney: boolean, live: boolean): HTMLTableRowElement {
    const { format } = this.#context;
    const bar = element('div', { class: byMoney ? 'bar money' : 'bar' });
    const tokens = cost.tokensIn + cost.tokensOut;
    const parts = byMoney || tokens === 0 ? [1] : [cost.tokensIn / tokens, cost.tokensOut / tokens];
    parts.forEach((part) => {
      const piece = element('i');
      piece.style.width = `${width * part}%`;
      bar.append(piece);
    });
    const named = (field: string): string | undefined => (live ? `agents.${cost.agent}.${field}` : undefined);
    const cell = (field: keyof Cost, shown: string): HTMLElement =>
      element('td', {}, element('data', { 'data-field': named(field), value: cost[field] ?? 'null' }, shown));
    return element(
      'tr',
      { 'data-agent': cost.agent },
      element('th', { scope: 'row' }, cost.agent),
      element('td', { class: 'bars', 'aria-hidden': 'true' }, bar),
      cell('usd', this.#usd(cost.usd)),
      cell('tokensIn', format.number(cost.tokensIn)),
      cell('tokensOut', format.number(cost.tokensOut)),
      cell('cycles', format.number(cost.cycles)),
      cell('successRate', cost.successRate === null ? '–' : format.share(cost.successRate)),
    );
  }

  #totals(costs: readonly Cost[]): HTMLTableRowElement {
    const { texts, format } = this.#context;
    const usd = costs.some((cost) => cost.usd === null) ? null : sum(costs, (cost) => cost.usd ?? 0);
    const total = (field: 'tokensIn' | 'tokensOut' | 'cycles'): string =>
      format.number(sum(costs, (cost) => cost[field]));
    const cells = ['', this.#usd(usd), total('tokensIn'), total('tokensOut'), total('cycles'), ''];
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, texts.inAll),
      ...cells.map((cell) => element('td', {}, cell)),
    );
  }

  #usd(value: number | null): string {
    return value === null ? this.#context.texts.unknownCost : this.#context.format.usd(value);
  }
}

function numbers({ agent, usd, tokensIn, tokensOut, cycles, successRate }: Cost): unknown[] {
  return [agent, usd, tokensIn, tokensOut, cycles, successRate];
}
