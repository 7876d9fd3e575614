// Makes the edits that the server asks for, and saves documents that nothing else than an agent's edit made dirty.
import { TextDocument, workspace } from 'vscode';
import {
  ApplyWorkspaceEditParams,
  ApplyWorkspaceEditResult,
  LanguageClient,
  TextDocumentEdit,
} from 'vscode-languageclient/node';
import { saveLanded } from '../settings';

/** How the label of an agent's edit begins; a split that a person asked for has another, and is theirs to save. */
const agentsLabel = 'KinOS';

/** A document that is edited, and whether a person's own words wait in it to be saved. */
interface Edited {
  document: TextDocument;
  version: number;
  clean: boolean;
}

export class Edits {
  readonly #client: LanguageClient;
  /** Of documents that are dirty by edits of agents alone, the version that such an edit left. */
  readonly #left = new WeakMap<TextDocument, number>();

  constructor(client: LanguageClient) {
    this.#client = client;
  }

  /** An edit for a version that a document has no more is refused as a whole. */
  async apply({ edit, label }: ApplyWorkspaceEditParams): Promise<ApplyWorkspaceEditResult> {
    // The client's own handler does the same, but for what comes after: it has no middleware.
    const wanted = await this.#client.protocol2CodeConverter.asWorkspaceEdit(edit);
    const changes = (edit.documentChanges ?? []).filter((change) => TextDocumentEdit.is(change));
    const open = new Map(workspace.textDocuments.map((document) => [document.uri.toString(), document]));
    const edited: Edited[] = [];
    for (const { textDocument } of changes) {
      const document = open.get(this.#client.protocol2CodeConverter.asUri(textDocument.uri).toString());
      if (document !== undefined && textDocument.version !== null && document.version !== textDocument.version) {
        return { applied: false };
      }
      if (document !== undefined) {
        const clean = !document.isDirty || this.#left.get(document) === document.version;
        edited.push({ document, version: document.version, clean });
      }
    }
    const applied = await workspace.applyEdit(wanted);
    if (applied && label?.startsWith(agentsLabel) === true) {
      this.#save(edited);
    }
    return { applied };
  }

  #save(edited: readonly Edited[]): void {
    for (const { document, version, clean } of edited) {
      // One more is this edit; any further one is the person's, who saves it with it.
      if (clean && document.isDirty && document.version === version + 1 && saveLanded(document.uri)) {
        this.#left.set(document, document.version);
        // Once the server has the answer: what it asked for is in the editor before it is on the disk.
        setTimeout(() => void this.#saveUntouched(document));
      }
    }
  }

  async #saveUntouched(document: TextDocument): Promise<void> {
    if (document.isDirty && this.#left.get(document) === document.version) {
      await document.save();
    }
  }
}
