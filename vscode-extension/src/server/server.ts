// The one language server process of this window: starts it, restarts it one at a time, and speaks with it.
import { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { Disposable, EventEmitter, l10n, LogOutputChannel, Uri, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { messageOf } from '../log';
import { Request, stateRequest, Status, statusMethod } from '../protocol';
import { Agents, lacksAgents } from './agents';
import { Backoff } from './backoff';
import type { SettingsReader } from './client';
import { explainCrashes, explainFailure, Remedies } from './failure';
import { endProcess, startProcess } from './process';
import { findServer, ServerProgram } from './program';
import { Own, Setup } from './setup';

export type ServerState = 'starting' | 'running' | 'stopped' | 'failed';

/** Milliseconds the server has to be ready, and to end its team and itself. */
const startTimeout = 60_000;
const stopTimeout = 10_000;

/** The setting in which a server is told where its agents run. */
const agentsPython = 'agents.python';

/** What a server is told of the person's. */
export interface Told {
  settings: SettingsReader;
  /** The variables that the server's process alone has, each time one is started. */
  secrets: () => Promise<Record<string, string>>;
}

export class Server implements Disposable {
  readonly #log: LogOutputChannel;
  readonly #settings: SettingsReader;
  readonly #secrets: Told['secrets'];
  readonly #setup: Setup;
  readonly #agents: Agents;
  readonly #stateChanged = new EventEmitter<ServerState>();
  readonly #statusReceived = new EventEmitter<Status>();
  readonly #backoff = new Backoff();
  #client: LanguageClient | undefined;
  #process: ChildProcessWithoutNullStreams | undefined;
  #program: ServerProgram | undefined;
  #agentsEnvironment: Own | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Aborted when what is being started is no longer wanted. */
  #wanted = new AbortController();
  #state: ServerState = 'stopped';

  readonly onDidChangeState = this.#stateChanged.event;
  readonly onDidReceiveStatus = this.#statusReceived.event;

  constructor(setup: Setup, agents: Agents, log: LogOutputChannel, { settings, secrets }: Told) {
    this.#setup = setup;
    this.#agents = agents;
    this.#log = log;
    this.#settings = settings;
    this.#secrets = secrets;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Ends the server if it runs, then starts it. Calls wait for each other. A failure is shown, not thrown. */
  restart(): Promise<void> {
    this.#backoff.reset();
    return this.#replace(0);
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  /**
   * Runs a command of the server with its one argument; if it needs agents that are not installed, the person is asked
   * whether to install them first.
   * @throws ResponseError with the server's own words, or Error if there is no server.
   */
  async execute<Answer>(command: string, argument: object): Promise<Answer> {
    try {
      return await this.#send<Answer>(command, argument);
    } catch (error) {
      if (!lacksAgents(error) || this.#program === undefined || agentsPython in this.#settings()) {
        throw error;
      }
      if (this.#agentsEnvironment !== undefined) {
        await this.#setup.discard(this.#agentsEnvironment);
      }
      await this.#agents.ensure(this.#program, this.#wanted.signal);
      await this.restart();
      return this.#send<Answer>(command, argument);
    }
  }

  dispose(): void {
    this.#stateChanged.dispose();
    this.#statusReceived.dispose();
  }

  async #send<Answer>(command: string, argument: object): Promise<Answer> {
    await this.#turn;
    return this.#running().sendRequest<Answer>('workspace/executeCommand', { command, arguments: [argument] });
  }

  /**
   * Sends a request of ours.
   * @throws ResponseError with the server's own words, or Error if there is no server.
   */
  async request<Params, Answer>({ method }: Request<Params, Answer>, params: Params): Promise<Answer> {
    await this.#turn;
    return this.#running().sendRequest<Answer>(method, params);
  }

  /** @throws Error if there is no server. */
  #running(): LanguageClient {
    if (this.#client?.isRunning() !== true) {
      throw new Error(l10n.t('The KinOS server is not running. Use "KinOS: Restart Server".'));
    }
    return this.#client;
  }

  #enter(state: ServerState): void {
    this.#state = state;
    this.#stateChanged.fire(state);
  }

  /** `delay` is how long to wait before the start, in milliseconds. */
  #replace(delay: number): Promise<void> {
    return this.#inTurn(async (signal) => {
      await this.#end();
      this.#enter('starting');
      await pause(delay, signal);
      if (!signal.aborted) {
        await this.#begin(signal);
      }
    });
  }

  /** Does `action` after all that was asked for before, of which what still goes on is cut short. */
  #inTurn(action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#wanted.abort();
    this.#wanted = new AbortController();
    const { signal } = this.#wanted;
    this.#turn = this.#turn.then(() => action(signal));
    return this.#turn;
  }

  async #begin(signal: AbortSignal): Promise<void> {
    this.#program = undefined;
    try {
      this.#program = await findServer(this.#setup, this.#log, signal);
      this.#agentsEnvironment = await this.#agents.environmentFor(this.#program);
      const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
      this.#process = await startProcess(this.#program, folder, await this.#secrets(), this.#log);
      this.#client = await this.#connect(this.#process);
      await this.#started(this.#client, this.#process);
      void this.#keepEnvironments(this.#process.pid);
    } catch (error) {
      await this.#end();
      if (!signal.aborted) {
        this.#enter('failed');
        void explainFailure(error, this.#program?.own, this.#remedies, this.#log);
      }
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
    if (!client.isRunning()) {
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

  /** The language client is large: a file of its own, loaded here so that the extension is active at once. */
  async #connect(process: ChildProcess): Promise<LanguageClient> {
    const { createClient } = await import('./client.js');
    const client = createClient(process, this.#told, (command, argument) => this.execute(command, argument), this.#log);
    client.onNotification(statusMethod, (status: Status) => {
      this.#statusReceived.fire(status);
    });
    let ran = false;
    client.onDidChangeState(() => {
      if (this.#client !== client || ran === client.isRunning()) {
        return;
      }
      ran = client.isRunning();
      if (ran) {
        this.#enter('running');
        void this.#requestState(client);
      } else {
        void this.#recover();
      }
    });
    return client;
  }

  /** The person's settings and, unless they name another one, where our agents are installed. */
  readonly #told: SettingsReader = (scope?: Uri) => {
    const ours = this.#agentsEnvironment === undefined ? {} : { [agentsPython]: this.#agentsEnvironment.python };
    return { ...ours, ...this.#settings(scope) };
  };

  /** Brings back a server that ended by itself, unless it does so all the time. */
  async #recover(): Promise<void> {
    const delay = this.#backoff.next(Date.now());
    if (delay !== undefined) {
      this.#log.warn(`The server ended by itself. It is started again in ${delay} ms.`);
      await this.#replace(delay);
      return;
    }
    this.#enter('failed');
    await explainCrashes(this.#backoff.count, this.#remedies, this.#log);
  }

  async #keepEnvironments(pid: number | undefined): Promise<void> {
    for (const own of [this.#program?.own, this.#agentsEnvironment]) {
      if (own !== undefined && pid !== undefined) {
        await this.#setup.keep(own, pid);
      }
    }
  }

  async #requestState(client: LanguageClient): Promise<void> {
    for (const { uri } of workspace.workspaceFolders ?? []) {
      try {
        this.#statusReceived.fire(await client.sendRequest<Status>(stateRequest.method, { folder: uri.fsPath }));
      } catch (error) {
        // Such a folder has no status to show; the server says why.
        this.#log.warn(`No state of ${uri.fsPath}: ${messageOf(error)}`);
      }
    }
  }

  readonly #remedies: Remedies = {
    restart: () => this.restart(),
    reinstall: async (own) => {
      await this.#setup.discard(own);
      await this.restart();
    },
  };
}

/** Ends early once the signal comes. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
