// The one language server process of this window: starts it, restarts it one at a time, and speaks with it.
import { commands, Disposable, EventEmitter, l10n, LogOutputChannel, workspace } from 'vscode';
import {
  CloseAction,
  CloseHandlerResult,
  ErrorAction,
  ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient/node';
import { messageOf, showError } from './log';
import { stateRequest, Status, statusNotification } from './protocol';
import { ProgramMissing, ServerProgram, serverProgram } from './settings';

export type ServerState = 'starting' | 'running' | 'stopped' | 'failed';

/** How long the server has, in milliseconds, to end its team and itself. */
const stopTimeout = 10_000;
const crashesAllowed = 4;
const crashWindow = 3 * 60_000;

/** Reports nothing to the person by itself: what went wrong is said once, by `Server`. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Server implements Disposable {
  readonly #log: LogOutputChannel;
  readonly #settings: () => Record<string, unknown>;
  readonly #stateChanged = new EventEmitter<ServerState>();
  readonly #statusReceived = new EventEmitter<Status>();
  #client: LanguageClient | undefined;
  #turn: Promise<void> = Promise.resolve();
  #crashes: number[] = [];

  readonly onDidChangeState = this.#stateChanged.event;
  readonly onDidReceiveStatus = this.#statusReceived.event;

  /** `settings` gives what the person set of the server's settings, each time it starts. */
  constructor(log: LogOutputChannel, settings: () => Record<string, unknown>) {
    this.#log = log;
    this.#settings = settings;
  }

  /** Ends the server if it runs, then starts it. Calls wait for each other. A failure is shown, not thrown. */
  restart(): Promise<void> {
    this.#crashes = [];
    return this.#replace();
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  /**
   * Runs a command of the server with its one argument.
   * @throws ResponseError with the server's own words, or Error if there is no server.
   */
  async execute<Answer>(command: string, argument: object): Promise<Answer> {
    await this.#turn;
    if (this.#client?.state !== State.Running) {
      throw new Error(l10n.t('The KinOS server is not running. Use "KinOS: Restart Server".'));
    }
    const params = { command, arguments: [argument] };
    return (await this.#client.sendRequest(ExecuteCommandRequest.type, params)) as Answer;
  }

  dispose(): void {
    this.#stateChanged.dispose();
    this.#statusReceived.dispose();
  }

  #replace(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end();
      await this.#begin();
    });
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(action);
    return this.#turn;
  }

  async #begin(): Promise<void> {
    this.#stateChanged.fire('starting');
    try {
      const program = await serverProgram();
      this.#log.info(`Starting ${[program.path, ...program.args].join(' ')}`);
      this.#client = this.#createClient(program);
      await this.#client.start();
    } catch (error) {
      this.#stateChanged.fire('failed');
      void this.#explain(error);
    }
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    try {
      await client?.dispose(stopTimeout);
    } catch (error) {
      // A server that never ran or did not answer is killed by the client; there is nothing left to do but say so.
      this.#log.warn(`Stopping the server: ${String(error)}`);
    }
    this.#stateChanged.fire('stopped');
  }

  #createClient(program: ServerProgram): LanguageClient {
    const executable = { command: program.path, args: program.args };
    const client = new QuietClient('kinos', 'KinOS', executable, this.#clientOptions());
    client.onNotification(statusNotification, (status) => {
      this.#statusReceived.fire(status);
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running && this.#client === client) {
        this.#stateChanged.fire('running');
        void this.#requestState(client);
      }
    });
    return client;
  }

  #clientOptions(): LanguageClientOptions {
    return {
      // Every file, since agents edit open documents of any language through the editor; the server narrows features.
      documentSelector: [{ scheme: 'file' }],
      initializationOptions: () => ({ trusted: workspace.isTrusted, settings: this.#settings() }),
      outputChannel: this.#log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: this.#errorHandler(),
      initializationFailedHandler: () => false,
    };
  }

  #errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: (): CloseHandlerResult => {
        if (this.#client?.state === State.Running) {
          void this.#recover();
        }
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  /** Brings back a server that ended by itself, unless it does so all the time. */
  async #recover(): Promise<void> {
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < crashWindow), now];
    this.#log.warn('The server ended by itself.');
    if (this.#crashes.length <= crashesAllowed) {
      await this.#replace();
      return;
    }
    this.#stateChanged.fire('failed');
    await this.#offerRestart(l10n.t('The KinOS server ended {0} times within 3 minutes.', this.#crashes.length));
  }

  async #requestState(client: LanguageClient): Promise<void> {
    try {
      this.#statusReceived.fire(await client.sendRequest(stateRequest, {}));
    } catch (error) {
      // No folder is open, or the server ended meanwhile: the next notification brings the picture.
      this.#log.info(`No state yet: ${String(error)}`);
    }
  }

  async #explain(error: unknown): Promise<void> {
    if (error instanceof ProgramMissing) {
      const openSettings = l10n.t('Open Settings');
      if ((await showError(this.#log, error.message, openSettings)) === openSettings) {
        await commands.executeCommand('workbench.action.openSettings', 'kinos.server.command');
      }
      return;
    }
    await this.#offerRestart(l10n.t('The KinOS server did not start: {0}', messageOf(error)));
  }

  async #offerRestart(message: string): Promise<void> {
    const again = l10n.t('Try Again');
    if ((await showError(this.#log, message, again)) === again) {
      await this.restart();
    }
  }
}
