// Python interpreters: found, and asked what they are.
import { SetupProblem } from './problem';
import { Attention, Command, run, throwIfCancelled } from './run';
import { pathFolders, programsIn, usualFolders } from './search';

/** An interpreter as it describes itself. `kinos` is the version of KinOS it has, empty if none. */
export interface Python {
  path: string;
  version: readonly [number, number, number];
  hasVenv: boolean;
  kinos: string;
}

/** What an environment may be made with: any Python that KinOS runs on, or the one that agents need. */
export type Wanted = 'server' | 'agents';

const names = [
  'python3.12',
  'python3.13',
  'python3.14',
  'python3',
  'python',
  ...(process.platform === 'win32' ? ['py'] : []),
];
const patience = 10_000;
const question = `
import json, sys
try:
    from importlib import metadata, util
    venv = bool(util.find_spec("venv") and util.find_spec("ensurepip"))
    try:
        kinos = metadata.version("kinos")
    except metadata.PackageNotFoundError:
        kinos = ""
except ImportError:
    venv, kinos = False, ""
print(json.dumps([sys.executable, list(sys.version_info[:3]), venv, kinos]))
`;

/** The interpreter that `program` starts; undefined if it starts none. It runs in `folder`, and imports nothing from there. */
export async function askPython(program: string, folder: string, signal: AbortSignal): Promise<Python | undefined> {
  const command: Command = {
    program,
    args: ['-c', question],
    folder,
    environment: { ...process.env, PYTHONSAFEPATH: '1' },
  };
  const given = new AbortController();
  const giveUp = (): void => {
    given.abort();
  };
  const timer = setTimeout(giveUp, patience);
  signal.addEventListener('abort', giveUp);
  try {
    const said = await run(command, { line: () => undefined, signal: given.signal });
    const [path, version, hasVenv, kinos] = JSON.parse(said) as [string, [number, number, number], boolean, string];
    return { path, version, hasVenv, kinos };
  } catch {
    throwIfCancelled(signal);
    return undefined;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * An interpreter to make an environment with: Python 3.12 if there is one, else a newer one where that will do.
 * @throws SetupProblem if there is none; it says what there is instead.
 */
export async function findPython(
  wanted: Wanted,
  uv: string | undefined,
  folder: string,
  attention: Attention,
): Promise<Python> {
  const found: Python[] = [];
  for (const program of await candidates(uv, folder, attention)) {
    const python = await askPython(program, folder, attention.signal);
    if (python !== undefined) {
      attention.line(`${python.path} is Python ${python.version.join('.')}`);
      found.push(python);
    }
    if (python !== undefined && isBest(python) && canMake(python, uv)) {
      return python;
    }
  }
  return choose(found, wanted, uv);
}

/**
 * The best of those found.
 * @throws SetupProblem `no-python`, `wrong-python` or `no-venv`.
 */
export function choose(found: readonly Python[], wanted: Wanted, uv: string | undefined): Python {
  const right = found.filter((python) => (wanted === 'agents' ? isBest(python) : isEnough(python)));
  const chosen =
    right.find((python) => isBest(python) && canMake(python, uv)) ?? right.find((python) => canMake(python, uv));
  if (chosen !== undefined) {
    return chosen;
  }
  const [named] = right.length > 0 ? right : found;
  if (named === undefined) {
    throw new SetupProblem('no-python');
  }
  throw right.length > 0
    ? new SetupProblem('no-venv', named.path)
    : new SetupProblem('wrong-python', `${named.path} (${named.version.join('.')})`);
}

function isBest({ version: [major, minor] }: Python): boolean {
  return major === 3 && minor === 12;
}

function isEnough({ version: [major, minor] }: Python): boolean {
  return major === 3 && minor >= 12;
}

function canMake(python: Python, uv: string | undefined): boolean {
  return python.hasVenv || uv !== undefined;
}

async function candidates(uv: string | undefined, folder: string, attention: Attention): Promise<string[]> {
  const folders = [...pathFolders(), ...(await usualFolders())];
  const found = await Promise.all(names.map((name) => programsIn(folders, name)));
  return [...new Set([...found.flat(), ...(await knownToUv(uv, folder, attention))])];
}

/** uv keeps interpreters where no `PATH` leads. It is not asked to download one. */
async function knownToUv(uv: string | undefined, folder: string, { signal }: Attention): Promise<string[]> {
  if (uv === undefined) {
    return [];
  }
  const args = ['python', 'find', '--no-python-downloads', '--no-project', '3.12'];
  const command = { program: uv, args, folder, environment: process.env };
  try {
    const said = await run(command, { line: () => undefined, signal });
    return [said.trim()];
  } catch {
    throwIfCancelled(signal);
    return [];
  }
}
