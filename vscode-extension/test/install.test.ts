// Making an environment, with fake interpreters and a fake uv.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { install, Recipe } from '../src/server/install';
import { SetupProblem } from '../src/server/problem';
import { listener, program, temporaryFolder } from './setup';

const requirement = 'kinos @ file:///kinos.whl';

/** `venv FOLDER` makes an interpreter there that writes down what it is asked for, and does `does`. */
function maker(folder: string, does = ''): string {
  const inner = `echo "$@" >> ${folder}/asked; ${does}`;
  return `for target; do :; done; mkdir -p "$target/bin"; printf '#!/bin/sh\\n%s\\n' '${inner}' > "$target/bin/python"; chmod +x "$target/bin/python"`;
}

function recipe(path: string, uv?: string): Recipe {
  const python = { path, version: [3, 12, 1] as const, hasVenv: true, kinos: '' };
  return { python, uv, requirement, without: 'kinos', check: ['-m', 'kinos', '--version'] };
}

async function asked(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'asked'), 'utf8');
  return text.trim().split('\n');
}

test('without uv, venv makes it and pip fills it', async (context) => {
  const folder = await temporaryFolder(context);
  const python = await program(folder, 'python3', maker(folder));
  await install(join(folder, 'made'), recipe(python), listener());
  const [filled, emptied, checked] = await asked(folder);
  assert.match(filled ?? '', /^-I -m pip install .*kinos @ file:\/\/\/kinos\.whl/);
  assert.match(emptied ?? '', /pip uninstall --yes kinos/);
  assert.equal(checked, '-I -m kinos --version');
});

test('with uv, pip is not asked', async (context) => {
  const folder = await temporaryFolder(context);
  const uv = await program(
    folder,
    'uv',
    `[ "$1" = venv ] || { echo "uv $@" >> ${folder}/asked; exit; }; ${maker(folder)}`,
  );
  await install(join(folder, 'made'), recipe('/nowhere/python3', uv), listener());
  const said = await asked(folder);
  assert.match(said[0] ?? '', /^uv pip install .*kinos @ file/);
  assert.ok(said.every((line) => !line.includes('-m pip')));
});

test('what uv cannot do, pip tries from the start', async (context) => {
  const folder = await temporaryFolder(context);
  const uv = await program(
    folder,
    'uv',
    `mkdir -p ${folder}/made; echo half > ${folder}/made/half; echo "dns error" >&2; exit 2`,
  );
  const python = await program(folder, 'python3', maker(folder));
  await install(join(folder, 'made'), recipe(python, uv), listener());
  assert.ok(!existsSync(join(folder, 'made', 'half')));
  assert.match((await asked(folder))[0] ?? '', /-m pip install/);
});

test('what is run finds no key, and nothing that leads to another environment', async (context) => {
  const folder = await temporaryFolder(context);
  const before = { ...process.env };
  context.after(() => {
    process.env = before;
  });
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: 'sk-secret',
    PYTHONPATH: '/elsewhere',
    PIP_USER: '1',
    PIP_RETRIES: '2',
  });
  const python = await program(folder, 'python3', maker(folder, `env > ${folder}/environment`));
  await install(join(folder, 'made'), recipe(python), listener());
  const found = await readFile(join(folder, 'environment'), 'utf8');
  assert.doesNotMatch(found, /sk-secret|PYTHONPATH|PIP_USER/);
  assert.match(found, /PIP_RETRIES=2/);
});

test('a failure is told by what the program said', async (context) => {
  const folder = await temporaryFolder(context);
  const python = await program(
    folder,
    'python3',
    maker(folder, 'echo "ERROR: Temporary failure in name resolution"; exit 1'),
  );
  await assert.rejects(install(join(folder, 'made'), recipe(python), listener()), (error) => {
    return error instanceof SetupProblem && error.kind === 'no-network' && error.about.startsWith('ERROR: Temporary');
  });
});

test('an environment that does not work at the end is a failure', async (context) => {
  const folder = await temporaryFolder(context);
  const python = await program(
    folder,
    'python3',
    maker(folder, 'case "$*" in *--version*) echo "no kinos"; exit 1;; esac'),
  );
  await assert.rejects(install(join(folder, 'made'), recipe(python), listener()), /no kinos|failed/);
});

// The stream it reads to its end is also held by what was started.
test('cancelled, it ends what runs with all that this started', { timeout: 20_000 }, async (context) => {
  const folder = await temporaryFolder(context);
  const python = await program(folder, 'python3', `sleep 600 & echo waiting; wait`);
  const attention = listener();
  const over = install(join(folder, 'made'), recipe(python), {
    ...attention,
    line: (text) => {
      if (text === 'waiting') {
        attention.cancel();
      }
    },
  });
  await assert.rejects(over, (error) => error instanceof SetupProblem && error.kind === 'cancelled');
});
