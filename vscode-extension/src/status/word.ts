// Phases and the states of a team in the person's language.
import { l10n } from 'vscode';
import { PhaseName, TeamState } from '../protocol';

const phaseIcon: Record<PhaseName, string> = { EXPANSION: '$(rocket)', CONVERGENCE: '$(target)' };

/** A phase with its icon; its name is the same in every language. */
export function phaseLabel(phase: PhaseName): string {
  return `${phaseIcon[phase]} ${phase}`;
}

export function teamState(state: TeamState): string {
  return {
    stopped: l10n.t('stopped'),
    starting: l10n.t('starting'),
    running: l10n.t('running'),
    paused: l10n.t('paused'),
    stopping: l10n.t('stopping'),
  }[state];
}
