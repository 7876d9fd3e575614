// Runs a program to its end, line by line, and ends it with all it started once it is no longer wanted.
import { ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SetupProblem } from './problem';

/** What a caller wants to hear, and when it no longer wants anything. */
export interface Attention {
  line: (text: string) => void;
  signal: AbortSignal;
}

export interface Command {
  program: string;
  args: readonly string[];
  folder: string;
  environment: NodeJS.ProcessEnv;
}

/** A program ended with an error; `output` is the end of all it said. */
export class ProgramFailed extends Error {
  constructor(
    readonly command: string,
    readonly output: string,
  ) {
    super(`${command} failed: ${output.trim().split('\n').at(-1) ?? ''}`);
  }
}

const keptLines = 400;

/**
 * All that the program said on both its streams.
 * @throws ProgramFailed if it cannot be started or fails, SetupProblem `cancelled` once the signal has come.
 */
export async function run(command: Command, { line, signal }: Attention): Promise<string> {
  throwIfCancelled(signal);
  const child = spawn(command.program, command.args, {
    cwd: command.folder,
    env: command.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      said.push(text);
      said.splice(0, said.length - keptLines);
      line(text);
    });
  }
  const end = (): void => {
    endTree(child);
  };
  signal.addEventListener('abort', end);
  try {
    const failure = await ending(child);
    throwIfCancelled(signal);
    if (failure !== undefined) {
      throw new ProgramFailed([command.program, ...command.args].join(' '), [...said, failure].join('\n'));
    }
    return said.join('\n');
  } finally {
    signal.removeEventListener('abort', end);
  }
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new SetupProblem('cancelled');
  }
}

/** Once its streams have been read to their end: nothing if all went well, else what went wrong. */
function ending(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code ?? '?'}`}`);
    });
  });
}

/** It leads a group of its own, so that what it started goes too. */
function endTree(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
