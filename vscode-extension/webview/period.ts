// The choice between this session and all sessions, for what agents did and cost.
import type { Period } from '../src/dashboard/message';
import type { Context } from './context';
import { element } from './element';

export class PeriodChoice {
  readonly root: HTMLElement;
  readonly #inputs: Record<Period, HTMLInputElement>;

  constructor(context: Context, changed: () => void) {
    const { texts, saved, keep } = context;
    const option = (period: Period): HTMLInputElement => {
      const made = element('input', { type: 'radio', name: 'period', value: period });
      made.checked = saved.period === period;
      made.addEventListener('change', () => {
        keep({ period });
        changed();
      });
      return made;
    };
    this.#inputs = { session: option('session'), all: option('all') };
    this.root = element(
      'fieldset',
      { class: 'choice' },
      element('legend', { class: 'unseen' }, texts.period),
      element('label', {}, this.#inputs.session, element('span', {}, texts.session)),
      element('label', {}, this.#inputs.all, element('span', {}, texts.all)),
    );
  }

  get value(): Period {
    return this.#inputs.all.checked ? 'all' : 'session';
  }
}
