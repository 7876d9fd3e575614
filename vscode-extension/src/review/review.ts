// The review: waiting changes in VS Code's own diff editor, one file after the other, and what a person decides.
import { commands, Disposable, l10n, Tab, TabInputTextDiff, Uri, window, workspace } from 'vscode';
import { basename } from 'node:path/posix';
import { activeFolder } from '../folder';
import { Listing } from '../listing';
import { Change, serverCommand } from '../protocol';
import { Server } from '../server';
import { ChangeContents } from './contents';
import { contentsUri, FilePlace, Place, placeOf, proposalUri, scheme } from './place';
import { ProposalFiles } from './proposal';

export class Review implements Disposable {
  readonly #server: Server;
  readonly #changes: Listing<Change[]>;
  readonly #files: ProposalFiles;
  readonly #subscriptions: Disposable;

  constructor(server: Server, changes: Listing<Change[]>) {
    this.#server = server;
    this.#changes = changes;
    this.#files = new ProposalFiles(server, changes);
    this.#subscriptions = Disposable.from(
      this.#files,
      new ChangeContents(server, this.#files, changes),
      changes.onDidChange(() => void this.#closePast()),
      workspace.onDidSaveTextDocument(({ uri }) => void this.#lookAgain(uri)),
    );
  }

  /** Shows a change, or one file of it, as a diff. What waits can be edited on the right, and lands when it is accepted. */
  async show(place: Place): Promise<void> {
    const change = await this.#find(place);
    const path = place.path ?? change.files[0]?.path;
    if (path === undefined) {
      return;
    }
    const file = { folder: place.folder, change: change.id, path };
    const waits = change.state === 'proposed';
    const conflict = waits ? (await this.#files.file(file)).conflict : '';
    const right = waits ? proposalUri(file) : contentsUri(file, 'after');
    const title = l10n.t('{0}: “{1}” by {2}', basename(path), change.title, change.agent);
    const left = contentsUri(file, waits ? 'now' : 'before');
    await commands.executeCommand('vscode.diff', left, right, title, { preview: true });
    if (conflict !== '') {
      void this.#tellOf(conflict, place);
    }
  }

  /** Shows the first change that waits, those of the active folder before others. */
  async begin(): Promise<void> {
    const [first] = this.#waiting();
    if (first === undefined) {
      void window.showInformationMessage(l10n.t('No change waits for you.'));
      return;
    }
    await this.show(first);
  }

  /** Shows the next file that waits after `place`, which may be the first one again. */
  async next(place: Place | undefined): Promise<void> {
    const waiting = this.#waiting();
    const at = waiting.findIndex((file) => place !== undefined && this.#same(file, place) && file.path === place.path);
    const following = waiting[(at + 1) % Math.max(1, waiting.length)];
    if (following === undefined || (at >= 0 && waiting.length === 1)) {
      void window.showInformationMessage(l10n.t('Nothing else waits for you.'));
      return;
    }
    await this.show(following);
  }

  /** Lands a change with what the person edited in it, then shows the next one if it was being looked at. */
  async accept(place: Place): Promise<void> {
    const change = await this.#find(place);
    await this.#saveEdits(place);
    for (const { path } of change.files) {
      const { conflict } = await this.#files.file({ ...place, path });
      if (conflict !== '') {
        await this.show({ ...place, path });
        return;
      }
    }
    const accepted = { folder: place.folder, change: this.#files.current(place.change) };
    await this.#server.execute<Change>(serverCommand.accept, accepted);
    window.setStatusBarMessage(l10n.t('Landed: {0}', change.title), 5000);
    await this.#leave(place);
  }

  /** Asks why, for the agents to be told; nothing happens when the question is left. */
  async reject(place: Place): Promise<void> {
    const prompt = l10n.t('Why not? The reason reaches the agents.');
    const reason = await window.showInputBox({ title: l10n.t('KinOS: reject a change'), prompt });
    if (reason === undefined) {
      return;
    }
    const rejected = { folder: place.folder, change: this.#files.current(place.change), reason };
    await this.#server.execute<Change>(serverCommand.reject, rejected);
    await this.#leave(place);
  }

  /** Shows the change with the cursor where the person can edit it. */
  async edit(place: Place): Promise<void> {
    await this.show(place);
    await commands.executeCommand('workbench.action.compareEditor.focusPrimarySide');
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** @throws Error if there is no such change. */
  async #find(place: Place): Promise<Change> {
    const id = this.#files.current(place.change);
    const wanted = (): Change | undefined =>
      this.#changes.of(Uri.file(place.folder))?.find((change) => change.id === id);
    if (wanted() === undefined) {
      await this.#changes.refresh(Uri.file(place.folder));
    }
    const found = wanted();
    if (found === undefined) {
      throw new Error(l10n.t('There is no change {0} in {1} any more.', id, place.folder));
    }
    return found;
  }

  /** Every file that waits, in the order in which they were made, those of the active folder first. */
  #waiting(): FilePlace[] {
    const active = activeFolder()?.toString();
    const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri);
    return folders
      .sort((one, other) => Number(other.toString() === active) - Number(one.toString() === active))
      .flatMap((folder) =>
        (this.#changes.of(folder) ?? [])
          .filter(({ state }) => state === 'proposed')
          .flatMap(({ id, files }) => files.map(({ path }) => ({ folder: folder.fsPath, change: id, path }))),
      );
  }

  #same(one: Place, other: Place): boolean {
    return one.folder === other.folder && this.#files.current(one.change) === this.#files.current(other.change);
  }

  #tabs(wanted: (place: FilePlace) => boolean): Tab[] {
    return window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => {
        const place = input instanceof TabInputTextDiff ? placeOf(input.modified) : undefined;
        return place !== undefined && wanted(place);
      });
  }

  async #saveEdits(place: Place): Promise<void> {
    for (const document of workspace.textDocuments) {
      const edited = document.uri.scheme === scheme.proposal && document.isDirty ? placeOf(document.uri) : undefined;
      if (edited !== undefined && this.#same(edited, place)) {
        await document.save();
      }
    }
  }

  /** Says what stands in the way; where the marks are is seen on the right. */
  async #tellOf(conflict: string, place: Place): Promise<void> {
    const reject = l10n.t('Reject…');
    const said = l10n.t('{0} Both versions stand on the right: keep there what you want, save, then accept.', conflict);
    if ((await window.showWarningMessage(said, reject)) === reject) {
      await this.reject(place);
    }
  }

  /** What waits is shown on its files as they are now, and may fit them no more, or again. */
  async #lookAgain(saved: Uri): Promise<void> {
    const folder = workspace.getWorkspaceFolder(saved)?.uri;
    const isTouched = (change: Change): boolean =>
      change.state === 'proposed' &&
      change.files.some(({ path }) => folder !== undefined && Uri.joinPath(folder, path).fsPath === saved.fsPath);
    if (folder !== undefined && this.#changes.of(folder)?.some(isTouched) === true) {
      await this.#changes.refresh(folder);
    }
  }

  /** It is decided: its diffs are closed, and the next one that waits is shown if they were. */
  async #leave(place: Place): Promise<void> {
    const shown = (): Tab[] => this.#tabs((other) => this.#same(other, place));
    const looked = shown().length > 0;
    await this.#changes.refresh(Uri.file(place.folder));
    // Those that are still there: what is past may have been closed meanwhile.
    await window.tabGroups.close(shown());
    const [next] = this.#waiting();
    if (looked && next !== undefined) {
      await this.show(next);
    }
  }

  /** Closes the diffs of what was decided elsewhere, but for one that the person is editing. */
  async #closePast(): Promise<void> {
    const past = this.#tabs(({ folder, change }) => {
      const now = this.#changes.of(Uri.file(folder))?.find(({ id }) => id === this.#files.current(change));
      return now !== undefined && now.state !== 'proposed';
    });
    await window.tabGroups.close(
      past.filter(({ isDirty, input }) => !isDirty && (input as TabInputTextDiff).modified.scheme === scheme.proposal),
    );
  }
}
