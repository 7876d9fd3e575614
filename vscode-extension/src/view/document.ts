// The documents of a folder by size, with their marks.
import { l10n, Uri } from 'vscode';
import { basename, dirname } from 'node:path/posix';
import { commandId } from '../command/id';
import { DocumentList, DocumentSize, Level } from '../protocol';
import { counted, escaped, kilotokens } from '../text';
import { Row } from './row';

const look: Record<Level | 'unknown', { icon: string; color?: string }> = {
  ok: { icon: 'pass', color: 'charts.green' },
  long: { icon: 'warning', color: 'list.warningForeground' },
  'too-long': { icon: 'error', color: 'list.errorForeground' },
  unknown: { icon: 'question' },
};

/** `asked` are the paths of documents that the team was asked to consolidate. */
export function documentRows(folder: Uri, { documents, warn, error }: DocumentList, asked: readonly string[]): Row[] {
  return documents.map((document) => {
    const { path, level } = document;
    const uri = Uri.joinPath(folder, path).toString();
    const place = dirname(path).replace(/^\.$/, '');
    const request = asked.includes(path) ? l10n.t('to be consolidated') : '';
    return {
      ...look[level ?? 'unknown'],
      id: uri,
      uri,
      kind: `document.${level ?? 'unknown'}${request ? '.asked' : ''}`,
      folder: folder.fsPath,
      label: basename(path),
      description: [size(document), request, place].filter((part) => part !== '').join(' · '),
      tooltip: tooltip(document, warn, error),
      click: commandId.openDocument,
    };
  });
}

function size({ tokens }: DocumentSize): string {
  return tokens === null ? l10n.t('no size') : l10n.t('{0} tokens', kilotokens(tokens));
}

function tooltip({ path, tokens, level, reason, suggestions }: DocumentSize, warn: number, error: number): string {
  const verdict = {
    ok: l10n.t('within the limit of {0}', counted(warn)),
    long: l10n.t('long: above {0}', counted(warn)),
    'too-long': l10n.t('too long: above {0}', counted(error)),
  };
  const said =
    tokens === null || level === null ? reason : `${l10n.t('{0} tokens', counted(tokens))}, ${verdict[level]}`;
  return [`**${escaped(path)}**`, '', escaped(said), '', ...suggestions.map((line) => `- ${escaped(line)}`)].join('\n');
}
