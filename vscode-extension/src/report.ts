// Texts that are only to be read, as documents; one that is about changes follows them while it is open.
import { Disposable, EventEmitter, languages, TextDocumentContentProvider, Uri, window, workspace } from 'vscode';
import { Listing } from './listing';
import { messageOf } from './log';
import { Change } from './protocol';

const scheme = 'kinos-report';

/** Makes the Markdown of a report. */
export type Maker = () => Promise<string>;

export class Report implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly #followed = new Map<string, Maker>();
  readonly #texts = new Map<string, string>();
  readonly #subscription: Disposable;

  readonly onDidChange = this.#changed.event;

  /** `changes` say when those that follow are made anew. */
  constructor(changes: Listing<Change[]>) {
    this.#subscription = Disposable.from(
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme, this),
      changes.onDidChange(() => this.#follow()),
    );
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** Shows what `make` makes as the document `name` about `folder`. @throws what `make` throws the first time */
  async show(name: string, folder: Uri, make: Maker, { follows }: { follows: boolean }): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${name}.md`, query: folder.fsPath });
    this.#put(uri, await make());
    if (follows) {
      this.#followed.set(uri.toString(), make);
    }
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, 'markdown');
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #follow(): Promise<void> {
    for (const { uri } of workspace.textDocuments.filter((document) => document.uri.scheme === scheme)) {
      const make = this.#followed.get(uri.toString());
      if (make !== undefined) {
        this.#put(uri, await make().catch(messageOf));
      }
    }
  }

  #put(uri: Uri, text: string): void {
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
  }
}
