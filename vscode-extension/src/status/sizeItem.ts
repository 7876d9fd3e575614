// Shows the size of the document that the person is in: in the status bar, and with the editor's language.
import {
  Disposable,
  l10n,
  languages,
  LanguageStatusItem,
  LanguageStatusSeverity,
  StatusBarAlignment,
  StatusBarItem,
  ThemeColor,
  window,
} from 'vscode';
import { commandId } from '../command/id';
import { Level } from '../protocol';
import { counted, kilotokens } from '../text';
import { ActiveSize, Size } from './size';

const backgrounds: Record<Level, string | undefined> = {
  ok: undefined,
  long: 'statusBarItem.warningBackground',
  'too-long': 'statusBarItem.errorBackground',
};
const severities: Record<Level, LanguageStatusSeverity> = {
  ok: LanguageStatusSeverity.Information,
  long: LanguageStatusSeverity.Warning,
  'too-long': LanguageStatusSeverity.Error,
};
const languageIds = ['markdown', 'prompt', 'instructions', 'chatagent', 'skill'];

export class SizeItem implements Disposable {
  readonly #item: StatusBarItem;
  readonly #language: LanguageStatusItem;
  readonly #subscriptions: Disposable;

  constructor(active: ActiveSize) {
    this.#item = window.createStatusBarItem('kinos.size', StatusBarAlignment.Left, 0);
    this.#item.name = l10n.t('KinOS: size of the document');
    this.#item.command = commandId.showMap;
    this.#language = languages.createLanguageStatusItem('kinos.size', languageIds);
    this.#language.name = l10n.t('Size in tokens');
    this.#language.text = l10n.t('No size');
    this.#language.command = { title: l10n.t('Map'), command: commandId.showMap };
    this.#subscriptions = Disposable.from(
      this.#item,
      this.#language,
      active.onDidChange((size) => {
        this.#show(size);
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #show(size: Size | undefined): void {
    if (size === undefined) {
      this.#item.hide();
      this.#language.text = l10n.t('No size');
      this.#language.detail = '';
      this.#language.severity = LanguageStatusSeverity.Information;
      return;
    }
    const { level } = size;
    const background = level === null ? undefined : backgrounds[level];
    this.#item.text = shortText(size);
    this.#item.tooltip = longText(size);
    this.#item.backgroundColor = background === undefined ? undefined : new ThemeColor(background);
    this.#item.show();
    this.#language.text = shortText(size);
    this.#language.detail = longText(size);
    this.#language.severity = level === null ? LanguageStatusSeverity.Warning : severities[level];
  }
}

/** For example `⚠️ 7.1k tokens`. */
function shortText({ mark, tokens }: Size): string {
  return tokens === null ? `${mark} ${l10n.t('no size')}` : `${mark} ${l10n.t('{0} tokens', kilotokens(tokens))}`;
}

function longText({ tokens, level, warn, error, tokenizer, counted: sure, reason }: Size): string {
  if (tokens === null || level === null) {
    return l10n.t('This document has no size: {0}', reason);
  }
  const exact = counted(tokens);
  const stands = {
    ok: l10n.t('{0} tokens, of the {1} that a document should have ({2})', exact, counted(warn), tokenizer),
    long: l10n.t('{0} tokens: long, above {1} ({2})', exact, counted(warn), tokenizer),
    'too-long': l10n.t('{0} tokens: too long, above {1} ({2})', exact, counted(error), tokenizer),
  }[level];
  return sure === 'exact' ? stands : `${stands} ${l10n.t('Not confirmed for this model.')}`;
}
