// The project map as a read-only document, asked of the server each time it is shown.
import { Disposable, EventEmitter, languages, TextDocumentContentProvider, Uri, window, workspace } from 'vscode';
import { serverCommand } from './protocol';
import { Server } from './server';

const scheme = 'kinos-map';

export class ProjectMap implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly #server: Server;
  readonly #registration: Disposable;
  readonly #texts = new Map<string, string>();

  readonly onDidChange = this.#changed.event;

  constructor(server: Server) {
    this.#server = server;
    this.#registration = workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** @throws Error in the server's words when it has no map to show. */
  async show(folder: Uri | undefined): Promise<void> {
    const argument = folder === undefined ? {} : { folder: folder.fsPath };
    const text = await this.#server.execute<string>(serverCommand.showMap, argument);
    const uri = Uri.from({ scheme, path: '/Project Map.md', query: folder?.toString() ?? '' });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, 'markdown');
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
