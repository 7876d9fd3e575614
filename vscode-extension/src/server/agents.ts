// What agents are made with, some 600 MB: installed once the person has said yes, and known to be there from then on.
import { l10n, LogOutputChannel, Memento, window } from 'vscode';
import { kindOf, showError } from '../log';
import { explanation } from './explanation';
import { SetupProblem } from './problem';
import { ServerProgram } from './program';
import { Own, Setup } from './setup';

const servedKey = 'kinos.serversWithOurAgents';

export class Agents {
  readonly #setup: Setup;
  readonly #memory: Memento;
  readonly #log: LogOutputChannel;
  #installation: Promise<void> | undefined;

  constructor(setup: Setup, memory: Memento, log: LogOutputChannel) {
    this.#setup = setup;
    this.#memory = memory;
    this.#log = log;
  }

  /** The environment that `program` is to run agents in; undefined if it has its own, or none was installed yet. */
  async environmentFor(program: ServerProgram): Promise<Own | undefined> {
    const isServed = program.own !== undefined || this.#served.includes(identity(program));
    return isServed ? this.#setup.installedAgents() : undefined;
  }

  /**
   * Asks the person, then installs what `program` lacks. Calls at the same time share one question.
   * @throws Error if the person would rather not, or it could not be done.
   */
  ensure(program: ServerProgram, signal: AbortSignal): Promise<void> {
    this.#installation ??= this.#ask(program, signal).finally(() => {
      this.#installation = undefined;
    });
    return this.#installation;
  }

  get #served(): readonly string[] {
    return this.#memory.get<readonly string[]>(servedKey, []);
  }

  async #ask(program: ServerProgram, signal: AbortSignal): Promise<void> {
    const install = l10n.t('Install');
    const question = l10n.t('Agents need Python packages that are not installed yet, some 600 MB. Install them now?');
    const detail = l10n.t(
      'KinOS keeps them apart from your other Python packages. The team starts as soon as they are there.',
    );
    if ((await window.showInformationMessage(question, { modal: true, detail }, install)) !== install) {
      throw notStarted();
    }
    await this.#install(signal);
    await this.#memory.update(servedKey, [...new Set([...this.#served, identity(program)])]);
  }

  /** @throws Error when the person gives it up. */
  async #install(signal: AbortSignal): Promise<void> {
    try {
      await this.#setup.environment('agents', signal);
    } catch (error) {
      if (!(error instanceof SetupProblem) || signal.aborted) {
        throw error;
      }
      const again = l10n.t('Try Again');
      const isGivenUp = error.kind === 'cancelled';
      if (isGivenUp || (await showError(this.#log, explanation(error, 'agents'), again)) !== again) {
        throw notStarted();
      }
      await this.#install(signal);
    }
  }
}

/** The server says so in the error's data. */
export function lacksAgents(error: unknown): boolean {
  return kindOf(error) === 'no-agents';
}

function notStarted(): Error {
  return new Error(l10n.t('The team was not started: the packages that agents need are not installed.'));
}

function identity({ path, args }: ServerProgram): string {
  return [path, ...args].join(' ');
}
