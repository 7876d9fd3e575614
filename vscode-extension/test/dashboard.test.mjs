// The dashboard's pure parts: what its two sides take from each other, and what its charts draw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';

/** A module of TypeScript with all it imports, as Node can run it. */
async function load(...names) {
  const contents = names.map((name) => `export * from './${name}';`).join('\n');
  const stdin = { contents, resolveDir: `${import.meta.dirname}/..`, loader: 'ts' };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const { asked, told, saved, places, sizedOf, course, scales, indexAt, spans, agentsOf, fill, Format } = await load(
  'src/dashboard/message',
  'webview/tree',
  'webview/level',
  'webview/course',
  'webview/span',
  'webview/format',
);

const document = (path, tokens) => ({ path, tokens, level: tokens === null ? null : 'ok', reason: '' });

test('what a page asks is taken whole and by its types alone', () => {
  const good = [
    { type: 'ready' },
    { type: 'select', folder: 'file:///w' },
    { type: 'open', path: 'a.md', beside: true },
    { type: 'run', action: 'startTeam' },
  ];
  assert.deepEqual(good.map(asked), good);
  const bad = [
    undefined,
    null,
    'ready',
    [],
    { type: 'run', action: 'workbench.action.quit' },
    { type: 'open', path: 5, beside: true },
    { type: 'open', path: 'a.md' },
    { type: 'select' },
    { type: 'other' },
  ];
  assert.deepEqual(
    bad.map(asked),
    bad.map(() => undefined),
  );
  assert.deepEqual(asked({ type: 'select', folder: 'a', more: 'no' }), { type: 'select', folder: 'a' });
});

test('a view with a part that the page does not know is not shown', () => {
  assert.deepEqual(told({ type: 'show', view: { status: null } }), { type: 'show', view: { status: null } });
  assert.equal(told({ type: 'show', view: { status: null, script: 'x' } }), undefined);
  assert.equal(told({ type: 'begin', texts: {} }), undefined);
  assert.equal(told(null), undefined);
});

test('what a page kept is read with a default for what is wrong', () => {
  const nothing = { folder: '', period: 'session', tables: [], scroll: 0 };
  assert.deepEqual(saved(undefined), nothing);
  assert.deepEqual(saved({ folder: 5, period: 'week', tables: 'map', scroll: -3 }), nothing);
  const kept = { folder: 'a', period: 'all', tables: ['map'], scroll: 12 };
  assert.deepEqual(saved(kept), kept);
});

test('every document has a cell of the area that its tokens are worth', () => {
  const documents = [document('docs/a.md', 6000), document('docs/b.md', 3000), document('c.md', 3000)];
  const all = places(sizedOf({ documents }), 800, 400);
  const area = (path) => {
    const { x0, x1, y0, y1 } = all.find(({ data }) => data.path === path);
    assert.ok(x0 >= 0 && y0 >= 0 && x1 <= 800 && y1 <= 400);
    return (x1 - x0) * (y1 - y0);
  };
  assert.deepEqual(all.map(({ data }) => data.path).sort(), ['c.md', 'docs/', 'docs/a.md', 'docs/b.md']);
  assert.ok(Math.abs(area('docs/a.md') / area('docs/b.md') - 2) < 0.1);
});

test('an empty document can be seen, and one without a size is left to the table', () => {
  const documents = [document('a.md', 90000), document('empty.md', 0), document('broken.md', null)];
  const all = places(sizedOf({ documents }), 800, 400);
  assert.deepEqual(all.map(({ data }) => data.path).sort(), ['a.md', 'empty.md']);
  assert.ok(all.every(({ x0, x1, y0, y1 }) => x1 > x0 && y1 > y0));
});

test('of very many documents the small ones share a cell, and no token is lost', () => {
  const documents = Array.from({ length: 5000 }, (_, number) => document(`folder${number % 40}/${number}.md`, number));
  const leaves = places(sizedOf({ documents }), 900, 500).filter(({ data }) => data.children === undefined);
  assert.equal(leaves.length, 251);
  assert.equal(leaves.find(({ data }) => data.rest).data.rest, 4750);
  assert.equal(
    leaves.reduce((sum, { data }) => sum + data.tokens, 0),
    documents.reduce((sum, { tokens }) => sum + tokens, 0),
  );
});

const at = (seconds) => new Date(Date.UTC(2026, 2, 21, 15, 0, seconds));
const point = (seconds, total, phase = 'EXPANSION') => ({
  time: at(seconds).toISOString(),
  total,
  phase,
  pinned: false,
});
const history = (...points) => ({ points, limit: 128000, converge: 76800, expand: 64000 });
const now = (total, name) => ({ tokens: { total }, phase: { name } });

test('the line of the total goes on to now, and its phases are stretches without a gap', () => {
  const phase = history(point(0, 50000), point(60, 80000, 'CONVERGENCE'), point(90, 70000, 'CONVERGENCE'));
  const drawn = course({ phase, status: now(60000, 'EXPANSION') }, at(120));
  assert.deepEqual(
    drawn.points.map(({ total }) => total),
    [50000, 80000, 70000, 60000],
  );
  assert.deepEqual(drawn.stretches, [
    { from: at(0), to: at(60), phase: 'EXPANSION' },
    { from: at(60), to: at(120), phase: 'CONVERGENCE' },
    { from: at(120), to: at(120), phase: 'EXPANSION' },
  ]);
  assert.equal(indexAt(drawn.points, at(-5)), 0);
  assert.equal(indexAt(drawn.points, at(75)), 1);
  assert.equal(course({ phase: null, status: null }, at(0)), undefined);
});

test('a clock that is behind the server draws no line backwards', () => {
  const drawn = course({ phase: history(point(60, 5)), status: now(6, 'EXPANSION') }, at(10));
  assert.deepEqual(
    drawn.points.map(({ time }) => time),
    [at(60), at(60)],
  );
});

test('both thresholds are always in the picture, and the limit once it is near', () => {
  const top = (total) =>
    scales(course({ phase: history(point(0, total)), status: null }, at(9)), 500, 200).y.domain()[1];
  assert.ok(top(10) > 76800 && top(10) < 128000);
  assert.ok(top(90000) > 128000);
  assert.ok(top(300000) > 300000);
});

test('a timeline holds the cycles of a session or all, and who is at work', () => {
  const cycle = (id, session, agent, result) => ({
    cycle: id,
    session,
    agent,
    result,
    began: at(0).toISOString(),
    ended: at(5).toISOString(),
    reason: '',
  });
  const cycles = { cycles: [cycle('1', 'old', 'gone', 'failed'), cycle('2', 'new', 'ann', 'set aside')], earlier: 0 };
  const agent = (name, state) => ({ name, state, since: at(6).toISOString(), task: 'Say it' });
  const view = { cycles, status: { agents: [agent('bob', 'editing'), agent('ann', 'resting')] } };
  const kinds = (period) => spans(view, period, at(9)).map(({ agent: name, kind }) => `${name} ${kind}`);
  assert.deepEqual(kinds('session'), ['ann refused', 'bob open']);
  assert.deepEqual(kinds('all'), ['gone failed', 'ann refused', 'bob open']);
  assert.deepEqual(agentsOf(view, spans(view, 'all', at(9))), ['bob', 'ann', 'gone']);
  assert.deepEqual(spans({ cycles: null, status: null }, 'all', at(9)), []);
});

test('numbers are written as the language has them', () => {
  const [english, french] = [new Format('en'), new Format('fr')];
  assert.equal(english.usd(0.0042), '$0.0042');
  assert.equal(english.usd(5), '$5.00');
  assert.equal(english.kilo(7100), '7.1k');
  assert.equal(english.limit(12500), '12.5k');
  assert.match(french.number(43010), /^43\s010$/);
  assert.equal(new Format('tlh-x-no').number(5), '5');
  assert.equal(fill('{0} of {1}: {0} {2}', 'a', 'b'), 'a of b: a {2}');
});
