// The project map as a read-only document, which follows what the server knows while it is open.
import { Disposable, EventEmitter, languages, TextDocumentContentProvider, Uri, window, workspace } from 'vscode';
import { messageOf } from './log';
import { serverCommand, Status } from './protocol';
import { Server } from './server';

const scheme = 'kinos-map';

export class ProjectMap implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly #server: Server;
  readonly #subscriptions: Disposable;
  readonly #shown = new Map<string, string>();

  readonly onDidChange = this.#changed.event;

  constructor(server: Server) {
    this.#server = server;
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme, this),
      server.onDidReceiveStatus((status) => {
        this.#follow(status);
      }),
    );
  }

  /** The text of the map of the folder in the URI's query; asked of the server. */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const argument = uri.query === '' ? {} : { folder: uri.query };
    try {
      return await this.#server.execute<string>(serverCommand.showMap, argument);
    } catch (error) {
      return messageOf(error);
    }
  }

  async show(folder: Uri | undefined): Promise<void> {
    const uri = Uri.from({ scheme, path: '/Project Map.md', query: folder?.fsPath ?? '' });
    this.#changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, 'markdown');
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** Asks for open maps again when something in them changed; statuses come several times a second. */
  #follow({ folder, phase, tokens, documents }: Status): void {
    const picture = JSON.stringify([phase, tokens, documents]);
    if (this.#shown.get(folder) === picture) {
      return;
    }
    this.#shown.set(folder, picture);
    for (const document of workspace.textDocuments.filter(({ uri }) => uri.scheme === scheme)) {
      this.#changed.fire(document.uri);
    }
  }
}
