// The one language server process of this window: starts it, restarts it one at a time, and speaks with it.
import { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { commands, Disposable, EventEmitter, l10n, LogOutputChannel, workspace } from 'vscode';
import { ExecuteCommandRequest, LanguageClient, RequestType, State } from 'vscode-languageclient/node';
import { messageOf, showError } from '../log';
import { createClient, SettingsReader } from './client';
import { endProcess, startProcess } from './process';
import { stateRequest, Status, statusNotification } from '../protocol';
import { ProgramMissing, serverProgram } from './program';

export type ServerState = 'starting' | 'running' | 'stopped' | 'failed';

/** Milliseconds the server has to be ready, and to end its team and itself. */
const startTimeout = 60_000;
const stopTimeout = 10_000;
const crashesAllowed = 4;
const crashWindow = 3 * 60_000;

export class Server implements Disposable {
  readonly #log: LogOutputChannel;
  readonly #settings: SettingsReader;
  readonly #secrets: () => Promise<Record<string, string>>;
  readonly #stateChanged = new EventEmitter<ServerState>();
  readonly #statusReceived = new EventEmitter<Status>();
  #client: LanguageClient | undefined;
  #process: ChildProcessWithoutNullStreams | undefined;
  #turn: Promise<void> = Promise.resolve();
  #crashes: number[] = [];
  #state: ServerState = 'stopped';

  readonly onDidChangeState = this.#stateChanged.event;
  readonly onDidReceiveStatus = this.#statusReceived.event;

  /** `secrets` gives the variables that the server's process alone has, each time one is started. */
  constructor(log: LogOutputChannel, settings: SettingsReader, secrets: () => Promise<Record<string, string>>) {
    this.#log = log;
    this.#settings = settings;
    this.#secrets = secrets;
  }

  get state(): ServerState {
    return this.#state;
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

  /**
   * Sends a request of ours.
   * @throws ResponseError with the server's own words, or Error if there is no server.
   */
  async request<Params, Answer>(type: RequestType<Params, Answer, unknown>, params: Params): Promise<Answer> {
    await this.#turn;
    if (this.#client?.state !== State.Running) {
      throw new Error(l10n.t('The KinOS server is not running. Use "KinOS: Restart Server".'));
    }
    return this.#client.sendRequest(type, params);
  }

  dispose(): void {
    this.#stateChanged.dispose();
    this.#statusReceived.dispose();
  }

  #enter(state: ServerState): void {
    this.#state = state;
    this.#stateChanged.fire(state);
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
    this.#enter('starting');
    try {
      const program = await serverProgram();
      const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
      this.#process = await startProcess(program, folder, await this.#secrets(), this.#log);
      this.#client = this.#connect(this.#process);
      await this.#started(this.#client, this.#process);
    } catch (error) {
      await this.#end();
      this.#enter('failed');
      void this.#explain(error);
    }
  }

  /** @throws Error if the server is not ready in time; one that hangs is killed. */
  async #started(client: LanguageClient, process: ChildProcess): Promise<void> {
    const timer = setTimeout(() => process.kill('SIGKILL'), startTimeout);
    try {
      await client.start();
    } finally {
      clearTimeout(timer);
    }
    // The client's promise is also kept when the connection closed while it was starting.
    if (client.state !== State.Running) {
      throw new Error(l10n.t('The server ended before it was ready.'));
    }
  }

  async #end(): Promise<void> {
    const [client, process] = [this.#client, this.#process];
    this.#client = this.#process = undefined;
    try {
      await client?.dispose(stopTimeout);
    } catch (error) {
      // It never ran or does not answer. Its process is ended in any case.
      this.#log.info(`Leaving the server: ${messageOf(error)}`);
    }
    if (process !== undefined) {
      await endProcess(process, stopTimeout);
    }
    this.#enter('stopped');
  }

  #connect(process: ChildProcess): LanguageClient {
    const client = createClient(process, this.#settings, this.#log);
    client.onNotification(statusNotification, (status) => {
      this.#statusReceived.fire(status);
    });
    client.onDidChangeState(({ oldState, newState }) => {
      if (this.#client !== client) {
        return;
      }
      if (newState === State.Running) {
        this.#enter('running');
        void this.#requestState(client);
      } else if (oldState === State.Running) {
        void this.#recover();
      }
    });
    return client;
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
    this.#enter('failed');
    await this.#offerRestart(l10n.t('The KinOS server ended {0} times within 3 minutes.', this.#crashes.length));
  }

  async #requestState(client: LanguageClient): Promise<void> {
    for (const { uri } of workspace.workspaceFolders ?? []) {
      try {
        this.#statusReceived.fire(await client.sendRequest(stateRequest, { folder: uri.fsPath }));
      } catch (error) {
        // Such a folder has no status to show; the server says why.
        this.#log.warn(`No state of ${uri.fsPath}: ${messageOf(error)}`);
      }
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
    this.#log.error(messageOf(error));
    await this.#offerRestart(l10n.t('The KinOS server did not start. Its log says why.'));
  }

  async #offerRestart(message: string): Promise<void> {
    const again = l10n.t('Try Again');
    if ((await showError(this.#log, message, again)) === again) {
      await this.restart();
    }
  }
}
