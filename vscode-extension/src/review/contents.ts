// The files of a change before and after it, as read-only documents.
import { Disposable, EventEmitter, TextDocumentContentProvider, Uri, workspace } from 'vscode';
import { Listing } from '../listing';
import { messageOf } from '../log';
import { Change, FileContents, serverCommand } from '../protocol';
import { Server } from '../server';
import { placeOf, scheme } from './place';

export class ChangeContents implements TextDocumentContentProvider, Disposable {
  readonly #server: Server;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(server: Server, changes: Listing<Change[]>) {
    this.#server = server;
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme.contents, this),
      changes.onDidChange(() => {
        this.#refresh();
      }),
      // What waits is shown on its file as that is now.
      workspace.onDidSaveTextDocument(() => {
        this.#refresh();
      }),
    );
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const place = placeOf(uri);
    if (place === undefined) {
      return '';
    }
    try {
      const { folder, change } = place;
      const told = await this.#server.execute<{ files: FileContents[] }>(serverCommand.contents, { folder, change });
      const file = told.files.find(({ path }) => path === place.path);
      return (place.side === 'before' ? file?.before : file?.after) ?? '';
    } catch (error) {
      return messageOf(error);
    }
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #refresh(): void {
    for (const { uri } of workspace.textDocuments) {
      if (uri.scheme === scheme.contents) {
        this.#changed.fire(uri);
      }
    }
  }
}
