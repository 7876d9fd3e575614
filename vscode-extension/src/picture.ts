// The latest status of every workspace folder and the state of the server, with an event: what all views of them read.
import { Disposable, EventEmitter, Uri, workspace } from 'vscode';
import { activeFolder } from './folder';
import { Status } from './protocol';
import { Server, ServerState } from './server';

export class Picture implements Disposable {
  readonly #changed = new EventEmitter<Status | undefined>();
  readonly #subscriptions: Disposable;
  readonly #statuses = new Map<string, Status>();
  #serverState: ServerState;

  /** A folder's new status, or undefined when the state of the server changed and with it all statuses were forgotten. */
  readonly onDidChange = this.#changed.event;

  constructor(server: Server) {
    this.#serverState = server.state;
    this.#subscriptions = Disposable.from(
      this.#changed,
      server.onDidChangeState((state) => {
        this.#serverState = state;
        this.#statuses.clear();
        this.#changed.fire(undefined);
      }),
      server.onDidReceiveStatus((status) => {
        this.#statuses.set(folderOf(status).fsPath, status);
        this.#changed.fire(status);
      }),
      workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const { uri } of removed) {
          this.#statuses.delete(uri.fsPath);
        }
        for (const status of this.all) {
          this.#changed.fire(status);
        }
      }),
    );
  }

  get serverState(): ServerState {
    return this.#serverState;
  }

  /** The statuses of all folders that have one, in the order in which they first came. */
  get all(): readonly Status[] {
    return [...this.#statuses.values()];
  }

  /** The status of the workspace folder `folder`; undefined until the server has told it. */
  of(folder: Uri | undefined): Status | undefined {
    return folder === undefined ? undefined : this.#statuses.get(folder.fsPath);
  }

  /** The status of the folder of the active editor, else of the only or first one. */
  get current(): Status | undefined {
    return this.of(activeFolder()) ?? this.all[0];
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

/** The folder a status is about. */
export function folderOf({ folder }: Status): Uri {
  return folder.startsWith('file:') ? Uri.parse(folder) : Uri.file(folder);
}
