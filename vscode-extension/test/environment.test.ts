// The environments KinOS keeps: whole or not there.
import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, TestContext } from 'node:test';
import { EnvironmentStore } from '../src/server/environment';
import { program, temporaryFolder } from './setup';

const name = 'server-1.0-abc';
const nobody = 2 ** 22 + 1;

async function store(context: TestContext): Promise<EnvironmentStore> {
  return new EnvironmentStore(join(await temporaryFolder(context), 'environments'));
}

async function fill(folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await program(join(folder, 'bin'), 'python', 'exit 0');
}

test('one that was made is ready, under its name and no other', async (context) => {
  const kept = await store(context);
  assert.equal(await kept.ready(name), undefined);
  const python = await kept.make(name, fill);
  assert.equal(python, join(kept.folder, name, 'bin', 'python'));
  assert.equal(await kept.ready(name), python);
  assert.equal(await kept.ready('server-1.1-abc'), undefined);
  assert.deepEqual(await readdir(kept.folder), [name]);
});

test('one that was not made to its end is not there', async (context) => {
  const kept = await store(context);
  const failing = async (folder: string): Promise<void> => {
    await fill(folder);
    throw new Error('cut off');
  };
  await assert.rejects(kept.make(name, failing), /cut off/);
  assert.deepEqual(await readdir(kept.folder), []);
});

test('one whose Python is gone, or that lacks its mark, is made anew', async (context) => {
  const kept = await store(context);
  const python = await kept.make(name, fill);
  await rm(python);
  assert.equal(await kept.ready(name), undefined);
  assert.equal(await kept.make(name, fill), python);
  await writeFile(join(kept.folder, name, 'kinos-environment.json'), 'half');
  assert.equal(await kept.ready(name), undefined);
});

test('two windows that make it at the same time end with one', async (context) => {
  const kept = await store(context);
  const made = await Promise.all([kept.make(name, fill), kept.make(name, fill)]);
  assert.equal(await kept.ready(name), made[0]);
  assert.deepEqual(await readdir(kept.folder), [name]);
});

test('an update removes what no server runs from any more, and what was left half made', async (context) => {
  const kept = await store(context);
  for (const other of ['server-0.8-old', 'server-0.9-used', 'agents-123', name]) {
    await kept.make(other, fill);
  }
  await kept.use('server-0.9-used', process.pid);
  await kept.use('server-0.8-old', nobody);
  await fill(join(kept.folder, `partial-${nobody}-x`));
  await fill(join(kept.folder, `partial-${process.pid}-y`));
  await kept.clean(name);
  const left = await readdir(kept.folder);
  assert.deepEqual(left.sort(), ['agents-123', `partial-${process.pid}-y`, 'server-0.9-used', name].sort());
});
