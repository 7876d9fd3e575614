// The figures on top: phase, tokens, documents, team, spend and what waits, as the server tells them.
import type { View } from '../src/dashboard/message';
import type { Context, Part } from './context';
import { element, figure } from './element';
import { fill } from './format';
import { working } from './span';
import { wordsFor } from './word';

type Status = NonNullable<View['status']>;
type Content = (Node | string)[];

export class Overview implements Part {
  readonly root: HTMLElement;
  readonly #context: Context;
  #drawn = '';

  constructor(context: Context) {
    this.#context = context;
    this.root = element('section', { class: 'tiles', 'aria-label': context.texts.overview });
  }

  update({ status }: View): void {
    const drawn = JSON.stringify(status);
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    this.root.hidden = status === null;
    this.root.replaceChildren(...(status === null ? [] : this.#tiles(status)));
  }

  #tiles(status: Status): HTMLElement[] {
    const { texts } = this.#context;
    return [
      tile(texts.phaseTile, [figure('phase.name', status.phase.name, status.phase.name)], [this.#reason(status)]),
      tile(texts.tokens, ...this.#tokens(status)),
      tile(texts.documents, ...this.#documents(status)),
      tile(texts.team, ...this.#team(status)),
      tile(texts.spent, ...this.#spent(status)),
      tile(texts.waiting, ...this.#waiting(status)),
    ];
  }

  #reason({ phase }: Status): string {
    return phase.pinned ? this.#context.texts.setByHand : phase.reason;
  }

  #tokens({ tokens, phase }: Status): [Content, Content] {
    const { texts, format } = this.#context;
    const meter = element('div', { class: 'meter', role: 'presentation', 'data-phase': phase.name });
    const filled = element('i');
    filled.style.width = `${Math.min(100, tokens.percent)}%`;
    meter.append(filled);
    const share = woven(
      texts.ofLimit,
      figure('tokens.percent', tokens.percent, format.share(tokens.percent / 100)),
      figure('tokens.limit', tokens.limit, format.kilo(tokens.limit)),
    );
    const room = phase.pinned
      ? []
      : phase.name === 'EXPANSION'
        ? [
            ' · ',
            ...woven(
              texts.toConverge,
              figure('tokens.toConverge', tokens.toConverge, format.kilo(Math.max(0, tokens.toConverge))),
            ),
          ]
        : [
            ' · ',
            ...woven(
              texts.toExpand,
              figure('tokens.toExpand', tokens.toExpand, format.kilo(Math.max(0, tokens.toExpand))),
            ),
          ];
    return [[figure('tokens.total', tokens.total, format.kilo(tokens.total))], [meter, ...share, ...room]];
  }

  #documents({ documents }: Status): [Content, Content] {
    const { texts, format } = this.#context;
    const below = woven(
      texts.longDocuments,
      figure('documents.long', documents.long, format.number(documents.long)),
      figure('documents.tooLong', documents.tooLong, format.number(documents.tooLong)),
    );
    return [[figure('documents.count', documents.count, format.number(documents.count))], below];
  }

  #team({ team, agents }: Status): [Content, Content] {
    const { texts } = this.#context;
    if (team.name === '') {
      return [[figure('team.name', '', texts.noTeam)], []];
    }
    const state = figure('team.state', team.state, wordsFor(texts.teamStates, team.state));
    const busy = agents.filter((agent) => working.has(agent.state)).length;
    const work = team.state === 'running' ? [' · ', fill(texts.atWork, String(busy), String(agents.length))] : [];
    const rehearsal = team.rehearsal ? [` (${texts.rehearsal})`] : [];
    return [[figure('team.name', team.name, team.name)], [state, ...rehearsal, ...work]];
  }

  #spent({ budget }: Status): [Content, Content] {
    const { texts, format } = this.#context;
    const usd = budget.usd === null ? texts.unknownCost : format.usd(budget.usd);
    const cap =
      budget.usdCap > 0
        ? [' ', small(woven(texts.ofCap, figure('budget.usdCap', budget.usdCap, format.usd(budget.usdCap))))]
        : [];
    const below = woven(
      texts.tokensAndCycles,
      figure('budget.tokens', budget.tokens, format.number(budget.tokens)),
      figure('budget.runs', budget.runs, format.number(budget.runs)),
    );
    return [[figure('budget.usd', budget.usd, usd), ...cap], below];
  }

  #waiting({ waiting }: Status): [Content, Content] {
    const { texts, format } = this.#context;
    return [
      [figure('waiting', waiting, format.number(waiting))],
      [waiting === 0 ? texts.nothingWaits : texts.changesWait],
    ];
  }
}

function tile(title: string, value: Content, below: Content): HTMLElement {
  return element(
    'div',
    { class: 'tile' },
    element('h3', {}, title),
    element('p', { class: 'value' }, ...value),
    element('p', { class: 'below' }, ...below),
  );
}

function small(content: Content): HTMLElement {
  return element('small', {}, ...content);
}

/** `text` with nodes in its places {0}, {1}. */
function woven(text: string, ...nodes: Node[]): Content {
  return text.split(/(\{\d+\})/).map((part) => {
    const place = /^\{(\d+)\}$/.exec(part);
    return (place && nodes[Number(place[1])]) ?? part;
  });
}
