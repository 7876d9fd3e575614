// The documents a change is shown in: how their URIs name the change, the file and the side of it.
import { TabInputTextDiff, Uri, window } from 'vscode';

/** What a change finds and leaves, or would find now, read-only; and what a waiting one would leave, which a person may edit. */
export const scheme = { contents: 'kinos-change', proposal: 'kinos-proposal' } as const;

export type Side = 'before' | 'now' | 'after';

/** A file of a change; without a `path` the change as a whole. */
export interface Place {
  /** The workspace folder's path. */
  folder: string;
  change: string;
  path?: string;
}

export interface FilePlace extends Place {
  path: string;
}

export function contentsUri({ folder, change, path }: FilePlace, side: Side): Uri {
  return placed(scheme.contents, folder, path, { folder, change, path, side });
}

export function proposalUri({ folder, change, path }: FilePlace): Uri {
  return placed(scheme.proposal, folder, path, { folder, change, path });
}

/** With the file's own path, so that the document has its language and its name. */
function placed(scheme: string, folder: string, path: string, query: object): Uri {
  return Uri.joinPath(Uri.file(folder), path).with({ scheme, query: JSON.stringify(query) });
}

/** What such a document shows; undefined for any other. */
export function placeOf(uri: Uri): (FilePlace & { side?: Side }) | undefined {
  if (uri.scheme !== scheme.contents && uri.scheme !== scheme.proposal) {
    return undefined;
  }
  return JSON.parse(uri.query) as FilePlace & { side?: Side };
}

/**
 * What a command is about: the row of a view or the argument of a lens, the document of a title bar, or without an
 * argument what is shown now.
 */
export function placeIn(argument: unknown): Place | undefined {
  if (argument instanceof Uri) {
    return placeOf(argument);
  }
  if (typeof argument === 'object' && argument !== null && 'change' in argument && 'folder' in argument) {
    const { folder, change, path } = argument as Place;
    const own = folder.startsWith('file:') ? Uri.parse(folder).fsPath : folder;
    return path === undefined ? { folder: own, change } : { folder: own, change, path };
  }
  const shown = window.tabGroups.activeTabGroup.activeTab?.input;
  return shown instanceof TabInputTextDiff ? placeOf(shown.modified) : undefined;
}
