// Taking back what agents did, and putting it there again: one change, a cycle, an agent, a session, or all.
import { l10n, QuickPickItem, Uri, window, workspace } from 'vscode';
import { Change, Reverted, serverCommand } from '../protocol';
import { when } from '../text';
import { stateName } from '../view/change';
import { choose, execute, theFolder } from './ask';
import { Action, Parts, said } from './part';
import { Problem } from './problem';

/** Milliseconds in which what nobody else has touched is saved. */
const saving = 1000;

type Direction = 'undo' | 'redo';
type Selection = Partial<Record<'change' | 'cycle' | 'agent', string>> & { session?: true; all?: true };

interface Choice extends QuickPickItem {
  select: () => Selection | Promise<Selection>;
}

export function revert(parts: Parts, direction: Direction): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const change = said(argument, 'change');
    const selection = change === undefined ? await asked(parts, folder, direction) : { change };
    const title = direction === 'undo' ? l10n.t('KinOS: taking changes back') : l10n.t('KinOS: putting changes back');
    const reverted = await execute<Reverted>(parts, serverCommand[direction], folder, selection, title);
    const paths = reverted.unsaved.flatMap((each) => each.paths);
    report(direction, reverted, await stillDirty(folder, paths));
  };
}

/** What is to be taken back. @throws Problem if there is nothing, Left */
async function asked(parts: Parts, folder: Uri, direction: Direction): Promise<Selection> {
  const history = await execute<Change[]>(parts, serverCommand.history, folder);
  const states = direction === 'undo' ? ['landed', 'landed, unsaved'] : ['undone'];
  const able = history.filter(({ state }) => states.includes(state)).reverse();
  const next = direction === 'undo' ? able[0] : able.at(-1);
  if (next === undefined) {
    throw new Problem(
      direction === 'undo'
        ? l10n.t('No agent has changed anything here that is still there.')
        : l10n.t('Nothing is undone.'),
    );
  }
  const title = direction === 'undo' ? l10n.t('What is to be taken back?') : l10n.t('What is to be put back?');
  return (await choose(title, choices(able, next, direction, title))).select();
}

function choices(able: Change[], next: Change, direction: Direction, title: string): Choice[] {
  const of = (label: string, changes: Change[], select: Choice['select']): Choice[] =>
    changes.length === 0 ? [] : [{ label, description: countOf(changes.length), select }];
  const latest = able.filter(({ session }) => session === able[0]?.session);
  const first = direction === 'undo' ? l10n.t('The last change') : l10n.t('The oldest undone change');
  return [
    { label: first, description: summary(next), detail: paths(next), select: () => ({ change: next.id }) },
    { label: l10n.t('A change…'), select: async () => ({ change: (await chosenChange(able, title)).id }) },
    { label: l10n.t('A cycle…'), select: async () => ({ cycle: await chosenGroup(able, 'cycle', title) }) },
    { label: l10n.t('An agent…'), select: async () => ({ agent: await chosenGroup(able, 'agent', title) }) },
    ...of(l10n.t('This session'), latest, () => ({ session: true })),
    ...of(l10n.t('Everything'), able, () => ({ all: true })),
  ];
}

async function chosenChange(able: Change[], title: string): Promise<Change> {
  const items = able.map((change) => ({
    label: change.title,
    description: summary(change),
    detail: paths(change),
    change,
  }));
  return (await choose(title, items)).change;
}

async function chosenGroup(able: Change[], key: 'cycle' | 'agent', title: string): Promise<string> {
  const names = [...new Set(able.map((change) => change[key]))];
  const groups = names.map((name) => ({ name, changes: able.filter((change) => change[key] === name) }));
  const items = groups.map(({ name, changes }) => ({
    label: key === 'agent' ? name : (changes[0]?.title ?? name),
    description: key === 'agent' ? countOf(changes.length) : changes.slice(0, 1).map(summary).join(''),
    detail: changes.map(paths).join(', '),
    name,
  }));
  return (await choose(title, items)).name;
}

function summary({ agent, time, state }: Change): string {
  return `${agent} · ${when(time)} · ${stateName(state)}`;
}

function paths({ files }: Change): string {
  return files.map(({ path }) => path).join(', ');
}

function countOf(changes: number): string {
  return changes === 1 ? l10n.t('1 change') : l10n.t('{0} changes', changes);
}

/** Those of `paths` that are left to the person to save: others are saved by themselves, in a moment. */
async function stillDirty(folder: Uri, paths: readonly string[]): Promise<string[]> {
  const dirty = (): string[] => {
    const open = workspace.textDocuments.filter(({ isDirty }) => isDirty).map(({ uri }) => uri.toString());
    return paths.filter((path) => open.includes(Uri.joinPath(folder, path).toString()));
  };
  const end = Date.now() + saving;
  while (dirty().length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, saving / 20));
  }
  return dirty();
}

/** Says what came of it, and why something was left as it is. */
function report(direction: Direction, { changes, setAside }: Reverted, dirty: readonly string[]): void {
  const done =
    direction === 'undo'
      ? l10n.t('Taken back: {0}.', countOf(changes.length))
      : l10n.t('Put back: {0}.', countOf(changes.length));
  const save = dirty.length > 0 ? [l10n.t('Save {0} to keep it.', dirty.join(', '))] : [];
  const reasons = [...new Set(setAside.map(({ reason }) => reason))];
  if (reasons.length === 0) {
    void window.showInformationMessage([done, ...save].join(' '));
    return;
  }
  const aside = l10n.t('Left as it is: {0}, because {1}', countOf(setAside.length), reasons.join(' '));
  void window.showWarningMessage([done, ...save, aside].join(' '));
}
