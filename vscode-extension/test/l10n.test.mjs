// What the check of texts finds and what it lets pass.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleMistakes, updated } from '../script/bundle.mjs';
import { manifestTexts, sourceTexts } from '../script/text.mjs';

const found = (source) => sourceTexts('a.ts', source);

test('texts that are translated are found in each of their forms', () => {
  const { keys, mistakes } = found(`
    l10n.t('one'); vscode.l10n.t("two {0}", name); l10n.t('three ' + 'four');
    l10n.t(many ? 'agents' : 'agent'); l10n.t({ message: 'five', comment: 'Not Shown At All' });
    l10n.t('outer {0}', l10n.t('inner'));`);
  assert.deepEqual([...keys].sort(), ['agent', 'agents', 'five', 'inner', 'one', 'outer {0}', 'three four', 'two {0}']);
  assert.deepEqual(mistakes, []);
});

for (const source of [
  "window.showErrorMessage('broken')",
  'window.showInformationMessage(`${count} changes`)',
  "item.tooltip = on ? 'running' : l10n.t('stopped')",
  "window.createTreeView(id, { title: 'agents' })",
  "throw new Error('The server has ended')",
  'return `Team ${name} is running`',
  'l10n.t(text)',
  'l10n.t(`Team ${name}`)',
]) {
  test(`a text in English only is a mistake: ${source}`, () => {
    const { mistakes } = found(source);
    assert.equal(mistakes.length, 1);
    assert.match(mistakes[0], /^a\.ts:1: /);
  });
}

for (const source of [
  "this.#log.info('Started the server')",
  'item.text = `$(rocket) ${phase} ${percent}%`',
  "item.name = 'KinOS'; item.tooltip = 'KinOS'",
  "import { a } from './The Module Here'",
  "type A = 'Some Long Name'",
  "commands.executeCommand('workbench.action.openSettings', 'kinos.server.command')",
  'html = `<!DOCTYPE html><meta content="default-src \'none\'; style-src ${source}">`',
]) {
  test(`what nobody reads is no mistake: ${source}`, () => {
    assert.deepEqual(found(source).mistakes, []);
  });
}

test('the manifest takes every text from its bundles', () => {
  const { keys, mistakes } = manifestTexts({
    displayName: '%name%',
    contributes: {
      commands: [{ command: 'kinos.a', title: '%a%', category: 'KinOS', icon: '$(play)' }],
      viewsWelcome: [{ view: 'v', contents: 'Nothing here', when: 'never' }],
      configuration: { title: 'KinOS', properties: { a: { enum: ['x'], enumDescriptions: ['One'] } } },
    },
  });
  assert.deepEqual([...keys], ['name', 'a']);
  assert.equal(mistakes.length, 2);
  assert.match(mistakes[0], /viewsWelcome\.0\.contents/);
  assert.match(mistakes[1], /enumDescriptions\.0/);
});

test('a bundle lacks nothing, holds nothing stale and keeps the places to fill', () => {
  const english = { name: 'en', texts: { 'a {0}': 'a {0}', b: 'b', stale: 'stale', 'so and so': 'so and so' } };
  const french = { name: 'fr', texts: { 'a {0}': 'un', 'so and so': 'so and so' } };
  assert.deepEqual(bundleMistakes(new Set(['a {0}', 'b', 'so and so']), english, french), [
    'en: "stale" is used nowhere',
    'en: its keys are not sorted',
    'fr: "b" is missing',
    'fr: "un" has the places none, the English {0}',
    'fr: "so and so" is not translated',
  ]);
});

test('an updated bundle keeps what is used, in order', () => {
  assert.deepEqual(Object.entries(updated(new Set(['b', 'a']), { b: 'B', gone: 'x' }, (key) => key)), [
    ['a', 'a'],
    ['b', 'B'],
  ]);
});
