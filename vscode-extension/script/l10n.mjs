// Fails for every text people read that is not there in English and in French: `node script/l10n.mjs`.
// With `--write` it first sorts the bundles of l10n/, adds new English texts and takes out what is used nowhere.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleMistakes, updated } from './bundle.mjs';
import { manifestTexts, sourceTexts } from './text.mjs';

const root = join(import.meta.dirname, '..');
const english = 'l10n/bundle.l10n.json';
const french = 'l10n/bundle.l10n.fr.json';

const manifest = manifestTexts(read('package.json').texts);
const sources = ['src', 'webview']
  .flatMap(typescriptFiles)
  .map((name) => sourceTexts(name, readFileSync(join(root, name), 'utf8')));
const used = new Set(sources.flatMap(({ keys }) => [...keys]));

if (process.argv.includes('--write')) {
  write(
    english,
    updated(used, read(english).texts, (key) => key),
  );
  write(
    french,
    updated(used, read(french).texts, () => undefined),
  );
}

const mistakes = [
  ...manifest.mistakes,
  ...bundleMistakes(manifest.keys, read('package.nls.json'), read('package.nls.fr.json')),
  ...pages(),
  ...sources.flatMap((source) => source.mistakes),
  ...bundleMistakes(used, read(english), read(french)),
];
if (mistakes.length > 0) {
  process.stderr.write(`${mistakes.join('\n')}\nEvery text is there in English and French, or none is shown.\n`);
  process.exitCode = 1;
}

/** Walkthrough pages are named by keys, so that each language has its own. */
function pages() {
  return ['package.nls.json', 'package.nls.fr.json'].flatMap((name) =>
    Object.entries(read(name).texts)
      .filter(([, text]) => /^[\w./-]+\.(md|svg|png)$/.test(text) && !existsSync(join(root, text)))
      .map(([key, text]) => `${name}: ${key} names ${text}, which is not there`),
  );
}

function typescriptFiles(folder) {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
}

function read(name) {
  return { name, texts: existsSync(join(root, name)) ? JSON.parse(readFileSync(join(root, name), 'utf8')) : {} };
}

function write(name, texts) {
  writeFileSync(join(root, name), `${JSON.stringify(texts, null, 2)}\n`);
}
