// Makes elements. Styles go through the object model: the content security policy refuses style attributes.

export type Attributes = Record<string, string | number | undefined>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children);
  return made;
}

/** A figure that can be read exactly: `field` is its path in `kinos/status`, `shown` what a person sees of `value`. */
export function figure(field: string, value: string | number | null, shown: string): HTMLElement {
  return element('data', { 'data-field': field, value: value ?? 'null' }, shown);
}

export function button(words: string, pressed: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'action' }, words);
  made.addEventListener('click', pressed);
  return made;
}
