// The project map as a read-only document with links, which follows what the server knows while it is open.
import {
  Disposable,
  DocumentLink,
  DocumentLinkProvider,
  EventEmitter,
  languages,
  Range,
  TextDocument,
  TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import { messageOf } from './log';
import { MapDocument, serverCommand, Status } from './protocol';
import { Server } from './server';

const scheme = 'kinos-map';

export class ProjectMap implements TextDocumentContentProvider, DocumentLinkProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly #server: Server;
  readonly #subscriptions: Disposable;
  readonly #shown = new Map<string, string>();
  /** By URI, what was told last. */
  readonly #told = new Map<string, MapDocument>();

  readonly onDidChange = this.#changed.event;

  constructor(server: Server) {
    this.#server = server;
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme, this),
      languages.registerDocumentLinkProvider({ scheme }, this),
      server.onDidReceiveStatus((status) => {
        this.#follow(status);
      }),
      workspace.onDidCloseTextDocument(({ uri }) => this.#told.delete(uri.toString())),
    );
  }

  /** The text of the map of the folder in the URI's query; asked of the server. */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const argument = uri.query === '' ? {} : { folder: uri.query };
    try {
      const told = await this.#server.execute<MapDocument>(serverCommand.mapDocument, argument);
      this.#told.set(uri.toString(), told);
      return told.text;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Every document that the map names opens, where it names a line at that line. */
  provideDocumentLinks(document: TextDocument): DocumentLink[] {
    const told = this.#told.get(document.uri.toString());
    if (told?.text !== document.getText()) {
      return [];
    }
    return told.links.map(({ range: { start, end }, target, tooltip }) => {
      const range = new Range(start.line, start.character, end.line, end.character);
      return Object.assign(new DocumentLink(range, Uri.parse(target)), { tooltip });
    });
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
  #follow({ folder, phase, agents, revision }: Status): void {
    const weights = agents.map(({ name, weight }) => [name, weight]);
    const picture = JSON.stringify([phase, weights, revision.documents]);
    if (this.#shown.get(folder) === picture) {
      return;
    }
    this.#shown.set(folder, picture);
    for (const document of workspace.textDocuments.filter(({ uri }) => uri.scheme === scheme)) {
      this.#changed.fire(document.uri);
    }
  }
}
