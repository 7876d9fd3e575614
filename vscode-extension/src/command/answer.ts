// What the server answers to commands of the palette, as docs/protocol.md has it.
import { AgentState } from '../protocol';

/** A team that there is; `origin` is who brings it. */
export interface TeamFound {
  name: string;
  summary: string;
  agents: string[];
  origin: string;
  source: string;
}

/** An agent that there is. */
export interface AgentFound {
  name: string;
  summary: string;
  edits: string[];
  origin: string;
  source: string;
}

/** What there is of a kind, and what is wrong with the files of others. */
export interface Found<Kind> {
  found: Kind[];
  errors: { name: string; error: string }[];
}

/** The teams there are, and the one that a start takes which names none. */
export interface Teams extends Found<TeamFound> {
  next: { team: string; reason: string };
}

/** What an agent does now. */
export interface AgentMoved {
  agent: string;
  state: AgentState;
}

/** A file of the workspace's own, by URI; `created` if it is a copy of the shipped one that was made just now. */
export interface OwnFile {
  uri: string;
  created: boolean;
}

/** What was looked at, how it stands, and what mends it. */
export interface Finding {
  check: string;
  verdict: 'ok' | 'note' | 'missing';
  text: string;
  remedy: string;
}

export interface Checkup {
  sound: boolean;
  findings: Finding[];
}

/** What a folder brings beyond tightening, each value with the mark that approves it, and what it brings in vain. */
export interface Brought {
  found: { mark: string; what: string; value: string; file: string; approved: boolean }[];
  refused: string[];
}
