// Fills a folder with a virtual environment: with uv if it is there, else with Python's own venv and pip.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOfOutput, SetupProblem } from './problem';
import { Python } from './python';
import { Attention, ProgramFailed, run } from './run';

/** What an environment is made of. */
export interface Recipe {
  python: Python;
  /** The program uv; undefined if there is none. */
  uv: string | undefined;
  /** One requirement, as pip and uv take it. */
  requirement: string;
  /** A package that is taken out again when all is there; undefined if none. */
  without?: string;
  /** What the interpreter is given at the end, to see that the environment works. */
  check: readonly string[];
}

/** The interpreter of the environment in `folder`. */
export function interpreterIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

/**
 * Makes the environment in `folder`, which is not there yet.
 * @throws SetupProblem with the reason.
 */
export async function install(folder: string, recipe: Recipe, attention: Attention): Promise<void> {
  try {
    await withEither(folder, recipe, attention);
    await execute(interpreterIn(folder), ['-I', ...recipe.check], folder, attention);
  } catch (error) {
    throw error instanceof ProgramFailed ? problemOf(error) : error;
  }
}

/** pip knows indexes and proxies from the person's configuration that uv does not, and so tries what uv could not. */
async function withEither(folder: string, recipe: Recipe, attention: Attention): Promise<void> {
  const { uv, python } = recipe;
  if (uv !== undefined) {
    try {
      await withUv(folder, uv, recipe, attention);
      return;
    } catch (error) {
      if (!(error instanceof ProgramFailed) || !python.hasVenv || kindOfOutput(error.output) === 'no-space') {
        throw error;
      }
      attention.line('uv failed; pip tries.');
      await rm(folder, { recursive: true, force: true });
    }
  }
  await withPip(folder, recipe, attention);
}

async function withUv(
  folder: string,
  uv: string,
  { python, requirement, without }: Recipe,
  attention: Attention,
): Promise<void> {
  const interpreter = ['--python', interpreterIn(folder)];
  await execute(uv, ['venv', '--no-project', '--python', python.path, folder], undefined, attention);
  await execute(uv, ['pip', 'install', '--compile-bytecode', ...interpreter, requirement], folder, attention);
  if (without !== undefined) {
    await execute(uv, ['pip', 'uninstall', ...interpreter, without], folder, attention);
  }
}

async function withPip(folder: string, { python, requirement, without }: Recipe, attention: Attention): Promise<void> {
  const pip = (...args: string[]): Promise<void> =>
    execute(
      interpreterIn(folder),
      ['-I', '-m', 'pip', ...args, '--no-input', '--disable-pip-version-check'],
      folder,
      attention,
    );
  await execute(python.path, ['-I', '-m', 'venv', folder], undefined, attention);
  await pip('install', '--no-user', '--progress-bar', 'off', requirement);
  if (without !== undefined) {
    await pip('uninstall', '--yes', without);
  }
}

async function execute(
  program: string,
  args: readonly string[],
  folder: string | undefined,
  attention: Attention,
): Promise<void> {
  attention.line(`$ ${[program, ...args].join(' ')}`);
  await run(
    { program, args, folder: folder ?? process.cwd(), environment: withoutKeys(cleanEnvironment()) },
    attention,
  );
}

/** Nothing that is installed finds a key of the person's. */
function withoutKeys(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.endsWith('_API_KEY')));
}

/** Without what would lead an interpreter, pip or uv to another environment than the one that is meant. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const misleading = new Set([
    'PYTHONPATH',
    'PYTHONHOME',
    'VIRTUAL_ENV',
    'CONDA_PREFIX',
    'PIP_TARGET',
    'PIP_PREFIX',
    'PIP_USER',
  ]);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.has(name)));
}

function problemOf({ command, output }: ProgramFailed): SetupProblem {
  const kind = kindOfOutput(output);
  const lines = output.split('\n').filter((text) => text.trim() !== '');
  const told = lines.filter((text) => /error|failed|no matching/i.test(text)).at(-1) ?? lines.at(-1) ?? '';
  return new SetupProblem(kind, kind === 'no-venv' ? (command.split(' ')[0] ?? '') : told.trim().slice(0, 300));
}
