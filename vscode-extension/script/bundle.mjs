// Compares the texts that are used with the English and the French bundle.

/** What is wrong with one pair of bundles, whose files are named `english` and `french`, for the `keys` that are used. */
export function bundleMistakes(keys, english, french) {
  const mistakes = [english, french].flatMap((bundle) => [
    ...missing(keys, bundle),
    ...Object.keys(bundle.texts)
      .filter((key) => !keys.has(key))
      .map((key) => `${bundle.name}: ${JSON.stringify(key)} is used nowhere`),
    ...(isSorted(Object.keys(bundle.texts)) ? [] : [`${bundle.name}: its keys are not sorted`]),
  ]);
  const both = [...keys].filter((key) => english.texts[key] && french.texts[key]);
  return [
    ...mistakes,
    ...both.flatMap((key) => translationMistakes(french.name, english.texts[key], french.texts[key])),
  ];
}

function missing(keys, { name, texts }) {
  return [...keys].filter((key) => !texts[key]).map((key) => `${name}: ${JSON.stringify(key)} is missing`);
}

function translationMistakes(name, english, french) {
  const [wanted, given] = [placeholders(english), placeholders(french)];
  if (wanted !== given) {
    return [`${name}: ${JSON.stringify(french)} has the places ${given || 'none'}, the English ${wanted || 'none'}`];
  }
  const isSame = english === french && /[a-z]{2,} .*[a-z]{2,} /i.test(english);
  return isSame ? [`${name}: ${JSON.stringify(french)} is not translated`] : [];
}

/** Places to fill, such as {0}, ${workspaceFolder} or a command's link: a translation keeps each. */
function placeholders(text) {
  const found = text.match(/\{\w+\}|\$\{[\w:]+\}|\((?:command|https?):[^)]*\)/g) ?? [];
  return [...new Set(found)].sort().join(' ');
}

function isSorted(keys) {
  return keys.every((key, index) => index === 0 || keys[index - 1] < key);
}

/** `texts` with the keys that are used and no others, sorted; a new one is `text(key)` or left out. */
export function updated(keys, texts, text) {
  const known = [...keys].sort().map((key) => [key, texts[key] || text(key)]);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
