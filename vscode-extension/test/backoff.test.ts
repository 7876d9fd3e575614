// How a server that ends by itself comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../src/server/backoff';

test('it comes back at once, then after longer and longer pauses, then no more', () => {
  const backoff = new Backoff();
  const delays = [0, 1, 2, 3, 4].map((second) => backoff.next(second * 1000));
  assert.equal(delays[0], 0);
  const pauses = delays.slice(1, 4).map(Number);
  assert.ok(pauses.every((pause, index) => pause > (delays[index] ?? 0)));
  assert.equal(delays[4], undefined);
  assert.equal(backoff.count, 5);
});

test('what was long ago is forgotten', () => {
  const backoff = new Backoff();
  backoff.next(0);
  backoff.next(1000);
  assert.equal(backoff.next(10 * 60_000), 0);
  assert.equal(backoff.count, 1);
});

test('a start that the person asked for begins anew', () => {
  const backoff = new Backoff();
  backoff.next(0);
  backoff.reset();
  assert.equal(backoff.next(1), 0);
});
