// Which interpreter an environment is made with.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SetupProblem } from '../src/server/problem';
import { askPython, choose, findPython, Python } from '../src/server/python';
import { listener, program, temporaryFolder } from './setup';

const python = (minor: number, hasVenv = true): Python => ({
  path: `/bin/python3.${minor}`,
  version: [3, minor, 1],
  hasVenv,
  kinos: '',
});

function refusal(kind: string, about: string): (error: unknown) => boolean {
  return (error) => error instanceof SetupProblem && error.kind === kind && error.about.includes(about);
}

test('Python 3.12 is preferred to a newer one, which will do for the server', () => {
  assert.equal(choose([python(13), python(12)], 'server', undefined).path, '/bin/python3.12');
  assert.equal(choose([python(9), python(13)], 'server', undefined).path, '/bin/python3.13');
});

test('agents need Python 3.12', () => {
  assert.throws(() => choose([python(13)], 'agents', undefined), refusal('wrong-python', '/bin/python3.13 (3.13.1)'));
});

test('one without venv will do where there is uv', () => {
  assert.throws(() => choose([python(12, false)], 'server', undefined), refusal('no-venv', '/bin/python3.12'));
  assert.equal(choose([python(12, false)], 'server', '/bin/uv').path, '/bin/python3.12');
  assert.equal(choose([python(12, false), python(13)], 'server', undefined).path, '/bin/python3.13');
});

test('what there is instead is named', () => {
  assert.throws(() => choose([], 'server', undefined), refusal('no-python', ''));
  assert.throws(() => choose([python(9), python(10)], 'server', undefined), refusal('wrong-python', '3.9.1'));
});

test('an interpreter says what it is, and imports nothing from the folder it is asked in', async (context) => {
  const folder = await temporaryFolder(context);
  await program(folder, 'json.py', 'raise SystemExit(3)');
  const answer = await askPython('python3', folder, listener().signal);
  assert.equal(answer?.version[0], 3);
});

for (const [what, script] of [
  ['a program that fails', 'exit 127'],
  ['a program that says something else', 'echo hello'],
]) {
  test(`${what} is no interpreter`, async (context) => {
    const folder = await temporaryFolder(context);
    const path = await program(folder, 'python3', script ?? '');
    assert.equal(await askPython(path, folder, listener().signal), undefined);
  });
}

test('what pyenv has is found where it is not on the PATH', async (context) => {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, 'versions', '3.12.4', 'bin'), { recursive: true });
  await program(
    join(folder, 'versions', '3.12.4', 'bin'),
    'python3.12',
    `echo '["/pyenv/python3.12", [3, 12, 4], true, ""]'`,
  );
  const before = { ...process.env };
  context.after(() => Object.assign(process.env, before));
  Object.assign(process.env, { PATH: folder, PYENV_ROOT: folder, HOME: folder });
  const attention = listener();
  const found = await findPython('agents', undefined, folder, attention);
  assert.equal(found.path, '/pyenv/python3.12');
  assert.deepEqual(attention.lines, ['/pyenv/python3.12 is Python 3.12.4']);
});
