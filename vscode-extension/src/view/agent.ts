// The agents of a team: what each does, and what it came to.
import { l10n, Uri } from 'vscode';
import { AgentState, AgentStatus, Status } from '../protocol';
import { counted, escaped, money, percent } from '../text';
import { agentStates } from '../word';
import { Row } from './row';

const look: Record<AgentState, { icon: string; color?: string }> = {
  asleep: { icon: 'circle-outline' },
  resting: { icon: 'clock' },
  planning: { icon: 'lightbulb', color: 'charts.blue' },
  queued: { icon: 'watch', color: 'charts.blue' },
  editing: { icon: 'edit', color: 'charts.blue' },
  landing: { icon: 'arrow-down', color: 'charts.green' },
  failed: { icon: 'error', color: 'list.errorForeground' },
  stopped: { icon: 'circle-slash' },
};

export function agentRows(folder: Uri, { agents, team }: Status): Row[] {
  return agents.map((agent) => {
    const id = `${folder.toString()} ${agent.name}`;
    return {
      ...look[agent.state],
      id,
      kind: agent.state === 'stopped' ? 'agent.stopped' : 'agent.running',
      folder: folder.fsPath,
      agent: agent.name,
      label: agent.name,
      description: [agentStates()[agent.state], doing(agent)].filter((part) => part !== '').join(' · '),
      tooltip: tooltip(agent, team.rehearsal),
      children: details(agent).map(([label, description, icon]) => ({
        id: `${id} ${icon}`,
        kind: 'detail',
        folder: folder.fsPath,
        label,
        description,
        tooltip: escaped(`${label}: ${description}`),
        icon,
      })),
    };
  });
}

/** The task at hand; else why there is none, or, of one that does nothing now, what came of the last one. */
function doing({ deferred, state, lastError, lastResult, task }: AgentStatus): string {
  const idle = state === 'resting' || state === 'asleep' || state === 'stopped';
  return deferred || (state === 'failed' ? lastError : task || (idle ? lastResult : ''));
}

/** What is told below an agent: a name, a value and an icon each. */
function details(agent: AgentStatus): [string, string, string][] {
  const { task, said, successRate, lastResult, lastError, state } = agent;
  const rows: [string, string, string][] = [
    [l10n.t('Task'), task || l10n.t('none'), 'target'],
    [l10n.t('Says'), state === 'stopped' ? '' : said, 'comment'],
    [l10n.t('Spent'), spent(agent), 'credit-card'],
    [l10n.t('Success'), successRate === null ? '' : success(agent, successRate), 'graph'],
    [l10n.t('Last result'), lastResult, 'history'],
    [l10n.t('Last error'), lastError, 'warning'],
  ];
  return rows.filter(([, description]) => description !== '');
}

function spent({ tokensIn, tokensOut, usd }: AgentStatus): string {
  return l10n.t('{0}, {1} tokens', money(usd), counted(tokensIn + tokensOut));
}

function success({ cycles, landed, waiting, refused, failed }: AgentStatus, rate: number): string {
  return l10n.t(
    '{0} of {1} cycles: {2} landed, {3} waiting, {4} refused, {5} failed',
    percent(rate),
    cycles,
    landed,
    waiting,
    refused,
    failed,
  );
}

function tooltip(agent: AgentStatus, rehearsal: boolean): string {
  const { name, state, weight } = agent;
  const head = `**${escaped(name)}**: ${agentStates()[state]}${rehearsal ? ` ${l10n.t('(rehearsal)')}` : ''}`;
  const lines = details(agent).map(([label, description]) => `- ${label}: ${escaped(description)}`);
  return [head, '', `- ${l10n.t('Weight')}: ${weight}`, ...lines].join('\n');
}
