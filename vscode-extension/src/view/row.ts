// The rows of KinOS's views: plain data, so that a view is drawn again only when it would read otherwise.
import {
  Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeDataProvider,
  TreeItem,
  Uri,
} from 'vscode';
import { TreeItemCollapsibleState } from 'vscode';

/** What a row is about; commands of its menu are given the row. */
export interface Subject {
  /** The workspace folder's path. */
  folder: string;
  agent?: string;
  /** The id of a change, and of one of its files the path. */
  change?: string;
  path?: string;
  /** Of a document. */
  uri?: string;
}

export interface Row extends Subject {
  /** One of its own in the view, and the same for as long as the row is about the same thing. */
  id: string;
  /** What its menu is chosen by. */
  kind: string;
  label: string;
  description?: string;
  /** Markdown. */
  tooltip?: string;
  icon?: string;
  color?: string;
  /** Done when the row is clicked, with the row. */
  click?: string;
  children?: Row[];
}

/** Draws what `rows` gives; `refresh` looks whether that is still the same. */
export class RowProvider implements TreeDataProvider<Row>, Disposable {
  readonly #rows: () => Row[];
  readonly #changed = new EventEmitter<undefined>();
  #drawn = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(rows: () => Row[]) {
    this.#rows = rows;
  }

  refresh(): void {
    const now = JSON.stringify(this.#rows());
    if (now !== this.#drawn) {
      this.#drawn = now;
      this.#changed.fire(undefined);
    }
  }

  getChildren(row?: Row): Row[] {
    return row === undefined ? this.#rows() : (row.children ?? []);
  }

  getTreeItem(row: Row): TreeItem {
    const item = new TreeItem(row.label, collapsing(row));
    item.id = row.id;
    item.contextValue = row.kind;
    if (row.description !== undefined) {
      item.description = row.description;
    }
    if (row.tooltip !== undefined) {
      item.tooltip = new MarkdownString(row.tooltip, true);
    }
    if (row.icon !== undefined) {
      item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
    }
    if (row.uri !== undefined) {
      item.resourceUri = Uri.parse(row.uri);
    }
    if (row.click !== undefined) {
      item.command = { command: row.click, title: '', arguments: [row] };
    }
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function collapsing({ children, kind }: Row): TreeItemCollapsibleState {
  if (children === undefined) {
    return TreeItemCollapsibleState.None;
  }
  return kind === 'folder' || kind === 'group' ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}
