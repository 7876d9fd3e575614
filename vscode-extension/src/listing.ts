// What the server answers about each folder to one of its commands, asked again whenever its status says so.
import { Disposable, EventEmitter, LogOutputChannel, Uri } from 'vscode';
import { messageOf } from './log';
import { folderOf, Picture } from './picture';
import { Status } from './protocol';

/** Milliseconds between an answer and the next question at least; and so many times as long as the answer took. */
const rest = 200;
const patience = 4;

interface Known<Answer> {
  /** The revision the answer is about, and whether it is on its way. */
  revision: number;
  busy: boolean;
  answer?: Answer;
}

export class Listing<Answer> implements Disposable {
  readonly #picture: Picture;
  readonly #ask: (folder: Uri) => Promise<Answer>;
  readonly #revision: (status: Status) => number;
  readonly #log: LogOutputChannel;
  readonly #changed = new EventEmitter<void>();
  readonly #known = new Map<string, Known<Answer>>();
  readonly #subscription: Disposable;

  /** An answer is another one, or all were forgotten with the server that gave them. */
  readonly onDidChange = this.#changed.event;

  /** `ask` is asked about a folder whenever the number `revision` finds in its status has moved. */
  constructor(
    picture: Picture,
    log: LogOutputChannel,
    ask: (folder: Uri) => Promise<Answer>,
    revision: (status: Status) => number,
  ) {
    this.#picture = picture;
    this.#ask = ask;
    this.#revision = revision;
    this.#log = log;
    this.#subscription = picture.onDidChange((status) => {
      if (status === undefined) {
        this.#known.clear();
        this.#changed.fire();
      } else {
        void this.#follow(folderOf(status), this.#revision(status));
      }
    });
  }

  /** The latest answer about the folder; undefined before there is one. */
  of(folder: Uri): Answer | undefined {
    return this.#known.get(folder.fsPath)?.answer;
  }

  /** Asks about the folder now, whatever its status says. */
  async refresh(folder: Uri): Promise<void> {
    const { answer } = this.#known.get(folder.fsPath) ?? {};
    this.#known.set(folder.fsPath, { revision: -1, busy: false, ...(answer === undefined ? {} : { answer }) });
    await this.#follow(folder, Number.NaN);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #follow(folder: Uri, revision: number): Promise<void> {
    const known = this.#known.get(folder.fsPath) ?? { revision: -1, busy: false };
    this.#known.set(folder.fsPath, known);
    if (known.busy || known.revision === revision) {
      return;
    }
    known.busy = true;
    known.revision = revision;
    const begun = Date.now();
    try {
      known.answer = await this.#ask(folder);
      this.#changed.fire();
    } catch (error) {
      this.#log.warn(`Not known of ${folder.fsPath}: ${messageOf(error)}`);
    }
    setTimeout(
      () => {
        known.busy = false;
        this.#again(folder, known);
      },
      Math.max(rest, (Date.now() - begun) * patience),
    );
  }

  /** What happened while the answer was on its way is asked about too. */
  #again(folder: Uri, known: Known<Answer>): void {
    const status = this.#picture.of(folder);
    if (status !== undefined && this.#known.get(folder.fsPath) === known) {
      void this.#follow(folder, this.#revision(status));
    }
  }
}
