// Marks files in the explorer and on tabs: documents over a limit, and what an agent has just changed.
import {
  Disposable,
  EventEmitter,
  FileDecoration,
  FileDecorationProvider,
  l10n,
  ThemeColor,
  Uri,
  window,
  workspace,
} from 'vscode';
import { Listing } from '../listing';
import { Change, DocumentList } from '../protocol';
import { kilotokens } from '../text';

/** Milliseconds for which a change of an agent counts as just made. */
const fresh = 10 * 60_000;
const landed: ReadonlySet<Change['state']> = new Set<Change['state']>(['landed', 'landed, unsaved']);

/** Decorations by URI. VS Code is told which files have others now. */
class Decorations implements FileDecorationProvider, Disposable {
  readonly #changed = new EventEmitter<Uri[]>();
  readonly #registration: Disposable;
  #shown = new Map<string, FileDecoration>();

  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor() {
    this.#registration = window.registerFileDecorationProvider(this);
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    return this.#shown.get(uri.toString());
  }

  show(wanted: Map<string, FileDecoration>): void {
    const before = this.#shown;
    this.#shown = wanted;
    const differ = [...new Set([...before.keys(), ...wanted.keys()])].filter(
      (uri) => before.get(uri)?.tooltip !== wanted.get(uri)?.tooltip,
    );
    if (differ.length > 0) {
      this.#changed.fire(differ.map((uri) => Uri.parse(uri)));
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

export class FileMarks implements Disposable {
  readonly #sizes = new Decorations();
  readonly #changes = new Decorations();
  readonly #subscriptions: Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(documents: Listing<DocumentList>, changes: Listing<Change[]>) {
    const show = (): void => {
      this.#showChanges(changes);
    };
    this.#subscriptions = Disposable.from(
      this.#sizes,
      this.#changes,
      documents.onDidChange(() => {
        this.#sizes.show(byFolder((folder) => sizeMarks(folder, documents.of(folder))));
      }),
      changes.onDidChange(show),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  /** Shows what is fresh, and again once the first of it is not. */
  #showChanges(changes: Listing<Change[]>): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const all = (workspace.workspaceFolders ?? []).flatMap(({ uri }) => changes.of(uri) ?? []);
    const ages = all.filter((change) => isFresh(change, now)).map((change) => now - Date.parse(change.time));
    this.#changes.show(byFolder((folder) => changeMarks(folder, changes.of(folder) ?? [], now)));
    if (ages.length > 0) {
      this.#timer = setTimeout(
        () => {
          this.#showChanges(changes);
        },
        fresh - Math.max(...ages) + 1,
      );
    }
  }
}

function byFolder(marks: (folder: Uri) => [Uri, FileDecoration][]): Map<string, FileDecoration> {
  const found = (workspace.workspaceFolders ?? []).flatMap(({ uri }) => marks(uri));
  return new Map(found.map(([uri, decoration]) => [uri.toString(), decoration]));
}

function sizeMarks(folder: Uri, list: DocumentList | undefined): [Uri, FileDecoration][] {
  return (list?.documents ?? []).flatMap(({ path, tokens, level }): [Uri, FileDecoration][] => {
    if (tokens === null || level === null || level === 'ok') {
      return [];
    }
    const size = kilotokens(tokens);
    const decoration =
      level === 'long'
        ? new FileDecoration('⚠️', l10n.t('long: {0} tokens', size), new ThemeColor('list.warningForeground'))
        : new FileDecoration('🔴', l10n.t('too long: {0} tokens', size), new ThemeColor('list.errorForeground'));
    return [[Uri.joinPath(folder, path), decoration]];
  });
}

function isFresh({ state, time }: Change, now: number): boolean {
  return landed.has(state) && now - Date.parse(time) < fresh;
}

/** The newest change of a file speaks for it. */
function changeMarks(folder: Uri, changes: Change[], now: number): [Uri, FileDecoration][] {
  return changes
    .filter((change) => isFresh(change, now))
    .flatMap(({ agent, title, files }) =>
      files
        .filter(({ kind }) => kind !== 'deleted')
        .map(({ path }): [Uri, FileDecoration] => {
          const said = l10n.t('just changed by {0}: {1}', agent, title);
          return [Uri.joinPath(folder, path), new FileDecoration('✎', said, new ThemeColor('kinos.changedByAgent'))];
        }),
    );
}
