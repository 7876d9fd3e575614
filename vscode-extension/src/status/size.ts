// Follows the size of the document that the person is in, exact at every keystroke.
import { Disposable, EventEmitter, LogOutputChannel, TextDocument, window, workspace } from 'vscode';
import { messageOf } from '../log';
import { Picture } from '../picture';
import { Level, Request } from '../protocol';
import { Server } from '../server';

/** The size of one document; null where it has none, and then `reason` says why. Limits are in tokens. */
export interface Size {
  uri: string;
  version: number | null;
  tokens: number | null;
  level: Level | null;
  mark: string;
  warn: number;
  error: number;
  tokenizer: string;
  counted: 'exact' | 'unconfirmed' | 'unavailable';
  reason: string;
}

const sizeRequest: Request<{ uri: string }, Size | null> = { method: 'kinos/size' };
/** How often in a row a size may be one of an older text before nothing more is expected. */
const mostStale = 5;
const counted = new Set(['file', 'untitled']);

export class ActiveSize implements Disposable {
  readonly #server: Server;
  readonly #log: LogOutputChannel;
  readonly #changed = new EventEmitter<Size | undefined>();
  readonly #subscriptions: Disposable;
  #wanted = 0;
  #stale = 0;
  #busy = false;

  /** The size of the document of the active editor; undefined if that has none. */
  readonly onDidChange = this.#changed.event;

  constructor(server: Server, picture: Picture, log: LogOutputChannel) {
    this.#server = server;
    this.#log = log;
    const look = (): void => {
      void this.#look();
    };
    this.#subscriptions = Disposable.from(
      this.#changed,
      picture.onDidChange(look),
      window.onDidChangeActiveTextEditor(look),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document === window.activeTextEditor?.document) {
          look();
        }
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** Asks for the size; what happens while the answer is on its way is asked about once more. */
  async #look(): Promise<void> {
    this.#wanted += 1;
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    try {
      for (let answered = -1; answered !== this.#wanted;) {
        answered = this.#wanted;
        // The client hears of a change after us: it has to have told the server before we ask.
        await new Promise(setImmediate);
        this.#changed.fire(await this.#sizeOf(window.activeTextEditor?.document));
      }
    } finally {
      this.#busy = false;
    }
  }

  /** A size of a text before the one on the screen is asked for anew, though not without end. */
  #askAgain(isStale: boolean): void {
    this.#stale = isStale ? this.#stale + 1 : 0;
    if (isStale && this.#stale < mostStale) {
      this.#wanted += 1;
    }
  }

  async #sizeOf(document: TextDocument | undefined): Promise<Size | undefined> {
    if (document === undefined || !counted.has(document.uri.scheme) || this.#server.state !== 'running') {
      return undefined;
    }
    try {
      const size = await this.#server.request(sizeRequest, { uri: document.uri.toString() });
      this.#askAgain(size !== null && size.version !== document.version);
      return size ?? undefined;
    } catch (error) {
      // A document of no folder that the server has not been told of, or a server that has just ended.
      this.#log.debug(`No size of ${document.uri.toString()}: ${messageOf(error)}`);
      return undefined;
    }
  }
}
