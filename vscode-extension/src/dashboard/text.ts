// The words of the dashboard's page, in the person's language. The page fills in {0}, {1}.
/* eslint-disable @typescript-eslint/explicit-function-return-type -- the type of the words is made of what is returned */
import { l10n } from 'vscode';
import { agentStates, cycleResults, teamStates } from '../word';

export type Texts = ReturnType<typeof texts>;

export function texts() {
  return {
    ...general(),
    ...figures(),
    ...map(),
    ...phase(),
    ...team(),
    agentStates: agentStates(),
    teamStates: teamStates(),
    cycleResults: cycleResults(),
  };
}

function general() {
  return {
    title: l10n.t('KinOS Dashboard'),
    folder: l10n.t('Folder'),
    asTable: l10n.t('As a table'),
    counting: l10n.t('The documents are being counted.'),
    starting: l10n.t('The KinOS server is starting.'),
    noServer: l10n.t('The KinOS server is not running.'),
    noFolder: l10n.t('Open a folder to see its documents and its team.'),
    restart: l10n.t('Restart Server'),
    untrusted: l10n.t('This folder is not trusted: sizes are shown, and no agents run.'),
    heldBy: l10n.t('{0} works on this folder.'),
  };
}

function figures() {
  return {
    overview: l10n.t('Overview'),
    phaseTile: l10n.t('Phase'),
    setByHand: l10n.t('set by hand'),
    tokens: l10n.t('Tokens'),
    ofLimit: l10n.t('{0} of the limit of {1}'),
    toConverge: l10n.t('{0} to CONVERGENCE'),
    toExpand: l10n.t('{0} less to EXPANSION'),
    documents: l10n.t('Documents'),
    longDocuments: l10n.t('{0} long, {1} too long'),
    team: l10n.t('Team'),
    noTeam: l10n.t('none yet'),
    atWork: l10n.t('{0} of {1} agents at work'),
    rehearsal: l10n.t('rehearsal'),
    spent: l10n.t('Spent'),
    unknownCost: l10n.t('price not known'),
    ofCap: l10n.t('of {0}'),
    tokensAndCycles: l10n.t('{0} tokens, {1} cycles'),
    waiting: l10n.t('Waiting for review'),
    changesWait: l10n.t('changes that wait for you'),
    nothingWaits: l10n.t('nothing waits for you'),
  };
}

function map() {
  return {
    map: l10n.t('Map'),
    mapLabel: l10n.t('Map of {0} documents by size. Arrow keys go from one to the next, Enter opens it.'),
    document: l10n.t('Document'),
    share: l10n.t('Share of {0}'),
    size: l10n.t('Size'),
    ok: l10n.t('within the limit'),
    long: l10n.t('long'),
    tooLong: l10n.t('too long'),
    upTo: l10n.t('up to {0}'),
    above: l10n.t('above {0}'),
    sizeOf: l10n.t('{0}: {1} tokens, {2}'),
    more: l10n.t('{0} more documents'),
    noDocuments: l10n.t('There is no Markdown document here yet. Sizes show as soon as there is one.'),
    showMap: l10n.t('Show Map'),
  };
}

function phase() {
  return {
    phase: l10n.t('Phase over time'),
    phaseLabel: l10n.t('{0} tokens now, {1}. Left and right arrow keys go through time.'),
    limit: l10n.t('limit {0}'),
    convergeAbove: l10n.t('CONVERGENCE above {0}'),
    expandBelow: l10n.t('EXPANSION below {0}'),
    time: l10n.t('Time'),
    total: l10n.t('Total'),
    pointAt: l10n.t('{0}: {1} tokens, {2}'),
    noHistory: l10n.t('There is no history yet. It begins once the documents have been counted.'),
  };
}

function team() {
  return {
    spend: l10n.t('Spend by agent'),
    period: l10n.t('Period'),
    session: l10n.t('This session'),
    all: l10n.t('All sessions'),
    agent: l10n.t('Agent'),
    cost: l10n.t('Cost'),
    tokensIn: l10n.t('Tokens in'),
    tokensOut: l10n.t('Tokens out'),
    cyclesDone: l10n.t('Cycles'),
    success: l10n.t('Success'),
    inAll: l10n.t('In all'),
    noSpend: l10n.t('No team has run here yet.'),
    notThisSession: l10n.t('No team has run in this session. "All sessions" shows what was spent before.'),
    startTeam: l10n.t('Start Team'),
    rehearse: l10n.t('Rehearse'),
    cycles: l10n.t('Timeline of cycles'),
    cyclesLabel: l10n.t('{0} cycles of {1} agents. Arrow keys go from one to the next.'),
    earlier: l10n.t('{0} earlier cycles are not shown.'),
    noCycles: l10n.t('No agent has finished a cycle yet.'),
    result: l10n.t('Result'),
    reason: l10n.t('Reason'),
    lasted: l10n.t('Lasted'),
    cycleOf: l10n.t('{0}, {1}: {2}'),
    running: l10n.t('at work'),
  };
}
