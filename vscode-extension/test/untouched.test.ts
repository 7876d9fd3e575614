// A document with a person's unsaved words is never saved for an agent's edit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Untouched } from '../src/server/untouched';

interface Document {
  isDirty: boolean;
  version: number;
}

function edit(document: Document): void {
  document.isDirty = true;
  document.version += 1;
}

/** An agent edits it as the editor does: whether it is to be saved then. */
function agentEdits(untouched: Untouched, document: Document, meanwhile: () => void = () => undefined): boolean {
  const { version } = document;
  const was = untouched.has(document);
  edit(document);
  meanwhile();
  return was && untouched.edited(document, version);
}

const saved = (): Document => ({ isDirty: false, version: 3 });

test('one that was saved is saved again', () => {
  assert.equal(agentEdits(new Untouched(), saved()), true);
});

test('one with words of a person that are not saved is left to them', () => {
  const document = saved();
  edit(document);
  assert.equal(agentEdits(new Untouched(), document), false);
});

test('one that a person types into at the same time is left to them', () => {
  const document = saved();
  const typing = (): void => {
    edit(document);
  };
  assert.equal(agentEdits(new Untouched(), document, typing), false);
});

test('one that a second agent edits before it is saved is saved', () => {
  const [untouched, document] = [new Untouched(), saved()];
  agentEdits(untouched, document);
  assert.equal(agentEdits(untouched, document), true);
});

test('one that a person edits between two agents is left to them', () => {
  const [untouched, document] = [new Untouched(), saved()];
  agentEdits(untouched, document);
  edit(document);
  assert.equal(untouched.has(document), false);
  assert.equal(agentEdits(untouched, document), false);
});

test('one that the editor saved by itself needs no saving', () => {
  const document = saved();
  const saves = (): void => {
    document.isDirty = false;
  };
  assert.equal(agentEdits(new Untouched(), document, saves), false);
});
