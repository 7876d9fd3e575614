// Which program is the language server: found, with its arguments.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, extname, join, sep } from 'node:path';
import { l10n, workspace } from 'vscode';
import { serverCommandSetting } from '../settings';

const defaultProgram = 'kin';

/** A program that can be run and the arguments that start the language server. */
export interface ServerProgram {
  path: string;
  args: string[];
}

/** The server's program is not there; the message says what to do. */
export class ProgramMissing extends Error {}

/**
 * The setting `kinos.server.command`, else `kin` on the `PATH`.
 * @throws ProgramMissing if there is no such program.
 */
export async function serverProgram(): Promise<ServerProgram> {
  const [program, ...args] = serverCommandSetting().map(expand);
  const wanted = program === undefined || program === '' ? defaultProgram : program;
  const path = await findProgram(wanted);
  if (path === undefined) {
    throw new ProgramMissing(missing(wanted));
  }
  return { path, args: [...args, 'lsp'] };
}

function missing(program: string): string {
  return program === defaultProgram
    ? l10n.t(
        'KinOS is not installed where VS Code can find it: there is no `kin` on the PATH. ' +
          'Install it with "pip install kinos[agents]", or name it in the setting kinos.server.command.',
      )
    : l10n.t('The setting kinos.server.command names {0}, and there is no such program. Correct or clear it.', program);
}

/** Replaces `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}`. */
function expand(word: string): string {
  return word
    .replace(/^~(?=$|[\\/])/, homedir())
    .replaceAll('${userHome}', homedir())
    .replaceAll('${workspaceFolder}', workspace.workspaceFolders?.[0]?.uri.fsPath ?? '')
    .replaceAll(/\$\{env:(\w+)\}/g, (_match, name: string) => process.env[name] ?? '');
}

async function findProgram(name: string): Promise<string | undefined> {
  const folders = name.includes('/') || name.includes(sep) ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    for (const suffix of suffixes(name)) {
      const path = join(folder, name + suffix);
      if (await canRun(path)) {
        return path;
      }
    }
  }
  return undefined;
}

function suffixes(name: string): string[] {
  const needsSuffix = process.platform === 'win32' && extname(name) === '';
  return needsSuffix ? (process.env['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';') : [''];
}

async function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
