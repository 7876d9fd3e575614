// Finds what a person reads: in the manifest, and in TypeScript the arguments of `l10n.t` and texts that forgot it.
import ts from 'typescript';

/** Keys of the manifest whose value people read, or whose file they read. */
const shownKeys = new Set([
  'altText',
  'category',
  'contents',
  'deprecationMessage',
  'description',
  'displayName',
  'enumDescriptions',
  'markdown',
  'markdownDeprecationMessage',
  'markdownDescription',
  'markdownEnumDescriptions',
  'name',
  'placeholder',
  'shortTitle',
  'title',
]);
/** Properties of VS Code's objects, and calls, whose text people read. */
const shownProperties = new Set([
  'ariaLabel',
  'description',
  'detail',
  'label',
  'message',
  'placeHolder',
  'placeholder',
  'prompt',
  'text',
  'title',
  'tooltip',
]);
const showingCalls = /^(show(Error|Information|Warning)Message|showError|setStatusBarMessage)$/;
/** The product's name is the same in every language. */
const brands = new Set(['KinOS']);
const placeholder = /^%(.+)%$/;

/** Every shown text of package.json: the keys it takes from package.nls.json, and mistakes. */
export function manifestTexts(manifest) {
  const keys = new Set();
  const mistakes = [];
  const walk = (value, path) => {
    if (Array.isArray(value)) {
      value.forEach((item, index) => walk(item, [...path, index]));
    } else if (value !== null && typeof value === 'object') {
      Object.entries(value).forEach(([key, item]) => walk(item, [...path, key]));
    } else if (typeof value === 'string' && isShown(path)) {
      const key = placeholder.exec(value)?.[1];
      if (key !== undefined) {
        keys.add(key);
      } else if (!brands.has(value)) {
        mistakes.push(
          `package.json: ${path.join('.')} is ${JSON.stringify(value)}: name a key of package.nls.json, %key%`,
        );
      }
    }
  };
  const { displayName, description, capabilities, contributes } = manifest;
  walk({ displayName, description, capabilities, contributes }, []);
  return { keys, mistakes };
}

/** A text in an array, such as `enumDescriptions`, belongs to the array's key. */
function isShown(path) {
  return shownKeys.has(path.findLast((part) => typeof part === 'string'));
}

/** What `source` gives to `l10n.t`, and texts that people would read in English only. */
export function sourceTexts(name, source) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const keys = new Set();
  const mistakes = [];
  const mistake = (node, said) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    mistakes.push(`${name}:${line + 1}: ${said}`);
  };
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTranslation(node)) {
      const found = literals(messageOf(node.arguments[0]));
      found?.forEach((key) => keys.add(key));
      if (found === undefined) {
        mistake(node, 'l10n.t takes a text that stands there, with {0} for what changes');
      }
      node.arguments.slice(1).forEach(visit);
      return;
    }
    if (ts.isCallExpression(node) && isLogged(node)) {
      return;
    }
    const said = words(node);
    if (said !== undefined && isUntranslated(node, said)) {
      mistake(node, `${JSON.stringify(said)} is shown in English only: l10n.t('…')`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { keys, mistakes };
}

function isTranslation({ expression }) {
  return ts.isPropertyAccessExpression(expression) && /(^|\.)l10n\.t$/.test(expression.getText());
}

/** The log is written in English for whoever helps. */
function isLogged({ expression }) {
  return ts.isPropertyAccessExpression(expression) && /(^|[.#])log$/i.test(expression.expression.getText());
}

function messageOf(argument) {
  if (argument === undefined || !ts.isObjectLiteralExpression(argument)) {
    return argument;
  }
  return argument.properties.find((property) => property.name?.getText() === 'message')?.initializer;
}

/** All texts an expression can be; undefined if they do not stand there. */
function literals(node) {
  if (node === undefined) {
    return undefined;
  }
  if (ts.isStringLiteralLike(node)) {
    return [node.text];
  }
  if (ts.isParenthesizedExpression(node)) {
    return literals(node.expression);
  }
  if (ts.isConditionalExpression(node)) {
    const [one, other] = [literals(node.whenTrue), literals(node.whenFalse)];
    return one && other && [...one, ...other];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [literals(node.left), literals(node.right)];
    return left && right && left.flatMap((first) => right.map((second) => first + second));
  }
  return undefined;
}

/** The words of a literal or template without icons; undefined for any other node. */
function words(node) {
  if (ts.isStringLiteralLike(node)) {
    return withoutIcons(node.text);
  }
  if (ts.isTemplateExpression(node)) {
    return withoutIcons([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
  }
  return undefined;
}

function withoutIcons(text) {
  return text.replaceAll(/\$\([a-z~-]+\)/g, '').trim();
}

function isUntranslated(node, said) {
  if (ts.isLiteralTypeNode(node.parent) || ts.isImportDeclaration(node.parent) || brands.has(said)) {
    return false;
  }
  const isSentence = /^[A-Z][A-Za-z]*:? (.* )?\S*[a-z]{2}/.test(said);
  return isSentence || (/[A-Za-z]{2}/.test(said) && isShownPlace(node));
}

/** Whether VS Code shows what stands here: a shown property, an assignment to one, or a message. */
function isShownPlace(node) {
  const { parent } = node;
  if (ts.isConditionalExpression(parent) || ts.isParenthesizedExpression(parent)) {
    return isShownPlace(parent);
  }
  if (ts.isPropertyAssignment(parent)) {
    return parent.initializer === node && shownProperties.has(parent.name.getText());
  }
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    return ts.isPropertyAccessExpression(parent.left) && shownProperties.has(parent.left.name.text);
  }
  return ts.isCallExpression(parent) && parent.arguments.includes(node) && showingCalls.test(calledName(parent));
}

function calledName({ expression }) {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}
