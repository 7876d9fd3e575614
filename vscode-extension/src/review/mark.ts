// What an agent changed last in an open document: its lines are marked, with whose they are and why.
import {
  DecorationOptions,
  Disposable,
  l10n,
  LogOutputChannel,
  MarkdownString,
  OverviewRulerLane,
  Range,
  TextDocument,
  TextEditor,
  ThemeColor,
  window,
  workspace,
} from 'vscode';
import { Listing } from '../listing';
import { messageOf } from '../log';
import { Change, LastEdit, serverCommand } from '../protocol';
import { Server } from '../server';
import { escaped, when } from '../text';

/** Milliseconds without a change of the document after which its marks are looked at again; they move with it meanwhile. */
const rest = 300;

export class Marks implements Disposable {
  readonly #server: Server;
  readonly #log: LogOutputChannel;
  readonly #style = window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new ThemeColor('diffEditor.insertedLineBackground'),
    overviewRulerColor: new ThemeColor('editorOverviewRuler.addedForeground'),
    overviewRulerLane: OverviewRulerLane.Left,
  });
  /** By document, the change whose lines are marked in it. */
  readonly #shown = new Map<TextDocument, string>();
  /** Changes whose marks the person has cleared. */
  readonly #cleared = new Set<string>();
  readonly #timers = new Map<TextDocument, NodeJS.Timeout>();
  readonly #subscriptions: Disposable;

  constructor(server: Server, changes: Listing<Change[]>, log: LogOutputChannel) {
    this.#server = server;
    this.#log = log;
    const all = (): void => {
      for (const { document } of window.visibleTextEditors) {
        this.#soon(document, 0);
      }
    };
    this.#subscriptions = Disposable.from(
      this.#style,
      changes.onDidChange(all),
      window.onDidChangeVisibleTextEditors(all),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (this.#shown.has(document)) {
          this.#soon(document, rest);
        }
      }),
      workspace.onDidCloseTextDocument((document) => {
        clearTimeout(this.#timers.get(document));
        this.#timers.delete(document);
        this.#shown.delete(document);
      }),
    );
  }

  /** Takes the marks away that are seen now; those of later changes come as always. */
  clear(): Promise<void> {
    for (const change of this.#shown.values()) {
      this.#cleared.add(change);
    }
    for (const { document } of window.visibleTextEditors) {
      this.#draw(document, undefined);
    }
    return Promise.resolve();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    this.#subscriptions.dispose();
  }

  #soon(document: TextDocument, milliseconds: number): void {
    if (document.uri.scheme !== 'file' || workspace.getWorkspaceFolder(document.uri) === undefined) {
      return;
    }
    clearTimeout(this.#timers.get(document));
    this.#timers.set(
      document,
      setTimeout(() => void this.#look(document), milliseconds),
    );
  }

  async #look(document: TextDocument): Promise<void> {
    if (this.#server.state !== 'running' || document.isClosed) {
      return;
    }
    try {
      const told = await this.#server.execute<LastEdit>(serverCommand.lastEdit, { uri: document.uri.toString() });
      if (told.version === document.version) {
        this.#draw(document, told);
      } else {
        this.#soon(document, rest);
      }
    } catch (error) {
      // It was closed meanwhile, or the server is about to end.
      this.#log.debug(`No marks in ${document.uri.fsPath}: ${messageOf(error)}`);
    }
  }

  #draw(document: TextDocument, told: LastEdit | undefined): void {
    const change = told?.change ?? undefined;
    const marks =
      told === undefined || change === undefined || this.#cleared.has(change.id) ? [] : decorations(told, change);
    if (change === undefined || marks.length === 0) {
      this.#shown.delete(document);
    } else {
      this.#shown.set(document, change.id);
    }
    for (const editor of editorsOf(document)) {
      editor.setDecorations(this.#style, marks);
    }
  }
}

function editorsOf(document: TextDocument): TextEditor[] {
  return window.visibleTextEditors.filter((editor) => editor.document === document);
}

function decorations({ lines }: LastEdit, { agent, title, why, time }: Change): DecorationOptions[] {
  const by = l10n.t('{0}, {1}: “{2}”', agent, when(time), title);
  const hoverMessage = new MarkdownString(`**KinOS** · ${escaped(by)}\n\n${escaped(why)}`);
  return lines.map(({ first, last }) => ({ range: new Range(first, 0, last, 0), hoverMessage }));
}
