// The dashboard: one web view panel, which shows a folder's documents, phase, spend and cycles while they change.
import {
  commands,
  Disposable,
  env,
  l10n,
  Uri,
  ViewColumn,
  WebviewOptions,
  WebviewPanel,
  WebviewPanelSerializer,
  window,
  workspace,
} from 'vscode';
import { commandId } from '../command/id';
import { activeFolder } from '../folder';
import { messageOf, showError } from '../log';
import { Feed, Sources } from './feed';
import { html } from './html';
import { Asked, asked, Folder, saved, Told } from './message';
import { texts } from './text';

const viewType = 'kinos.dashboard';

export class Dashboard implements WebviewPanelSerializer, Disposable {
  readonly #icon: Uri;
  readonly #files: Uri;
  readonly #sources: Sources;
  readonly #subscriptions: Disposable;
  #panel: WebviewPanel | undefined;
  #feed: Feed | undefined;
  /** The URI of the folder that is shown. */
  #folder = '';

  constructor(extension: Uri, sources: Sources) {
    this.#icon = Uri.joinPath(extension, 'icon.png');
    this.#files = Uri.joinPath(extension, 'out', 'webview');
    this.#sources = sources;
    this.#subscriptions = Disposable.from(
      window.registerWebviewPanelSerializer(viewType, this),
      workspace.onDidChangeWorkspaceFolders(() => {
        this.#select(this.#folder);
      }),
    );
  }

  /** Shows `folder`; without one that which is shown already, else that of the active editor. */
  show(folder?: Uri): Promise<void> {
    if (this.#panel === undefined) {
      this.#folder = (folder ?? activeFolder())?.toString() ?? '';
      this.#take(window.createWebviewPanel(viewType, l10n.t('KinOS Dashboard'), ViewColumn.Active, this.#options()));
    } else {
      this.#panel.reveal();
      if (folder !== undefined && folder.toString() !== this.#folder) {
        this.#select(folder.toString());
      }
    }
    return Promise.resolve();
  }

  /** The window was reloaded with the panel in it. */
  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    this.#folder = saved(state).folder;
    panel.webview.options = this.#options();
    this.#take(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.#feed?.dispose();
    this.#subscriptions.dispose();
  }

  #options(): WebviewOptions {
    return { enableScripts: true, enableForms: false, localResourceRoots: [this.#files] };
  }

  #take(panel: WebviewPanel): void {
    this.#panel = panel;
    panel.iconPath = this.#icon;
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const request = asked(message);
      if (request === undefined) {
        this.#sources.log.warn('The dashboard asked for something unknown.');
        return;
      }
      this.#answer(request).catch((error: unknown) => showError(this.#sources.log, messageOf(error)));
    });
    panel.onDidDispose(() => {
      this.#feed?.dispose();
      this.#panel = this.#feed = undefined;
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) {
        // Its page is gone until it is shown again, and then begins with `ready`.
        this.#feed?.dispose();
        this.#feed = undefined;
      }
    });
    panel.webview.html = html(panel.webview, this.#files, panel.title);
  }

  async #answer(request: Asked): Promise<void> {
    if (request.type === 'ready') {
      this.#tell({ type: 'begin', texts: texts(), language: env.language });
      this.#select(this.#folder);
    } else if (request.type === 'select') {
      this.#select(request.folder);
    } else if (request.type === 'run') {
      const folder = this.#folder === '' ? {} : { folder: this.#folder };
      await commands.executeCommand(commandId[request.action], folder);
    } else if (this.#isDocument(request.path)) {
      const column = request.beside ? ViewColumn.Beside : ViewColumn.Active;
      await commands.executeCommand('vscode.open', Uri.joinPath(Uri.parse(this.#folder), request.path), column);
    }
  }

  /** The page may only open what it was told of. */
  #isDocument(path: string): boolean {
    const known = this.#folder === '' ? undefined : this.#sources.documents.of(Uri.parse(this.#folder));
    return known?.documents.some((document) => document.path === path) ?? false;
  }

  /** Shows the folder with this URI, else the first one. */
  #select(wanted: string): void {
    const known: Folder[] = (workspace.workspaceFolders ?? []).map(({ uri, name }) => ({ uri: uri.toString(), name }));
    const folder = (known.find(({ uri }) => uri === wanted) ?? known[0])?.uri ?? '';
    this.#folder = folder;
    this.#feed?.dispose();
    this.#feed = undefined;
    const unknown = { status: null, documents: null, phase: null, cycles: null, figures: null };
    this.#tell({
      type: 'show',
      view: { folders: known, folder, server: this.#sources.picture.serverState, ...unknown },
    });
    if (folder !== '' && this.#panel?.visible) {
      this.#feed = new Feed(Uri.parse(folder), this.#sources, (view) => {
        this.#tell({ type: 'show', view });
      });
    }
  }

  #tell(message: Told): void {
    void this.#panel?.webview.postMessage(message);
  }
}
