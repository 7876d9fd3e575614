// The rows of one folder as they are, and those of several below a row for each.
import { Uri, workspace } from 'vscode';
import { Picture } from '../picture';
import { Row } from './row';

/** `rows` gives those of a folder. While the server has told nothing of any folder there are none. */
export function byFolder(picture: Picture, rows: (folder: Uri) => Row[]): Row[] {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => picture.of(uri) !== undefined);
  if (folders.length <= 1) {
    return folders.flatMap(({ uri }) => rows(uri));
  }
  return folders.map(({ uri, name }) => ({
    id: uri.toString(),
    kind: 'folder',
    folder: uri.fsPath,
    label: name,
    icon: 'root-folder',
    children: rows(uri),
  }));
}
