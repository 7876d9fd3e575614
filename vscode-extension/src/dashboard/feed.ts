// What the dashboard shows of one folder: follows its status, asks the server for the rest when that may have changed.
import { Disposable, LogOutputChannel, Uri } from 'vscode';
import { Listing } from '../listing';
import { messageOf } from '../log';
import { folderOf, Picture } from '../picture';
import { DocumentList, serverCommand, Status } from '../protocol';
import { Server } from '../server';
import { Cycles, Figures, PhaseHistory, View } from './message';

/** Milliseconds between two rounds of questions. */
const pause = 1000;

type Answered = Pick<View, 'phase' | 'cycles' | 'figures'>;
type Name = keyof Answered;

/** Its answer may have changed whenever `key` has. */
interface Question {
  command: string;
  key: (status: Status) => unknown;
}

const cycles = ({ team, agents }: Status): unknown => [team.state, agents.map((agent) => agent.cycles)];

const questions: Record<Name, Question> = {
  phase: { command: serverCommand.phaseHistory, key: ({ tokens, phase }) => [tokens.total, tokens.limit, phase] },
  cycles: { command: serverCommand.cycles, key: cycles },
  figures: { command: serverCommand.figures, key: cycles },
};

/** Where a feed has it from. */
export interface Sources {
  server: Server;
  picture: Picture;
  documents: Listing<DocumentList>;
  log: LogOutputChannel;
}

export class Feed implements Disposable {
  readonly #folder: Uri;
  readonly #server: Server;
  readonly #picture: Picture;
  readonly #log: LogOutputChannel;
  readonly #documents: Listing<DocumentList>;
  readonly #tell: (view: Partial<View>) => void;
  readonly #subscriptions: Disposable;
  readonly #keys = new Map<Name, string>();
  #told: DocumentList | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #disposed = false;

  /** `tell` is given what has changed. */
  constructor(folder: Uri, { server, picture, documents, log }: Sources, tell: (view: Partial<View>) => void) {
    [this.#folder, this.#server, this.#picture, this.#documents] = [folder, server, picture, documents];
    [this.#log, this.#tell] = [log, tell];
    this.#subscriptions = Disposable.from(
      picture.onDidChange((status) => {
        if (status === undefined || folderOf(status).fsPath === folder.fsPath) {
          this.#follow();
        }
      }),
      documents.onDidChange(() => {
        this.#tellDocuments();
      }),
    );
    this.#tellDocuments();
    this.#follow();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  #tellDocuments(): void {
    const documents = this.#documents.of(this.#folder);
    if (documents !== this.#told) {
      this.#told = documents;
      this.#tell({ documents: documents ?? null });
    }
  }

  #follow(): void {
    const status = this.#picture.of(this.#folder) ?? null;
    this.#tell({ server: this.#picture.serverState, status });
    if (status === null) {
      this.#keys.clear();
    } else if (this.#timer === undefined && !this.#asking) {
      void this.#ask();
    }
  }

  /** Asks what may have changed, and once more after a pause if something has meanwhile. */
  async #ask(): Promise<void> {
    this.#asking = true;
    const names = Object.keys(questions) as Name[];
    const asked = await Promise.all(names.map((name) => this.#answer(name)));
    this.#asking = false;
    if (!this.#disposed && asked.includes(true)) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.#ask();
      }, pause);
    }
  }

  /** Whether it was asked. */
  async #answer(name: Name): Promise<boolean> {
    const status = this.#picture.of(this.#folder);
    const { command, key } = questions[name];
    const now = JSON.stringify(status && key(status));
    if (status === undefined || this.#keys.get(name) === now) {
      return false;
    }
    this.#keys.set(name, now);
    try {
      const answer = await this.#server.execute<PhaseHistory | Cycles | Figures[]>(command, {
        folder: this.#folder.fsPath,
      });
      if (!this.#disposed) {
        this.#tell({ [name]: answer });
      }
    } catch (error) {
      this.#log.warn(`The dashboard got no ${name}: ${messageOf(error)}`);
    }
    return true;
  }
}
