// Which open documents wait to be saved by edits of agents alone, with no word of a person in them that is not saved.

/** What is looked at of an open document; the version grows by one with each edit. */
export interface Open {
  readonly isDirty: boolean;
  readonly version: number;
}

export class Untouched {
  /** Of documents that are dirty by edits of agents alone, the version that such an edit left. */
  readonly #left = new WeakMap<Open, number>();

  /** Whether nothing of a person waits in it to be saved. */
  has(document: Open): boolean {
    return !document.isDirty || this.#left.get(document) === document.version;
  }

  /** An agent's edit was made to it, which had `version` before and was untouched: whether it is to be saved for that alone. */
  edited(document: Open, version: number): boolean {
    // One more is this edit; any further one is the person's, who saves it with it.
    if (!document.isDirty || document.version !== version + 1) {
      return false;
    }
    this.#left.set(document, document.version);
    return true;
  }
}
