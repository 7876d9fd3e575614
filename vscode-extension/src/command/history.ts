// What agents did here, the newest first, as a document to read.
import { env, l10n, Uri } from 'vscode';
import { Change, serverCommand } from '../protocol';
import { money, oneLine, when } from '../text';
import { fileKind, stateName } from '../view/change';
import { execute, theFolder } from './ask';
import { Action, Parts } from './part';
import { nameOf } from './team';

export function showHistory(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const make = async (): Promise<string> => {
      const changes = await execute<Change[]>(parts, serverCommand.history, folder);
      return historyText(folder, changes.reverse());
    };
    await parts.report.show(l10n.t('History'), folder, make, { follows: true });
  };
}

function historyText(folder: Uri, changes: Change[]): string {
  const title = `# ${l10n.t('History of {0}', oneLine(nameOf(folder)))}`;
  if (changes.length === 0) {
    return `${title}\n\n${l10n.t('No agent has changed or proposed anything here yet.')}\n`;
  }
  const lines = changes.map((change, index) => {
    const day = dayOf(change);
    const isNew = index === 0 || dayOf(changes[index - 1] ?? change) !== day;
    return `${isNew ? `\n## ${day}\n\n` : ''}${entry(change)}`;
  });
  return `${title}\n${lines.join('\n')}\n`;
}

function dayOf({ time }: Change): string {
  return new Date(time).toLocaleDateString(env.language, { dateStyle: 'full' });
}

function entry({ time, state, agent, title, why, reason, files, usd, rehearsal }: Change): string {
  const cost = rehearsal ? l10n.t('rehearsal') : money(usd);
  const because = [why, reason].filter((text) => text !== '').map((text) => `  - ${oneLine(text)}`);
  return [
    `- ${when(time)} · ${oneLine(title)} · ${oneLine(agent)} · ${stateName(state)} · ${cost}`,
    ...files.map(({ path, kind, from }) => `  - ${oneLine(from ? `${from} → ${path}` : path)} (${fileKind(kind)})`),
    ...because,
  ].join('\n');
}
