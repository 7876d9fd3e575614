// How long to wait before a server that ended by itself is started again, and when to give up.

const delays = [0, 1_000, 3_000, 10_000];
const window = 3 * 60_000;

export class Backoff {
  #crashes: number[] = [];

  /** How often it has ended by itself within `window`. */
  get count(): number {
    return this.#crashes.length;
  }

  /** It ended by itself at `now`. Milliseconds to wait before the next start; undefined if that happens all the time. */
  next(now: number): number | undefined {
    this.#crashes = [...this.#crashes.filter((time) => now - time < window), now];
    return delays[this.#crashes.length - 1];
  }

  reset(): void {
    this.#crashes = [];
  }
}
