// Parts of the palette and the status bar over a stand-in for VS Code: keys, caps, sizes and the tooltip with its links.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';

/** What of VS Code these parts use. Texts stay English, events are fired by hand. */
const vscode = {
  l10n: { t: (text, ...values) => text.replace(/\{(\d)\}/g, (_match, index) => String(values[index])) },
  env: { language: 'en' },
  workspace: { isTrusted: true, onDidChangeTextDocument: (listen) => listener('typed', listen) },
  window: { activeTextEditor: undefined, onDidChangeActiveTextEditor: (listen) => listener('moved', listen) },
  MarkdownString: class {
    constructor(value) {
      this.value = value;
    }
  },
  EventEmitter: class {
    #listeners = [];
    event = (listen) => this.#listeners.push(listen);
    fire = (value) => this.#listeners.forEach((listen) => listen(value));
  },
  Disposable: { from: () => ({ dispose: () => undefined }) },
};
const listeners = {};
globalThis.vscodeOfTheTest = vscode;

function listener(name, listen) {
  listeners[name] = listen;
}

/** Modules of TypeScript with all they import, as Node can run them. */
async function load(...names) {
  const contents = names.map((name) => `export * from './${name}';`).join('\n');
  const stdin = { contents, resolveDir: `${import.meta.dirname}/../src`, loader: 'ts' };
  const standIn = {
    name: 'stand-in',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^(vscode|vscode-languageclient\/node)$/ }, ({ path }) => ({ path, namespace: 'stand-in' }));
      onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({
        contents:
          path === 'vscode'
            ? 'module.exports = globalThis.vscodeOfTheTest;'
            : 'class Type { constructor(method) { this.method = method; } } class ResponseError extends Error {}\n' +
              'module.exports = { RequestType: Type, NotificationType: Type, ResponseError };',
      }));
    },
  };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false, plugins: [standIn] });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const { Keys, ActiveSize, capIn, statusTooltip } = await load('key', 'status/size', 'status/tooltip', 'command/cap');

function secrets() {
  const kept = new Map();
  return {
    get: (name) => Promise.resolve(kept.get(name)),
    store: (name, value) => Promise.resolve(kept.set(name, value)),
    delete: (name) => Promise.resolve(kept.delete(name)),
  };
}

test('a key is in the environment of the server of a trusted workspace alone, until an empty one removes it', async () => {
  const keys = new Keys(secrets());
  await keys.put('anthropic', 'sk-1');
  assert.deepEqual(await keys.environment(), { KINOS_ANTHROPIC_API_KEY: 'sk-1' });
  vscode.workspace.isTrusted = false;
  assert.deepEqual(await keys.environment(), {});
  vscode.workspace.isTrusted = true;
  await keys.put('anthropic', '');
  assert.deepEqual([await keys.environment(), await keys.has('anthropic')], [{}, false]);
});

test('a cap is a number of at least 0, with a point or a comma, and a whole one where only such are counted', () => {
  assert.deepEqual(
    ['2.50', '2,5', ' 0 ', '1e3'].map((text) => capIn(text, false)),
    [2.5, 2.5, 0, 1000],
  );
  assert.deepEqual(
    ['200', '1.5'].map((text) => capIn(text, true)),
    [200, undefined],
  );
  assert.deepEqual(
    ['', 'many', '-1', 'Infinity'].map((text) => capIn(text, false)),
    Array(4).fill(undefined),
  );
});

const status = {
  folder: '/w',
  trusted: true,
  phase: { name: 'EXPANSION', reason: '34 % of the limit', since: null, pinned: false },
  tokens: { total: 43520, limit: 128000, percent: 34, toConverge: 33280, toExpand: -20480 },
  documents: { count: 27, long: 1, tooLong: 2 },
  team: { name: 'default', state: 'running', reason: '', landing: 'review', rehearsal: false, heldBy: '' },
  agents: [{ name: 'management', state: 'editing', task: '[leave](command:workbench.action.quit)', deferred: '' }],
  budget: { usd: 0.12, usdCap: 5, tokens: 5598, runs: 2, runsCap: 200 },
  waiting: 2,
};

/** The commands that links lead to. */
function linked({ value }) {
  return [...value.matchAll(/(?<!\\)\]\(command:([\w.]+)/g)].map(([, command]) => command);
}

test('the tooltip tells the whole picture and leads to what can be done now, and to nothing else', () => {
  const tooltip = statusTooltip(status);
  for (const part of ['43.5k of 128.0k', '33.3k tokens until CONVERGENCE', '$0.12 of $5', 'management: editing']) {
    assert.ok(tooltip.value.replaceAll('\\', '').includes(part), part);
  }
  const team = ['kinos.pauseTeam', 'kinos.stopTeam', 'kinos.reviewChanges'];
  const always = ['kinos.showMap', 'kinos.showHistory', 'kinos.setBudget', 'kinos.checkSetup'];
  assert.deepEqual(linked(tooltip), [...team, ...always]);
  assert.deepEqual(tooltip.isTrusted.enabledCommands, [...team, ...always]);
});

test('in a folder that is not trusted no link starts a team', () => {
  const stopped = { ...status, trusted: false, waiting: 0, team: { ...status.team, state: 'stopped' } };
  assert.deepEqual(
    linked(statusTooltip(stopped)).filter((command) => /Team$/.test(command)),
    [],
  );
  assert.deepEqual(linked(statusTooltip({ ...stopped, trusted: true })).slice(0, 2), [
    'kinos.startTeam',
    'kinos.rehearseTeam',
  ]);
});

/** The size of a document at version 2, as `versions` of it are answered one after the other: what was shown. */
async function shown(versions) {
  const document = { uri: { scheme: 'file', toString: () => 'file:///w/a.md' }, version: 2 };
  vscode.window.activeTextEditor = { document };
  const answers = [...versions];
  const server = {
    state: 'running',
    request: () => Promise.resolve({ version: answers.length > 1 ? answers.shift() : answers[0], tokens: 1 }),
  };
  const sizes = [];
  const active = new ActiveSize(server, { onDidChange: () => undefined }, { debug: () => undefined });
  active.onDidChange((size) => sizes.push(size.version));
  listeners.typed({ document });
  for (let turn = 0; turn < 100; turn += 1) {
    await new Promise(setImmediate);
  }
  return sizes;
}

test('the size that stays is that of the text on the screen, and one that never comes is not asked for without end', async () => {
  assert.deepEqual(await shown([1, 1, 2]), [1, 1, 2]);
  assert.deepEqual(await shown([2]), [2]);
  assert.equal((await shown([1])).length, 5);
});
