// The whole page: its parts in their order, each brought up to date once a frame with what the extension told.
import { nothing, View } from '../src/dashboard/message';
import type { Context, Part } from './context';
import { element } from './element';
import { Head } from './head';
import { DocumentMap } from './map';
import { Overview } from './overview';
import { PhaseChart } from './phase';
import { Spend } from './spend';
import { Timeline } from './timeline';

export class Page {
  readonly #context: Context;
  readonly #parts: readonly Part[];
  readonly #charts: HTMLElement;
  #view: View = nothing;
  #waits = false;
  #restored = false;

  constructor(context: Context, root: HTMLElement) {
    this.#context = context;
    const spend = new Spend(context, () => {
      this.#soon();
    });
    const timeline = new Timeline(context, () => spend.period.value);
    const [head, overview] = [new Head(context), new Overview(context)];
    const charts = [new DocumentMap(context), new PhaseChart(context), spend, timeline];
    this.#parts = [head, overview, ...charts];
    this.#charts = element('div', { class: 'charts' }, ...charts.map((chart) => chart.root));
    root.prepend(element('main', {}, head.root, overview.root, this.#charts));
    window.addEventListener('scrollend', () => {
      context.keep({ scroll: Math.round(window.scrollY) });
    });
  }

  show(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#soon();
  }

  #soon(): void {
    if (!this.#waits) {
      this.#waits = true;
      requestAnimationFrame(() => {
        this.#waits = false;
        this.#update();
      });
    }
  }

  #update(): void {
    this.#charts.hidden = this.#view.folder === '';
    this.#parts.forEach((part) => {
      part.update(this.#view);
    });
    document.documentElement.dataset['folder'] = this.#view.folder;
    const { documents, phase, cycles, figures } = this.#view;
    if (!this.#restored && documents !== null && phase !== null && cycles !== null && figures !== null) {
      this.#restored = true;
      window.scrollTo({ top: this.#context.saved.scroll });
    }
  }
}
