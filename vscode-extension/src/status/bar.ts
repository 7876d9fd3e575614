// The status bar item: phase, share of the limit and running agents, with the whole picture in its tooltip.
import { Disposable, l10n, MarkdownString, StatusBarAlignment, StatusBarItem, ThemeColor, window } from 'vscode';
import { commandId } from '../command/id';
import { Picture } from '../picture';
import { AgentStatus, PhaseName, Status } from '../protocol';
import { ServerState } from '../server';
import { escaped, kilotokens } from '../text';

const phaseIcon: Record<PhaseName, string> = { EXPANSION: '$(rocket)', CONVERGENCE: '$(target)' };

export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;
  readonly #picture: Picture;
  readonly #subscriptions: Disposable;

  constructor(picture: Picture) {
    this.#picture = picture;
    this.#item = window.createStatusBarItem('kinos.status', StatusBarAlignment.Left);
    this.#item.name = 'KinOS';
    const render = (): void => {
      this.#render();
    };
    this.#subscriptions = Disposable.from(
      this.#item,
      picture.onDidChange(render),
      window.onDidChangeActiveTextEditor(render),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #render(): void {
    const { serverState, current } = this.#picture;
    const failed = serverState === 'failed';
    this.#item.backgroundColor = failed ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    this.#item.command = failed ? commandId.restartServer : commandId.showMap;
    this.#item.text = current === undefined ? withoutStatus(serverState) : statusText(current);
    this.#item.tooltip = current === undefined ? withoutStatusTooltip(serverState) : statusTooltip(current);
    this.#item.show();
  }
}

function withoutStatus(state: ServerState): string {
  const icon = { starting: '$(loading~spin)', running: '$(check)', stopped: '$(circle-slash)', failed: '$(error)' };
  return `${icon[state]} KinOS`;
}

function withoutStatusTooltip(state: ServerState): string {
  return {
    starting: l10n.t('The KinOS server is starting.'),
    running: l10n.t('The KinOS server is running; no folder is open.'),
    stopped: l10n.t('The KinOS server is stopped.'),
    failed: l10n.t('The KinOS server is not running. Click to start it again.'),
  }[state];
}

/** For example `$(rocket) EXPANSION 34% · 6 agents (rehearsal)`. */
function statusText({ phase, tokens, team, agents }: Status): string {
  const phaseText = `${phaseIcon[phase.name]} ${phase.name} ${Math.round(tokens.percent)}%`;
  if (team.state === 'stopped') {
    return phaseText;
  }
  const work = team.state === 'running' ? agentCount(agents.filter(isRunning).length) : teamState(team.state);
  return `${phaseText} · ${work}${team.rehearsal ? ` ${l10n.t('(rehearsal)')}` : ''}`;
}

function isRunning({ state }: AgentStatus): boolean {
  return state !== 'asleep' && state !== 'stopped';
}

function agentCount(count: number): string {
  return count === 1 ? l10n.t('1 agent') : l10n.t('{0} agents', count);
}

function teamState(state: Status['team']['state']): string {
  return {
    stopped: l10n.t('stopped'),
    starting: l10n.t('starting'),
    running: l10n.t('running'),
    paused: l10n.t('paused'),
    stopping: l10n.t('stopping'),
  }[state];
}

function statusTooltip(status: Status): MarkdownString {
  const { phase, tokens, documents, agents } = status;
  const share = Math.round(tokens.percent);
  const lines = [
    `${phase.name}: ${phase.reason}`,
    l10n.t('{0} of {1} tokens ({2}%)', kilotokens(tokens.total), kilotokens(tokens.limit), share),
    l10n.t('documents: {0}, of them {1} long and {2} too long', documents.count, documents.long, documents.tooLong),
    teamLine(status),
  ];
  const list = status.team.state === 'stopped' ? [] : agents.map((agent) => `- ${escaped(agentLine(agent))}`);
  return new MarkdownString(`**KinOS** · ${lines.map(escaped).join('  \n')}\n\n${list.join('\n')}`);
}

function teamLine({ team, waiting }: Status): string {
  const state = teamState(team.state) + (team.state === 'paused' ? ` (${team.reason})` : '');
  const rehearsal = team.rehearsal && team.state !== 'stopped' ? ` ${l10n.t('(rehearsal)')}` : '';
  const changes = waiting > 0 ? ` · ${l10n.t('waiting for review: {0}', waiting)}` : '';
  return team.name === ''
    ? l10n.t('No team has run here yet')
    : `${l10n.t('Team {0}', team.name)}: ${state}${rehearsal}${changes}`;
}

function agentLine({ name, state, task, deferred, lastError }: AgentStatus): string {
  const detail = deferred || (state === 'failed' ? lastError : task);
  return detail ? `${name}: ${state}, ${detail}` : `${name}: ${state}`;
}
