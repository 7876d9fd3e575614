// One stop of the Tab key for many elements: arrow keys go to the nearest one in their direction.

const directions: Record<string, [number, number] | undefined> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Lets the keyboard go through the elements of `root` that match `selector`, in whatever order they lie. */
export function rove(root: HTMLElement, selector: string): void {
  root.addEventListener('keydown', (event) => {
    const items = all(root, selector);
    const from = items.find((item) => item === document.activeElement);
    const next = from === undefined ? undefined : target(items, from, event.key);
    if (next !== undefined) {
      event.preventDefault();
      next.focus();
    }
  });
  root.addEventListener('focusin', ({ target: focused }) => {
    all(root, selector).forEach((item) => {
      item.tabIndex = item === focused ? 0 : -1;
    });
  });
}

/** Exactly one element can be reached by Tab, also after some came and went. */
export function settle(root: HTMLElement, selector: string): void {
  const items = all(root, selector);
  const stop = items.find((item) => item === document.activeElement) ?? items.find((item) => item.tabIndex === 0);
  items.forEach((item) => {
    item.tabIndex = item === (stop ?? items[0]) ? 0 : -1;
  });
}

function all(root: HTMLElement, selector: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(selector)];
}

function target(items: readonly HTMLElement[], from: HTMLElement, key: string): HTMLElement | undefined {
  if (key === 'Home') {
    return items[0];
  }
  if (key === 'End') {
    return items.at(-1);
  }
  const direction = directions[key];
  return direction && nearest(items, from, direction);
}

/** Of what lies in the direction, the nearest; what lies aside counts as further away. */
function nearest(items: readonly HTMLElement[], from: HTMLElement, [x, y]: [number, number]): HTMLElement | undefined {
  const [fromX, fromY] = centre(from);
  let best: HTMLElement | undefined;
  let least = Infinity;
  for (const item of items) {
    const [itemX, itemY] = centre(item);
    const ahead = (itemX - fromX) * x + (itemY - fromY) * y;
    const aside = Math.abs((itemX - fromX) * y) + Math.abs((itemY - fromY) * x);
    if (item !== from && ahead > 1 && ahead + 2 * aside < least) {
      [best, least] = [item, ahead + 2 * aside];
    }
  }
  return best;
}

function centre(item: HTMLElement): [number, number] {
  const { left, top, width, height } = item.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
