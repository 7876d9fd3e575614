// Changes: those that wait for a person, those that landed, and the whole history.
import { l10n, Uri } from 'vscode';
import { basename, dirname } from 'node:path/posix';
import { commandId } from '../command/id';
import { Change, ChangedFile, ChangeState } from '../protocol';
import { counted, escaped, money, when } from '../text';
import { Row } from './row';

const look: Record<ChangeState, { icon: string; color?: string }> = {
  proposed: { icon: 'git-pull-request', color: 'charts.yellow' },
  accepted: { icon: 'loading~spin' },
  'landed, unsaved': { icon: 'circle-filled', color: 'charts.green' },
  landed: { icon: 'check', color: 'charts.green' },
  undone: { icon: 'discard' },
  rejected: { icon: 'x' },
  superseded: { icon: 'arrow-swap' },
  conflicted: { icon: 'git-merge', color: 'list.warningForeground' },
  refused: { icon: 'circle-slash', color: 'list.warningForeground' },
  'discarded by the person': { icon: 'trash' },
};

/** What waits, then what landed and is there, each below a row of its own. */
export function changeRows(folder: Uri, changes: readonly Change[]): Row[] {
  const newestFirst = [...changes].reverse();
  const waiting = changes.filter(({ state }) => state === 'proposed');
  const landed = newestFirst.filter(({ state }) => state === 'landed' || state === 'landed, unsaved');
  return [
    group(folder, 'waiting', l10n.t('Waiting for you'), waiting),
    group(folder, 'landed', l10n.t('Landed'), landed),
  ].filter(({ children }) => children.length > 0);
}

/** All of them, the newest first, each with what became of it. */
export function historyRows(folder: Uri, changes: readonly Change[]): Row[] {
  return [...changes].reverse().map((change) => ({ ...row(folder, change), description: fate(change) }));
}

function group(folder: Uri, kind: string, label: string, changes: readonly Change[]): Row & { children: Row[] } {
  return {
    id: `${folder.toString()} ${kind}`,
    kind: 'group',
    folder: folder.fsPath,
    label,
    description: counted(changes.length),
    children: changes.map((change) => row(folder, change)),
  };
}

function row(folder: Uri, change: Change): Row {
  const { id, agent, title, state, files } = change;
  const [only] = files;
  const about = { folder: folder.fsPath, change: id };
  const where = `${agent} · ${files.length === 1 && only ? only.path : l10n.t('{0} files', files.length)}`;
  const isDisputed = conflict(change) !== '';
  return {
    ...about,
    ...look[isDisputed ? 'conflicted' : state],
    id: `${folder.toString()} ${id}`,
    kind: `change.${kind(state)}`,
    label: title,
    description: isDisputed ? `${stateName('conflicted')} · ${where}` : where,
    tooltip: tooltip(change),
    ...(files.length === 1 ? { click: commandId.showChange } : { children: files.map((file) => fileRow(about, file)) }),
  };
}

function fileRow(about: { folder: string; change: string }, { path, kind }: ChangedFile): Row {
  return {
    ...about,
    path,
    id: `${about.folder} ${about.change} ${path}`,
    kind: 'file',
    label: basename(path),
    description: [dirname(path).replace(/^\.$/, ''), fileKind(kind)].filter((part) => part !== '').join(' · '),
    icon: 'file',
    click: commandId.showChange,
  };
}

/** Why a change that waits would not land now; empty where nothing stands in its way. */
function conflict({ conflict }: Change): string {
  return conflict ?? '';
}

/** What its menu offers. */
function kind(state: ChangeState): string {
  if (state === 'proposed' || state === 'undone') {
    return state;
  }
  return state.startsWith('landed') ? 'landed' : 'past';
}

function fate({ agent, state, time, files }: Change): string {
  const [only] = files;
  const where = files.length === 1 && only ? only.path : l10n.t('{0} files', files.length);
  return [stateName(state), agent, where, when(time)].join(' · ');
}

function tooltip(change: Change): string {
  const { title, agent, why, state, reason, files, time, tokensIn, tokensOut, usd, rehearsal } = change;
  const by = rehearsal ? `${agent} ${l10n.t('(rehearsal)')}` : agent;
  const lines = [
    `${l10n.t('State')}: ${escaped([stateName(state), reason, conflict(change)].filter((part) => part !== '').join(', '))}`,
    `${l10n.t('By')}: ${escaped(by)}, ${when(time)}`,
    `${l10n.t('Why')}: ${escaped(why)}`,
    `${l10n.t('Spent')}: ${l10n.t('{0}, {1} tokens', money(usd), counted(tokensIn + tokensOut))}`,
    ...files.map((file) => `${escaped(file.path)} (${fileKind(file.kind)})`),
  ];
  return [`**${escaped(title)}**`, '', ...lines.map((line) => `- ${line}`)].join('\n');
}

export function fileKind(kind: ChangedFile['kind']): string {
  return {
    created: l10n.t('created'),
    edited: l10n.t('edited'),
    deleted: l10n.t('deleted'),
    renamed: l10n.t('renamed'),
  }[kind];
}

export function stateName(state: ChangeState): string {
  return {
    proposed: l10n.t('waiting'),
    accepted: l10n.t('accepted'),
    'landed, unsaved': l10n.t('landed, not saved'),
    landed: l10n.t('landed'),
    undone: l10n.t('undone'),
    rejected: l10n.t('rejected'),
    superseded: l10n.t('replaced'),
    conflicted: l10n.t('in conflict'),
    refused: l10n.t('refused'),
    'discarded by the person': l10n.t('discarded by you'),
  }[state];
}
