// The files of waiting changes as they would be once landed, as documents to edit: saving one puts the person's version
// in the place of the agent's.
import {
  Disposable,
  EventEmitter,
  FileChangeEvent,
  FileChangeType,
  FileStat,
  FileSystemError,
  FileSystemProvider,
  FileType,
  Uri,
  workspace,
} from 'vscode';
import { Listing } from '../listing';
import { messageOf } from '../log';
import { Change, ProposedFile, serverCommand } from '../protocol';
import { Server } from '../server';
import { FilePlace, placeOf, scheme } from './place';

interface Known {
  file: ProposedFile;
  mtime: number;
}

export class ProposalFiles implements FileSystemProvider, Disposable {
  readonly #server: Server;
  readonly #changes: Listing<Change[]>;
  readonly #changed = new EventEmitter<FileChangeEvent[]>();
  readonly #known = new Map<string, Known>();
  /** By a change, the one that a person put in its place. */
  readonly #successors = new Map<string, string>();
  readonly #subscriptions: Disposable;

  readonly onDidChangeFile = this.#changed.event;

  constructor(server: Server, changes: Listing<Change[]>) {
    this.#server = server;
    this.#changes = changes;
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.registerFileSystemProvider(scheme.proposal, this, { isCaseSensitive: true }),
      changes.onDidChange(() => void this.#look()),
    );
  }

  /** The change that waits in the place of `change` now, which a person may have edited; else `change` itself. */
  current(change: string): string {
    const next = this.#successors.get(change);
    return next === undefined ? change : this.current(next);
  }

  /** Whether the change of a place is known to wait. */
  waits({ folder, change }: FilePlace): boolean {
    const id = this.current(change);
    return this.#changes.of(Uri.file(folder))?.find((each) => each.id === id)?.state === 'proposed';
  }

  /** @throws ResponseError if the change does not wait, or has no such file. */
  async file(place: FilePlace): Promise<ProposedFile> {
    const change = this.current(place.change);
    const argument = { folder: place.folder, change };
    const { files } = await this.#server.execute<{ files: ProposedFile[] }>(serverCommand.proposal, argument);
    const found = files.find(({ path }) => path === place.path);
    if (found === undefined) {
      throw FileSystemError.FileNotFound(place.path);
    }
    return found;
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { file, mtime } = this.#known.get(uri.toString()) ?? (await this.#read(uri));
    return { type: FileType.File, ctime: 0, mtime, size: Buffer.byteLength(file.text ?? '') };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const { file } = await this.#read(uri);
    return Buffer.from(file.text ?? '');
  }

  /** @throws ResponseError in the server's words, for instance while both versions of a conflict are in the text. */
  async writeFile(uri: Uri, content: Uint8Array): Promise<void> {
    const place = placed(uri);
    const { file } = this.#known.get(uri.toString()) ?? (await this.#read(uri));
    const text = Buffer.from(content).toString();
    if (text === (file.text ?? '')) {
      return;
    }
    const change = this.current(place.change);
    const edited = await this.#server.execute<Change>(serverCommand.editChange, {
      folder: place.folder,
      change,
      texts: { [place.path]: text },
      ...(file.base === null ? {} : { bases: { [place.path]: file.base } }),
    });
    this.#successors.set(change, edited.id);
    this.#keep(uri, { ...file, text, conflict: '' });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  watch(): Disposable {
    return new Disposable(() => undefined);
  }

  readDirectory(): never {
    throw FileSystemError.NoPermissions();
  }

  createDirectory(): never {
    throw FileSystemError.NoPermissions();
  }

  delete(): never {
    throw FileSystemError.NoPermissions();
  }

  rename(): never {
    throw FileSystemError.NoPermissions();
  }

  async #read(uri: Uri): Promise<Known> {
    try {
      return this.#keep(uri, await this.file(placed(uri)));
    } catch (error) {
      throw FileSystemError.FileNotFound(messageOf(error));
    }
  }

  #keep(uri: Uri, file: ProposedFile): Known {
    const before = this.#known.get(uri.toString());
    const same = before !== undefined && JSON.stringify(before.file) === JSON.stringify(file);
    const known = same ? before : { file, mtime: (before?.mtime ?? 0) + 1 };
    this.#known.set(uri.toString(), known);
    return known;
  }

  /** Reads what is open again: its file may be another one by now. */
  async #look(): Promise<void> {
    for (const { uri } of workspace.textDocuments.filter((document) => document.uri.scheme === scheme.proposal)) {
      const before = this.#known.get(uri.toString());
      try {
        if ((await this.#read(uri)).mtime !== before?.mtime) {
          this.#changed.fire([{ type: FileChangeType.Changed, uri }]);
        }
      } catch {
        // It waits no more; its editor is closed by the review.
        this.#known.delete(uri.toString());
      }
    }
  }
}

function placed(uri: Uri): FilePlace {
  const place = placeOf(uri);
  if (place === undefined) {
    throw FileSystemError.FileNotFound(uri);
  }
  return place;
}
