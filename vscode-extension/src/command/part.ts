// What commands work with, and what each of them is.
import { LogOutputChannel, Memento, Uri } from 'vscode';
import { Dashboard } from '../dashboard/panel';
import { Keys } from '../key';
import { ProjectMap } from '../map';
import { Picture } from '../picture';
import { Report } from '../report';
import { Marks, Review } from '../review';
import { Server } from '../server';

export interface Parts {
  server: Server;
  picture: Picture;
  map: ProjectMap;
  review: Review;
  marks: Marks;
  report: Report;
  dashboard: Dashboard;
  keys: Keys;
  /** What is remembered in all windows. */
  memory: Memento;
  log: LogOutputChannel;
}

/** Does a command. A view or a link may give it one argument, the palette gives it none. It throws what the person is to read. */
export type Action = (argument?: unknown) => Promise<void>;

/** What an argument says of `key`, if that is a text. A row of a tree is an argument too. */
export function said(argument: unknown, key: string): string | undefined {
  const value = (argument as Partial<Record<string, unknown>> | null | undefined)?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The folder an argument names by path or URI. */
export function folderIn(argument: unknown): Uri | undefined {
  const value = (argument as { folder?: unknown } | null | undefined)?.folder;
  if (value instanceof Uri) {
    return value;
  }
  const folder = said(argument, 'folder');
  return folder === undefined ? undefined : folder.startsWith('file:') ? Uri.parse(folder) : Uri.file(folder);
}
