// Starting and stopping one agent.
import { l10n, QuickPickItem, Uri, window } from 'vscode';
import { AgentStatus, serverCommand, Status } from '../protocol';
import { rehearse } from '../settings';
import { agentStates } from '../word';
import { AgentFound, AgentMoved, Found } from './answer';
import { choose, execute, theFolder } from './ask';
import { Action, Parts, said } from './part';
import { Problem, requireTrust } from './problem';

export function startAgent(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    requireTrust();
    const agent = said(argument, 'agent') ?? (await idleAgent(parts, folder));
    const { team } = await statusNow(parts, folder);
    // Beside a team it works as that does; alone as the setting says.
    const rehearsal = team.state === 'stopped' ? rehearse() : team.rehearsal;
    const start = rehearsal ? { agent, rehearse: true } : { agent };
    const { state } = await execute<AgentMoved>(parts, serverCommand.startAgent, folder, start);
    void window.showInformationMessage(l10n.t('{0} was started: {1}', agent, agentStates()[state]));
  };
}

async function idleAgent(parts: Parts, folder: Uri): Promise<string> {
  const { found } = await execute<Found<AgentFound>>(parts, serverCommand.agents, folder);
  const running = runningAgents(await statusNow(parts, folder));
  const idle = found.filter(({ name }) => !running.some((agent) => agent.name === name));
  return (await choose(l10n.t('Which agent is to start?'), idle.map(agentItem))).label;
}

export function agentItem({ name, summary, edits }: AgentFound): QuickPickItem {
  return { label: name, description: summary, detail: l10n.t('may edit {0}', edits.join(', ')) };
}

export function stopAgent(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const agent = said(argument, 'agent') ?? (await runningAgent(parts, folder));
    await execute<AgentMoved>(parts, serverCommand.stopAgent, folder, { agent });
    void window.showInformationMessage(l10n.t('{0} is stopped.', agent));
  };
}

async function runningAgent(parts: Parts, folder: Uri): Promise<string> {
  const agents = runningAgents(await statusNow(parts, folder));
  if (agents.length === 0) {
    throw new Problem(l10n.t('No agent is running.'));
  }
  const items = agents.map(({ name, state, task }) => ({
    label: name,
    description: agentStates()[state],
    detail: task,
  }));
  return (await choose(l10n.t('Which agent is to stop?'), items)).label;
}

/** The status as it is: the one told last may be from before the agent that was just stopped. */
function statusNow(parts: Parts, folder: Uri): Promise<Status> {
  return execute<Status>(parts, serverCommand.status, folder);
}

function runningAgents({ team, agents }: Status): AgentStatus[] {
  return team.state === 'stopped' ? [] : agents.filter(({ state }) => state !== 'stopped');
}
