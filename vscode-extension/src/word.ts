// What the server calls phases, states and results, in the person's language.
import { l10n } from 'vscode';
import { CycleResult } from './dashboard/message';
import { AgentState, PhaseName, TeamState } from './protocol';

const phaseIcon: Record<PhaseName, string> = { EXPANSION: '$(rocket)', CONVERGENCE: '$(target)' };

/** A phase with its icon; its name is the same in every language. */
export function phaseLabel(phase: PhaseName): string {
  return `${phaseIcon[phase]} ${phase}`;
}

export function teamStates(): Record<TeamState, string> {
  return {
    stopped: l10n.t('stopped'),
    starting: l10n.t('starting'),
    running: l10n.t('running'),
    paused: l10n.t('paused'),
    stopping: l10n.t('stopping'),
  };
}

export function agentStates(): Record<AgentState, string> {
  return {
    asleep: l10n.t('asleep'),
    resting: l10n.t('resting'),
    planning: l10n.t('planning'),
    queued: l10n.t('queued'),
    editing: l10n.t('editing'),
    landing: l10n.t('landing'),
    failed: l10n.t('failed'),
    stopped: l10n.t('stopped'),
  };
}

export function cycleResults(): Record<CycleResult, string> {
  return {
    landed: l10n.t('landed'),
    'waiting for review': l10n.t('waiting for review'),
    'nothing to do': l10n.t('nothing to do'),
    'no change': l10n.t('no change'),
    refused: l10n.t('refused'),
    'set aside': l10n.t('set aside'),
    'denied by the budget': l10n.t('denied by the budget'),
    failed: l10n.t('failed'),
    'cut off': l10n.t('cut off'),
  };
}
