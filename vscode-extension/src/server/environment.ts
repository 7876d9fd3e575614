// The virtual environments KinOS keeps: each is whole or not there. One is made beside and renamed when it works.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interpreterIn } from './install';
import { canRun } from './search';

const marker = 'kinos-environment.json';
const users = 'kinos-users';
const partial = /^partial-(\d+)-/;

export class EnvironmentStore {
  /** `folder` holds the environments and nothing else; it need not be there yet. */
  constructor(readonly folder: string) {}

  /** The interpreter of the environment `name`; undefined if there is none that works: never made, or its Python is gone. */
  async ready(name: string): Promise<string | undefined> {
    const folder = join(this.folder, name);
    const marked = await readFile(join(folder, marker), 'utf8').then(nameIn, () => undefined);
    const interpreter = interpreterIn(folder);
    return marked === name && (await canRun(interpreter)) ? interpreter : undefined;
  }

  /**
   * Its interpreter, once `build` has filled the folder it is given. Whatever fails leaves nothing behind, and an
   * environment that another window made meanwhile is taken instead.
   */
  async make(name: string, build: (folder: string) => Promise<void>): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    const folder = this.#beside();
    try {
      await build(folder);
      await writeFile(join(folder, marker), `${JSON.stringify({ name })}\n`);
      return await this.#put(folder, name);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The process `pid` runs from the environment `name`, so that nobody removes it meanwhile. */
  async use(name: string, pid: number): Promise<void> {
    const folder = join(this.folder, name, users);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, String(pid)), '');
  }

  async discard(name: string): Promise<void> {
    const aside = this.#beside();
    await rename(join(this.folder, name), aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }

  /** Removes environments of other names that begin as `name` does up to its first `-`, and what was left half made. */
  async clean(name: string): Promise<void> {
    const kind = name.slice(0, name.indexOf('-') + 1);
    for (const entry of await readdir(this.folder).catch(() => [])) {
      const maker = partial.exec(entry)?.[1];
      const isOld = entry.startsWith(kind) && entry !== name && !(await this.#isUsed(entry));
      if (isOld || (maker !== undefined && !isAlive(Number(maker)))) {
        await this.discard(entry);
      }
    }
  }

  #beside(): string {
    return join(this.folder, `partial-${process.pid}-${Math.random().toString(36).slice(2)}`);
  }

  /** What stands in its place does not work, unless another window was quicker. */
  async #put(folder: string, name: string): Promise<string> {
    const place = join(this.folder, name);
    for (let left = 3; ; left--) {
      try {
        await rename(folder, place);
        return interpreterIn(place);
      } catch (error) {
        const ready = await this.ready(name);
        if (ready !== undefined) {
          return ready;
        }
        if (left === 0 || !(await isFolder(place))) {
          throw error;
        }
        await this.discard(name);
      }
    }
  }

  async #isUsed(name: string): Promise<boolean> {
    const pids = await readdir(join(this.folder, name, users)).catch(() => []);
    return pids.some((pid) => isAlive(Number(pid)));
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function nameIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { name?: string }).name;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
