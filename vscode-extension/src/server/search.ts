// Where programs are looked for.
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, extname, isAbsolute, join } from 'node:path';

/** The folders of the `PATH`. One that is not absolute is left out: it would lead into whatever folder is open. */
export function pathFolders(): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
}

/**
 * Where Python and uv are put by their installers when a program that was started from a desktop has a short `PATH`. pyenv
 * has on the `PATH` only what was chosen for a folder.
 */
export async function usualFolders(): Promise<string[]> {
  const system = process.platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : [];
  return [join(homedir(), '.local', 'bin'), ...system, ...(await pyenvFolders())];
}

async function pyenvFolders(): Promise<string[]> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const names = await readdir(versions).catch(() => []);
  return names
    .filter((name) => name.startsWith('3.'))
    .sort()
    .map((name) => join(versions, name, 'bin'));
}

/** Every program called `name` in these folders, in their order. */
export async function programsIn(folders: readonly string[], name: string): Promise<string[]> {
  const paths = folders.flatMap((folder) => suffixes(name).map((suffix) => join(folder, name + suffix)));
  const runnable = await Promise.all(paths.map(canRun));
  return paths.filter((_path, index) => runnable[index]);
}

/** Whether there is a program at `path`; a link that leads nowhere is none. */
export async function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function suffixes(name: string): string[] {
  const needsSuffix = process.platform === 'win32' && extname(name) === '';
  return needsSuffix ? (process.env['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';') : [''];
}
