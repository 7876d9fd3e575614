// The whole picture of a folder, with links to what can be done now: the tooltip of the status bar item.
import { l10n, MarkdownString } from 'vscode';
import { CommandId, commandId } from '../command/id';
import { AgentStatus, BudgetStatus, Status } from '../protocol';
import { counted, escaped, kilotokens, money } from '../text';
import { agentStates, teamStates } from '../word';

/** It runs no other commands than those it names. */
export function statusTooltip(status: Status): MarkdownString {
  const links = linksOf(status);
  const text = [lines(status).map(escaped).join('  \n'), agentList(status), links.map(linkText).join(' · ')];
  const tooltip = new MarkdownString(`**KinOS** · ${text.filter((part) => part !== '').join('\n\n')}`, true);
  tooltip.isTrusted = { enabledCommands: links.map(({ command }) => command) };
  return tooltip;
}

function lines(status: Status): string[] {
  const { phase, tokens, documents } = status;
  const share = Math.round(tokens.percent);
  return [
    `${phase.name}: ${phase.reason}`,
    l10n.t('{0} of {1} tokens ({2}%)', kilotokens(tokens.total), kilotokens(tokens.limit), share),
    headroom(status),
    l10n.t('documents: {0}, of them {1} long and {2} too long', documents.count, documents.long, documents.tooLong),
    teamLine(status),
    ...(status.team.state === 'stopped' || status.team.rehearsal ? [] : [spendLine(status.budget)]),
    ...(status.trusted ? [] : [l10n.t('The folder is not trusted: sizes are shown, and no agents run.')]),
  ];
}

/** How far it is to the next phase. */
function headroom({ phase, tokens }: Status): string {
  return phase.name === 'EXPANSION'
    ? l10n.t('{0} tokens until CONVERGENCE', kilotokens(tokens.toConverge))
    : l10n.t('{0} tokens fewer until EXPANSION', kilotokens(tokens.toExpand));
}

function teamLine({ team, waiting }: Status): string {
  const state = teamStates()[team.state] + (team.state === 'paused' ? ` (${team.reason})` : '');
  const rehearsal = team.rehearsal && team.state !== 'stopped' ? ` ${l10n.t('(rehearsal)')}` : '';
  const changes = waiting > 0 ? ` · ${l10n.t('waiting for review: {0}', waiting)}` : '';
  const name = team.name === '' ? l10n.t('No team is running') : l10n.t('Team {0}', team.name);
  const held = team.heldBy === '' ? '' : ` · ${l10n.t('held by {0}', team.heldBy)}`;
  return team.name === '' ? `${name}${changes}${held}` : `${name}: ${state}${rehearsal}${changes}${held}`;
}

function spendLine({ usd, usdCap, tokens, runs, runsCap }: BudgetStatus): string {
  const dollars = usdCap === 0 ? money(usd) : l10n.t('{0} of {1}', money(usd), money(usdCap));
  const cycles = runsCap === 0 ? counted(runs) : l10n.t('{0} of {1}', counted(runs), counted(runsCap));
  return l10n.t('spent: {0}, {1} tokens, {2} cycles', dollars, kilotokens(tokens), cycles);
}

function agentList({ team, agents }: Status): string {
  return team.state === 'stopped' ? '' : agents.map((agent) => `- ${escaped(agentLine(agent))}`).join('\n');
}

function agentLine({ name, state, task, deferred, lastError }: AgentStatus): string {
  const detail = deferred || (state === 'failed' ? lastError : task);
  return detail ? `${name}: ${agentStates()[state]}, ${detail}` : `${name}: ${agentStates()[state]}`;
}

interface Link {
  icon: string;
  title: string;
  command: CommandId;
}

/** What can be done about the folder now, about the team only where agents may run. */
function linksOf({ folder, trusted, team, waiting }: Status): (Link & { folder: string })[] {
  const link = (icon: string, title: string, command: CommandId): Link & { folder: string } => ({
    icon,
    title,
    command,
    folder,
  });
  const review = link('git-pull-request', l10n.t('Review Changes'), commandId.reviewChanges);
  return [
    ...(trusted ? teamLinks(team.state).map(({ icon, title, command }) => link(icon, title, command)) : []),
    ...(waiting > 0 ? [review] : []),
    link('list-tree', l10n.t('Map'), commandId.showMap),
    link('history', l10n.t('History'), commandId.showHistory),
    link('credit-card', l10n.t('Budget'), commandId.setBudget),
    link('checklist', l10n.t('Set-up'), commandId.checkSetup),
  ];
}

function teamLinks(state: Status['team']['state']): Link[] {
  const stop: Link = { icon: 'debug-stop', title: l10n.t('Stop Team'), command: commandId.stopTeam };
  switch (state) {
    case 'stopped':
      return [
        { icon: 'play', title: l10n.t('Start Team'), command: commandId.startTeam },
        { icon: 'beaker', title: l10n.t('Rehearse'), command: commandId.rehearseTeam },
      ];
    case 'paused':
      return [{ icon: 'debug-continue', title: l10n.t('Resume'), command: commandId.resumeTeam }, stop];
    case 'running':
      return [{ icon: 'debug-pause', title: l10n.t('Pause'), command: commandId.pauseTeam }, stop];
    default:
      return [stop];
  }
}

function linkText({ icon, title, command, folder }: Link & { folder: string }): string {
  const argument = encodeURIComponent(JSON.stringify([{ folder }]));
  return `[$(${icon}) ${title}](command:${command}?${argument})`;
}
