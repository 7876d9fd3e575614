// Editing what is this folder's own: the prompt of an agent, the file of a team.
import { l10n, Uri, window } from 'vscode';
import { serverCommand } from '../protocol';
import { agentItem } from './agent';
import { AgentFound, Found, OwnFile, Teams } from './answer';
import { choose, execute, theFolder } from './ask';
import { Action, Parts, said } from './part';
import { teamItem } from './team';

export function editPrompt(parts: Parts): Action {
  const copied = (agent: string): string => l10n.t("This is this folder's own copy of the prompt of {0}.", agent);
  return edit(parts, 'agent', serverCommand.editPrompt, anyAgent, copied);
}

export function editTeam(parts: Parts): Action {
  const copied = (team: string): string => l10n.t("This is this folder's own copy of the team {0}.", team);
  return edit(parts, 'team', serverCommand.editTeam, anyTeam, copied);
}

/** Opens the file, which the server makes if it is not there, and shows. */
function edit(
  parts: Parts,
  key: 'agent' | 'team',
  command: string,
  which: (parts: Parts, folder: Uri) => Promise<string>,
  copied: (name: string) => string,
): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const name = said(argument, key) ?? (await which(parts, folder));
    const { created } = await execute<OwnFile>(parts, command, folder, { [key]: name });
    if (created) {
      void window.showInformationMessage(copied(name));
    }
  };
}

async function anyAgent(parts: Parts, folder: Uri): Promise<string> {
  const { found } = await execute<Found<AgentFound>>(parts, serverCommand.agents, folder);
  return (await choose(l10n.t('Whose prompt?'), found.map(agentItem))).label;
}

async function anyTeam(parts: Parts, folder: Uri): Promise<string> {
  const { found } = await execute<Teams>(parts, serverCommand.teams, folder);
  return (await choose(l10n.t('Which team?'), found.map(teamItem))).label;
}
