// The KinOS view: agents, changes, documents and history, each a tree that follows what the server tells.
import { Disposable, l10n, TreeView, window } from 'vscode';
import { Listing } from '../listing';
import { Picture } from '../picture';
import { Change, DocumentList } from '../protocol';
import { agentRows } from './agent';
import { changeRows, historyRows } from './change';
import { documentRows } from './document';
import { byFolder } from './folder';
import { Row, RowProvider } from './row';

/** The views as package.json names them. */
const viewId = {
  agents: 'kinos.agents',
  changes: 'kinos.changes',
  documents: 'kinos.documents',
  history: 'kinos.history',
} as const;

export class KinosView implements Disposable {
  readonly #picture: Picture;
  readonly #changes: TreeView<Row>;
  readonly #providers: RowProvider[];
  readonly #subscriptions: Disposable;

  constructor(picture: Picture, changes: Listing<Change[]>, documents: Listing<DocumentList>) {
    this.#picture = picture;
    const rows: Record<keyof typeof viewId, () => Row[]> = {
      agents: () => byFolder(picture, (folder) => ofStatus(picture.of(folder), (status) => agentRows(folder, status))),
      changes: () => byFolder(picture, (folder) => changeRows(folder, changes.of(folder) ?? [])),
      documents: () =>
        byFolder(picture, (folder) =>
          ofStatus(documents.of(folder), (list) => documentRows(folder, list, picture.of(folder)?.asked ?? [])),
        ),
      history: () => byFolder(picture, (folder) => historyRows(folder, changes.of(folder) ?? [])),
    };
    const create = (view: keyof typeof viewId): [RowProvider, TreeView<Row>] => {
      const provider = new RowProvider(rows[view]);
      const options = { treeDataProvider: provider, showCollapseAll: view !== 'history' && view !== 'documents' };
      return [provider, window.createTreeView(viewId[view], options)];
    };
    const [agents, changed] = [create('agents'), create('changes')];
    const created = [agents, changed, create('documents'), create('history')];
    this.#providers = created.map(([provider]) => provider);
    [, this.#changes] = changed;
    const refresh = (): void => {
      this.#refresh();
    };
    this.#subscriptions = Disposable.from(
      ...created.flat(),
      picture.onDidChange(refresh),
      changes.onDidChange(refresh),
      documents.onDidChange(refresh),
    );
    refresh();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #refresh(): void {
    const { all } = this.#picture;
    for (const provider of this.#providers) {
      provider.refresh();
    }
    const waiting = all.reduce((sum, status) => sum + status.waiting, 0);
    const tooltip = waiting === 1 ? l10n.t('1 change waits for you') : l10n.t('{0} changes wait for you', waiting);
    this.#changes.badge = waiting === 0 ? undefined : { value: waiting, tooltip };
  }
}

function ofStatus<Told>(told: Told | undefined, rows: (told: Told) => Row[]): Row[] {
  return told === undefined ? [] : rows(told);
}
