// The head of the page: which folder it is about, and what stands in the way of showing it.
import type { View } from '../src/dashboard/message';
import type { Context, Part } from './context';
import { button, element } from './element';
import { fill } from './format';

export class Head implements Part {
  readonly root: HTMLElement;
  readonly #context: Context;
  readonly #title = element('h1');
  readonly #choice: HTMLSelectElement;
  readonly #label: HTMLLabelElement;
  readonly #notice = element('div', { class: 'notice', role: 'status', hidden: '' });
  #drawn = '';

  constructor(context: Context) {
    this.#context = context;
    this.#choice = element('select', { name: 'folder' });
    this.#choice.addEventListener('change', () => {
      context.ask({ type: 'select', folder: this.#choice.value });
    });
    this.#label = element('label', { class: 'folder-choice' }, `${context.texts.folder} `, this.#choice);
    this.root = element('header', { class: 'head' }, element('div', {}, this.#title, this.#label), this.#notice);
  }

  update(view: View): void {
    const { server, folders, folder, status } = view;
    const drawn = JSON.stringify([server, folders, folder, status?.trusted, status?.team.heldBy]);
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    this.#title.textContent = folders.find(({ uri }) => uri === folder)?.name ?? this.#context.texts.title;
    this.#label.hidden = folders.length < 2;
    this.#choice.replaceChildren(
      ...folders.map(({ uri, name }) =>
        element('option', { value: uri, selected: uri === folder ? '' : undefined }, name),
      ),
    );
    this.#choice.value = folder;
    const notice = this.#noticeOf(view);
    this.#notice.hidden = notice.length === 0;
    this.#notice.replaceChildren(...notice);
  }

  #noticeOf({ server, folders, status }: View): (string | Node)[] {
    const { texts, ask } = this.#context;
    if (server === 'starting') {
      return [texts.starting];
    }
    if (server !== 'running') {
      const restart = button(texts.restart, () => {
        ask({ type: 'run', action: 'restartServer' });
      });
      return [texts.noServer, ' ', restart];
    }
    if (folders.length === 0) {
      return [texts.noFolder];
    }
    if (status === null) {
      return [texts.counting];
    }
    if (!status.trusted) {
      return [texts.untrusted];
    }
    return status.team.heldBy === '' ? [] : [fill(texts.heldBy, status.team.heldBy)];
  }
}
