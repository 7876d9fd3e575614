// Which program is the language server: the person's own, else one that is installed, else ours.
import { homedir } from 'node:os';
import { sep } from 'node:path';
import { l10n, LogOutputChannel, workspace } from 'vscode';
import { serverCommandSetting } from '../settings';
import { cleanEnvironment } from './install';
import { chosenInterpreter } from './pythonExtension';
import { canRun, pathFolders, programsIn } from './search';
import { Own, Setup } from './setup';

/** A program that can be run, and the arguments that start the language server. */
export interface ServerProgram {
  path: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  /** The environment of ours that it runs from. */
  own?: Own;
}

/** The setting names a program that is not there; the message says what to do. */
export class ProgramMissing extends Error {}

/**
 * The setting `kinos.server.command`, else the Python extension's interpreter if it has KinOS, else `kin` on the `PATH`,
 * else the environment of this extension, which is made if it is not there.
 * @throws ProgramMissing, SetupProblem
 */
export async function findServer(setup: Setup, log: LogOutputChannel, signal: AbortSignal): Promise<ServerProgram> {
  const environment = process.env;
  const [configured, ...args] = serverCommandSetting().map(expand);
  if (configured !== undefined && configured !== '') {
    return { path: await named(configured), args: [...args, 'lsp'], environment };
  }
  const interpreter = await chosenInterpreter(log, signal);
  if (interpreter !== undefined) {
    // Safe: the open folder may have a `kinos` or a `json` of its own.
    return { path: interpreter, args: ['-P', '-m', 'kinos', 'lsp'], environment };
  }
  const [kin] = await programsIn(pathFolders(), 'kin');
  if (kin !== undefined) {
    return { path: kin, args: ['lsp'], environment };
  }
  const own = await setup.environment('server', signal);
  return { path: own.python, args: ['-I', '-m', 'kinos', 'lsp'], environment: cleanEnvironment(), own };
}

async function named(program: string): Promise<string> {
  const isPath = program.includes('/') || program.includes(sep);
  const [path] = isPath ? await existing(program) : await programsIn(pathFolders(), program);
  if (path === undefined) {
    throw new ProgramMissing(
      l10n.t('The setting kinos.server.command names {0}, and there is no such program. Correct or clear it.', program),
    );
  }
  return path;
}

async function existing(path: string): Promise<string[]> {
  return (await canRun(path)) ? [path] : [];
}

/** Replaces `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}`. */
function expand(word: string): string {
  return word
    .replace(/^~(?=$|[\\/])/, homedir())
    .replaceAll('${userHome}', homedir())
    .replaceAll('${workspaceFolder}', workspace.workspaceFolders?.[0]?.uri.fsPath ?? '')
    .replaceAll(/\$\{env:(\w+)\}/g, (_match, name: string) => process.env[name] ?? '');
}
