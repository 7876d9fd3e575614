// The one tooltip: what is pointed at or has the focus, in a few lines. Screen readers read the same from labels.
import { element } from './element';

const gap = 8;

export class Tip {
  readonly #root = element('div', { class: 'tip', 'aria-hidden': 'true', hidden: '' });
  /** Shows it again where what it is about has moved to. */
  #again: (() => void) | undefined;

  constructor(page: HTMLElement) {
    page.append(this.#root);
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') {
        this.hide();
      }
    });
    document.addEventListener('scroll', () => {
      if (this.#again === undefined) {
        this.hide();
      }
      this.#again?.();
    });
  }

  /** Shows `lines` beside the rectangle `at` of the window, where there is room. */
  show(lines: readonly string[], at: DOMRect): void {
    this.#again = undefined;
    this.#root.replaceChildren(...lines.filter((line) => line !== '').map((line) => element('div', {}, line)));
    this.#root.hidden = false;
    const { width, height } = this.#root.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const below = at.bottom + gap + height < clientHeight;
    const left = Math.min(Math.max(gap, at.left + at.width / 2 - width / 2), clientWidth - width - gap);
    this.#root.style.left = `${left}px`;
    this.#root.style.top = `${below ? at.bottom + gap : Math.max(gap, at.top - gap - height)}px`;
  }

  hide(): void {
    this.#root.hidden = true;
    this.#again = undefined;
  }

  /** Shows what `lines` gives while `target` is pointed at or has the focus. */
  follow(target: HTMLElement, lines: () => readonly string[]): void {
    const show = (): void => {
      this.show(lines(), target.getBoundingClientRect());
      this.#again = show;
    };
    const hide = (): void => {
      this.hide();
    };
    target.addEventListener('pointerenter', show);
    target.addEventListener('focus', show);
    target.addEventListener('pointerleave', hide);
    target.addEventListener('blur', hide);
  }
}
