// The server's wheel that comes with the extension, as script/wheel.mjs describes it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Description {
  file: string;
  version: string;
  /** Changes with each byte of the wheel. */
  digest: string;
  /** Changes when it requires other packages. */
  requires: string;
}

export class Wheel {
  readonly #path: string;
  readonly #description: Description;

  private constructor(path: string, description: Description) {
    this.#path = path;
    this.#description = description;
  }

  /** @throws Error if the extension was not packed. */
  static async in(extension: string): Promise<Wheel> {
    const folder = join(extension, 'out', 'wheel');
    const description = JSON.parse(await readFile(join(folder, 'wheel.json'), 'utf8')) as Description;
    return new Wheel(join(folder, description.file), description);
  }

  get version(): string {
    return this.#description.version;
  }

  /** The name of the environment that the server runs in; another wheel has another. */
  get serverEnvironment(): string {
    return `server-${this.#description.version}-${this.#description.digest.slice(0, 12)}`;
  }

  /** The name of the environment that agents run in, which stays as long as they are made with the same packages. */
  get agentsEnvironment(): string {
    return `agents-${this.#description.requires.slice(0, 12)}`;
  }

  /** The requirement that installs it, with an extra or without. */
  requirement(extra?: string): string {
    const extras = extra === undefined ? '' : `[${extra}]`;
    return `kinos${extras} @ ${pathToFileURL(this.#path).href}`;
  }
}
