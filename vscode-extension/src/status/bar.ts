// The status bar item of the folder: phase, share of the limit, running agents and spend, with the whole picture in its tooltip.
import { Disposable, l10n, StatusBarAlignment, StatusBarItem, ThemeColor, window } from 'vscode';
import { commandId } from '../command/id';
import { Picture } from '../picture';
import { AgentStatus, Status } from '../protocol';
import { ServerState } from '../server';
import { money } from '../text';
import { phaseLabel, teamStates } from '../word';
import { statusTooltip } from './tooltip';

export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;
  readonly #picture: Picture;
  readonly #subscriptions: Disposable;

  constructor(picture: Picture) {
    this.#picture = picture;
    this.#item = window.createStatusBarItem('kinos.status', StatusBarAlignment.Left, 1);
    this.#item.name = l10n.t('KinOS: phase and team');
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
    this.#item.backgroundColor = background(serverState, current);
    this.#item.command = serverState === 'failed' ? commandId.restartServer : commandId.showMap;
    this.#item.text = current === undefined ? withoutStatus(serverState) : statusText(current);
    this.#item.tooltip = current === undefined ? withoutStatusTooltip(serverState) : statusTooltip(current);
    this.#item.show();
  }
}

/** An error where nothing works or the project is over its limit; a warning where the team waits for the person. */
function background(server: ServerState, status: Status | undefined): ThemeColor | undefined {
  if (server === 'failed' || (status !== undefined && status.tokens.percent > 100)) {
    return new ThemeColor('statusBarItem.errorBackground');
  }
  return status?.team.state === 'paused' ? new ThemeColor('statusBarItem.warningBackground') : undefined;
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

/** For example `$(rocket) EXPANSION 34% · 6 agents · $0.12`, or `… · 6 agents (rehearsal)`. */
function statusText({ phase, tokens, team, agents, budget }: Status): string {
  const parts = [`${phaseLabel(phase.name)} ${Math.round(tokens.percent)}%`];
  if (team.state !== 'stopped') {
    const work = team.state === 'running' ? agentCount(agents.filter(isRunning).length) : teamStates()[team.state];
    parts.push(team.rehearsal ? `${work} ${l10n.t('(rehearsal)')}` : work);
    if (!team.rehearsal) {
      parts.push(money(budget.usd));
    }
  }
  return parts.join(' · ');
}

function isRunning({ state }: AgentStatus): boolean {
  return state !== 'asleep' && state !== 'stopped';
}

function agentCount(count: number): string {
  return count === 1 ? l10n.t('1 agent') : l10n.t('{0} agents', count);
}
