// A chart's numbers as a table, folded away until somebody wants it; what is folded away is not filled.
import type { Context } from './context';
import { element } from './element';

/** A cell: what is shown, or an element. */
export type Cell = string | Node;

export class Table {
  readonly root: HTMLDetailsElement;
  readonly #body = element('tbody');
  readonly #head = element('thead');
  #rows: () => Cell[][] = () => [];
  #heads: readonly string[] = [];

  /** `name` is what it is remembered by, `caption` what it holds; the columns `numeric` are numbers. */
  constructor(context: Context, name: string, caption: string) {
    const table = element('table', {}, element('caption', {}, caption), this.#head, this.#body);
    const scroll = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table);
    this.root = element('details', { 'data-table': name }, element('summary', {}, context.texts.asTable), scroll);
    this.root.open = context.saved.tables.includes(name);
    this.root.addEventListener('toggle', () => {
      const others = context.saved.tables.filter((each) => each !== name);
      context.keep({ tables: this.root.open ? [...others, name] : others });
      this.#fill();
    });
  }

  update(heads: readonly string[], rows: () => Cell[][]): void {
    [this.#heads, this.#rows] = [heads, rows];
    this.#fill();
  }

  #fill(): void {
    if (!this.root.open) {
      this.#body.replaceChildren();
      return;
    }
    const focused = document.activeElement?.getAttribute('data-key');
    this.#head.replaceChildren(element('tr', {}, ...this.#heads.map((head) => element('th', { scope: 'col' }, head))));
    this.#body.replaceChildren(...this.#rows().map(row));
    if (focused != null) {
      this.#body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }
}

function row([first, ...others]: Cell[]): HTMLTableRowElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, first ?? ''),
    ...others.map((cell) => element('td', {}, cell)),
  );
}
