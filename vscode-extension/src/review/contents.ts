// The files of a change before and after it, and of one that waits as they are now, as read-only documents.
import { Disposable, EventEmitter, TextDocumentContentProvider, Uri, workspace } from 'vscode';
import { Listing } from '../listing';
import { messageOf } from '../log';
import { Change, FileContents, serverCommand } from '../protocol';
import { Server } from '../server';
import { FilePlace, placeOf, scheme, Side } from './place';
import { ProposalFiles } from './proposal';

export class ChangeContents implements TextDocumentContentProvider, Disposable {
  readonly #server: Server;
  readonly #proposals: ProposalFiles;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(server: Server, proposals: ProposalFiles, changes: Listing<Change[]>) {
    this.#server = server;
    this.#proposals = proposals;
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme.contents, this),
      changes.onDidChange(() => {
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
      return (await this.#textOf(place)) ?? '';
    } catch (error) {
      return messageOf(error);
    }
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #textOf(place: FilePlace & { side?: Side }): Promise<string | null | undefined> {
    const { folder, change } = place;
    if (place.side === 'now' && this.#proposals.waits(place)) {
      return (await this.#proposals.file(place)).base;
    }
    const told = await this.#server.execute<{ files: FileContents[] }>(serverCommand.contents, { folder, change });
    const file = told.files.find(({ path }) => path === place.path);
    return place.side === 'after' ? file?.after : file?.before;
  }

  #refresh(): void {
    for (const { uri } of workspace.textDocuments) {
      if (uri.scheme === scheme.contents) {
        this.#changed.fire(uri);
      }
    }
  }
}
