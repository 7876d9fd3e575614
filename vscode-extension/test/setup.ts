// Fakes for the tests of setting up: programs that are shell scripts, and an attention that remembers.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestContext } from 'node:test';
import { Attention } from '../src/server/run';

/** A folder of its own for one test. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kinos-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A program in `folder`; its path. */
export async function program(folder: string, name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

export interface Listener extends Attention {
  lines: string[];
  cancel: () => void;
}

export function listener(): Listener {
  const lines: string[] = [];
  const controller = new AbortController();
  return {
    lines,
    line: (text): void => {
      lines.push(text);
    },
    signal: controller.signal,
    cancel: (): void => {
      controller.abort();
    },
  };
}
