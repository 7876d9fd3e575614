// The map as a picture: a treemap of documents by size, coloured by their limits; a cell opens its document.
import { select } from 'd3-selection';
import type { View } from '../src/dashboard/message';
import type { DocumentList, DocumentSize } from '../src/protocol';
import type { Context, Part } from './context';
import { button, element } from './element';
import { fill } from './format';
import { levelRange, levels, levelWords, mark, Sized, sizedOf } from './level';
import { rove, settle } from './roving';
import { Table } from './table';
import { Place, places } from './tree';

const cell = 'button.cell';
/** Rows of the table; the rest is in the map's own document. */
const most = 250;

export class DocumentMap implements Part {
  readonly root: HTMLElement;
  readonly #context: Context;
  readonly #legend = element('div', { class: 'legend' });
  readonly #chart = element('div', { class: 'treemap', role: 'group' });
  readonly #empty = element('p', { class: 'empty', hidden: '' });
  readonly #table: Table;
  #documents: DocumentList | null = null;
  #sized: Sized[] = [];

  constructor(context: Context) {
    this.#context = context;
    const { texts } = context;
    this.#table = new Table(context, 'map', texts.map);
    const head = element('header', {}, element('h2', { id: 'map' }, texts.map), this.#legend);
    this.root = element('section', { 'aria-labelledby': 'map' }, head, this.#empty, this.#chart, this.#table.root);
    rove(this.#chart, cell);
    new ResizeObserver(() => {
      this.#draw();
    }).observe(this.#chart);
  }

  update({ documents }: View): void {
    if (documents === this.#documents) {
      return;
    }
    this.#documents = documents;
    this.#sized = documents === null ? [] : sizedOf(documents);
    const { texts, format } = this.#context;
    const count = this.#sized.length;
    this.#chart.hidden = this.#legend.hidden = this.#table.root.hidden = count === 0;
    this.#empty.hidden = count > 0;
    this.#empty.textContent = documents?.complete ? texts.noDocuments : texts.counting;
    if (documents === null || count === 0) {
      this.#chart.replaceChildren();
    } else {
      this.#chart.setAttribute('aria-label', fill(texts.mapLabel, format.number(count)));
      this.#legend.replaceChildren(...this.#legendOf(documents));
      this.#table.update([texts.document, texts.size, fill(texts.share, format.limit(documents.warn)), ''], () =>
        this.#rows(documents),
      );
      this.#draw();
    }
  }

  #legendOf(documents: DocumentList): HTMLElement[] {
    return levels.map((level) => {
      const count = this.#sized.filter((document) => document.level === level).length;
      const words = `${levelWords(this.#context, level)} (${levelRange(this.#context, level, documents)})`;
      return element(
        'span',
        { class: 'key', 'data-level': level },
        element('i', { class: 'swatch', 'aria-hidden': 'true' }),
        `${words} `,
        element('data', { value: count, 'data-count': level }, this.#context.format.number(count)),
      );
    });
  }

  #draw(): void {
    const { clientWidth, clientHeight } = this.#chart;
    const documents = this.#documents;
    if (documents === null || clientWidth === 0) {
      return;
    }
    const fillIn = (made: HTMLButtonElement, place: Place): void => {
      this.#fill(made, place, documents);
    };
    const all = places(this.#sized, clientWidth, clientHeight);
    const folders = all.filter(({ data }) => data.children !== undefined);
    const leaves = all.filter(({ data }) => data.children === undefined);
    select(this.#chart)
      .selectAll<HTMLElement, Place>('div.folder')
      .data(folders, ({ data }) => data.path)
      .join((enter) => enter.append('div').attr('class', 'folder').attr('aria-hidden', 'true'))
      .text(({ data }) => data.name)
      .each(put);
    select(this.#chart)
      .selectAll<HTMLButtonElement, Place>(cell)
      .data(leaves, ({ data }) => data.path)
      .join((enter) => enter.append(() => this.#cell()))
      .each(function (place) {
        fillIn(this, place);
      })
      .each(put);
    settle(this.#chart, cell);
  }

  #cell(): HTMLButtonElement {
    const made = element('button', { type: 'button', class: 'cell', tabindex: -1 });
    const open = (beside: boolean): void => {
      this.#open(made.dataset['path'] ?? '', beside);
    };
    made.append(element('span', { class: 'name' }), element('span', { class: 'size' }));
    made.addEventListener('click', ({ ctrlKey, metaKey, altKey }) => {
      open(ctrlKey || metaKey || altKey);
    });
    this.#context.tip.follow(made, () => [made.dataset['path'] ?? '', made.dataset['words'] ?? '']);
    return made;
  }

  #fill(made: HTMLButtonElement, { data, x0, x1, y0, y1 }: Place, documents: DocumentList): void {
    const { texts, format } = this.#context;
    const level = data.document?.level ?? 'ok';
    const shown = data.rest === undefined ? data.name : fill(texts.more, format.number(data.rest));
    const words = `${levelWords(this.#context, level)}, ${levelRange(this.#context, level, documents)}`;
    const tokens = format.number(data.tokens);
    Object.assign(made.dataset, {
      path: data.path,
      tokens: String(data.tokens),
      level: data.rest === undefined ? level : 'rest',
      words: data.rest === undefined ? `${mark[level]} ${tokens} · ${words}` : `${shown} · ${tokens}`,
    });
    made.setAttribute('aria-label', fill(texts.sizeOf, data.path || shown, tokens, data.rest ? '' : words));
    made.classList.toggle('narrow', x1 - x0 < 44 || y1 - y0 < 20);
    made.classList.toggle('flat', y1 - y0 < 38);
    (made.children[0] as HTMLElement).textContent = shown;
    (made.children[1] as HTMLElement).textContent =
      data.rest === undefined ? `${format.kilo(data.tokens)} ${mark[level]}` : format.kilo(data.tokens);
  }

  /** The cell of the many small documents has no path: the map shows them. */
  #open(path: string, beside: boolean): void {
    this.#context.ask(path === '' ? { type: 'run', action: 'showMap' } : { type: 'open', path, beside });
  }

  #rows({ documents, warn }: DocumentList): (string | Node)[][] {
    const unsized = documents.filter(({ tokens }) => tokens === null);
    return [...this.#sized, ...unsized].slice(0, most).map((document) => this.#row(document, warn));
  }

  #row({ path, tokens, level, reason }: DocumentSize, warn: number): (string | Node)[] {
    const { format } = this.#context;
    const link = button(path, () => {
      this.#open(path, false);
    });
    link.className = 'link';
    link.dataset['key'] = path;
    if (tokens === null || level === null) {
      return [link, '–', '–', `❔ ${reason}`];
    }
    const size = element('data', { value: tokens, 'data-size': path }, format.number(tokens));
    return [link, size, format.share(tokens / warn), `${mark[level]} ${levelWords(this.#context, level)}`];
  }
}

function put(this: HTMLElement, { x0, x1, y0, y1 }: Place): void {
  this.style.left = `${x0}px`;
  this.style.top = `${y0}px`;
  this.style.width = `${Math.max(0, x1 - x0)}px`;
  this.style.height = `${Math.max(0, y1 - y0)}px`;
}
