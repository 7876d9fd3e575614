// The server's process: started with pipes, and ended for certain.
import { ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LogOutputChannel } from 'vscode';
import { ServerProgram } from './program';

/** @throws Error if the system cannot start it. `folder` is where it runs; `secrets` are variables it has beside ours, never logged. */
export async function startProcess(
  { path, args, environment }: ServerProgram,
  folder: string | undefined,
  secrets: Record<string, string>,
  log: LogOutputChannel,
): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(path, args, { cwd: folder, env: { ...environment, ...secrets } });
  await once(child, 'spawn');
  log.info(`Started ${[path, ...args].join(' ')}, process ${child.pid ?? '?'}`);
  child.once('exit', (code, signal) => {
    log.info(`The server ended with ${signal ?? `code ${code ?? '?'}`}`);
  });
  return child;
}

/** Waits until the process is gone. It is killed if that takes longer than `patience`, in milliseconds. */
export async function endProcess(child: ChildProcessWithoutNullStreams, patience: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = once(child, 'exit');
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await exited;
  clearTimeout(timer);
}
