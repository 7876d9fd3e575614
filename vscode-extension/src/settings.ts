// The person's settings under `kinos.`, read once here and turned into what the rest needs.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, extname, join, sep } from 'node:path';
import { ConfigurationChangeEvent, ConfigurationScope, l10n, workspace, WorkspaceConfiguration } from 'vscode';

const section = 'kinos';
const defaultProgram = 'kin';

/** A program that can be run and the arguments that start the language server. */
export interface ServerProgram {
  path: string;
  args: string[];
}

/** The server's program is not there; the message says what to do. */
export class ProgramMissing extends Error {}

/** Settings that are the extension's own business. All others it declares are the server's. */
const ownKeys: ReadonlySet<string> = new Set(['server.command', 'rehearse', 'trace.server']);

/** What the person set of the server's settings for `scope`, by key. `declared` are the full names the extension contributes. */
export function serverSettings(declared: readonly string[], scope?: ConfigurationScope): Record<string, unknown> {
  const configuration = workspace.getConfiguration(section, scope);
  const keys = declared.filter(isServers).map(keyOf);
  return Object.fromEntries(
    keys.filter((key) => isSet(configuration, key)).map((key) => [key, configuration.get<unknown>(key)]),
  );
}

/** A default is not handed on: the server has its own, which the person's configuration files may have changed. */
function isSet(configuration: WorkspaceConfiguration, key: string): boolean {
  const value = configuration.inspect(key);
  return (value?.globalValue ?? value?.workspaceValue ?? value?.workspaceFolderValue) !== undefined;
}

export function rehearse(): boolean {
  return workspace.getConfiguration(section).get<boolean>('rehearse', false);
}

/** Whether another server would be started after `change`. All other settings the server takes while it runs. */
export function changesServer(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(`${section}.server.command`);
}

function isServers(name: string): boolean {
  return !ownKeys.has(keyOf(name));
}

function keyOf(name: string): string {
  return name.slice(section.length + 1);
}

/**
 * The setting `kinos.server.command`, else `kin` on the `PATH`.
 * @throws ProgramMissing if there is no such program.
 */
export async function serverProgram(): Promise<ServerProgram> {
  const [program, ...args] = configuredCommand().map(expand);
  const wanted = program === undefined || program === '' ? defaultProgram : program;
  const path = await findProgram(wanted);
  if (path === undefined) {
    throw new ProgramMissing(missing(wanted));
  }
  return { path, args: [...args, 'lsp'] };
}

function configuredCommand(): string[] {
  const value = workspace.getConfiguration(section).get<unknown>('server.command');
  const words = Array.isArray(value) ? (value as unknown[]) : [value];
  return words.filter((word) => typeof word === 'string');
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
