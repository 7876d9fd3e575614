// Makes the edits that the server asks for, and saves documents that nothing else than an agent's edit made dirty.
import { TextDocument, workspace } from 'vscode';
import {
  ApplyWorkspaceEditParams,
  ApplyWorkspaceEditResult,
  LanguageClient,
  TextDocumentEdit,
} from 'vscode-languageclient/node';
import { saveLanded } from '../settings';
import { Untouched } from './untouched';

/** How the label of an agent's edit begins; a split that a person asked for has another, and is theirs to save. */
const agentsLabel = 'KinOS';

/** A document that is edited, its version before, and whether no words of a person waited in it to be saved. */
interface Edited {
  document: TextDocument;
  version: number;
  untouched: boolean;
}

export class Edits {
  readonly #client: LanguageClient;
  readonly #untouched = new Untouched();

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
        edited.push({ document, version: document.version, untouched: this.#untouched.has(document) });
      }
    }
    const applied = await workspace.applyEdit(wanted);
    if (applied && label?.startsWith(agentsLabel) === true) {
      this.#save(edited);
    }
    return { applied };
  }

  #save(edited: readonly Edited[]): void {
    for (const { document, version, untouched } of edited) {
      if (untouched && saveLanded(document.uri) && this.#untouched.edited(document, version)) {
        // Once the server has the answer: what it asked for is in the editor before it is on the disk.
        setTimeout(() => void this.#saveUntouched(document));
      }
    }
  }

  async #saveUntouched(document: TextDocument): Promise<void> {
    if (document.isDirty && this.#untouched.has(document)) {
      await document.save();
    }
  }
}
