// Sets KinOS up in virtual environments of its own, while the person watches and can cancel.
import { mkdir, statfs } from 'node:fs/promises';
import { CancellationToken, l10n, LogOutputChannel, Progress, ProgressLocation, window } from 'vscode';
import { EnvironmentStore } from './environment';
import { install, Recipe } from './install';
import { SetupProblem } from './problem';
import { findPython, Wanted } from './python';
import { Attention } from './run';
import { pathFolders, programsIn, usualFolders } from './search';
import { Wheel } from './wheel';

/** Bytes that have to be free: what is installed, and as much again while it is unpacked. */
const room: Record<Wanted, number> = { server: 200e6, agents: 1_500e6 };
const checks: Record<Wanted, readonly string[]> = {
  server: ['-m', 'kinos', '--version'],
  agents: ['-c', 'import importlib.metadata as m; [m.version(name) for name in ("aider-chat", "anthropic")]'],
};

/** An environment that is there, or is about to be. */
export interface Own {
  name: string;
  python: string;
}

export class Setup {
  readonly #extension: string;
  readonly #environments: EnvironmentStore;
  readonly #log: LogOutputChannel;

  /** `extension` is the folder of this extension, `storage` one that is its own and outlives updates. */
  constructor(extension: string, storage: string, log: LogOutputChannel) {
    this.#extension = extension;
    this.#environments = new EnvironmentStore(storage);
    this.#log = log;
  }

  /**
   * The environment of this extension's wheel, made now if it is not there.
   * @throws SetupProblem
   */
  async environment(wanted: Wanted, signal: AbortSignal): Promise<Own> {
    const wheel = await Wheel.in(this.#extension);
    const name = nameOf(wanted, wheel);
    const python = (await this.#environments.ready(name)) ?? (await this.#make(wanted, wheel, name, signal));
    return { name, python };
  }

  /** The interpreter that has all agents need; undefined if it was never installed, or what they need has changed. */
  async installedAgents(): Promise<Own | undefined> {
    const wheel = await Wheel.in(this.#extension).catch(() => undefined);
    const name = wheel?.agentsEnvironment;
    const python = name === undefined ? undefined : await this.#environments.ready(name);
    return name === undefined || python === undefined ? undefined : { name, python };
  }

  /** The process `pid` runs from this environment: others of its kind, which it replaces, are removed. */
  async keep({ name }: Own, pid: number): Promise<void> {
    try {
      await this.#environments.use(name, pid);
      await this.#environments.clean(name);
    } catch (error) {
      this.#log.warn(`Old environments stay: ${String(error)}`);
    }
  }

  /** Removes it, so that it is made anew. */
  discard({ name }: Own): Promise<void> {
    return this.#environments.discard(name);
  }

  async #make(wanted: Wanted, wheel: Wheel, name: string, signal: AbortSignal): Promise<string> {
    this.#log.info(`Making the environment ${name} in ${this.#environments.folder}`);
    await this.#checkRoom(wanted);
    const line = (text: string): void => {
      this.#log.info(text);
    };
    const recipe = await this.#recipe(wanted, wheel, { line, signal });
    const title = wanted === 'server' ? l10n.t('KinOS is being set up') : l10n.t('KinOS installs what its agents need');
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    return window.withProgress(options, (progress, token) => {
      const attention = this.#attention(progress, token, signal);
      progress.report({ message: l10n.t('making a Python environment') });
      return this.#environments.make(name, (folder) => install(folder, recipe, attention));
    });
  }

  async #recipe(wanted: Wanted, wheel: Wheel, attention: Attention): Promise<Recipe> {
    const [uv] = await programsIn([...pathFolders(), ...(await usualFolders())], 'uv');
    const python = await findPython(wanted, uv, this.#environments.folder, attention);
    const recipe = { python, uv, check: checks[wanted] };
    // Without KinOS itself the agents' environment serves a server of any version, and stays when the extension is updated.
    return wanted === 'server'
      ? { ...recipe, requirement: wheel.requirement() }
      : { ...recipe, requirement: wheel.requirement('agents'), without: 'kinos' };
  }

  /** @throws SetupProblem if less is free than is needed. */
  async #checkRoom(wanted: Wanted): Promise<void> {
    const { folder } = this.#environments;
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new SetupProblem('no-permission', String(error));
    }
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < room[wanted]) {
      throw new SetupProblem('no-space', folder);
    }
  }

  /** Lines go to the log and, shortened, under the title; either token or signal ends it. */
  #attention(progress: Progress<{ message: string }>, token: CancellationToken, signal: AbortSignal): Attention {
    const cancelled = new AbortController();
    const cancel = (): void => {
      cancelled.abort();
    };
    token.onCancellationRequested(cancel);
    signal.addEventListener('abort', cancel);
    const line = (text: string): void => {
      this.#log.info(text);
      if (!text.startsWith('$')) {
        progress.report({ message: text.trim().slice(0, 80) });
      }
    };
    return { line, signal: cancelled.signal };
  }
}

function nameOf(wanted: Wanted, wheel: Wheel): string {
  return wanted === 'server' ? wheel.serverEnvironment : wheel.agentsEnvironment;
}
