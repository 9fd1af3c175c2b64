/**
 * What has happened lately, and how often.
 *
 * @module
 */

/** Counts items for a time, and for twice as long at most; then they are forgotten without anybody's doing. */
export class RecentCounts<Item> {
  readonly #ms: number;
  #now = new Map<Item, number>();
  #before = new Map<Item, number>();
  #beganAt = -Infinity;

  /** Items are counted for `ms` milliseconds. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  #advance(time: number): void {
    const age = time - this.#beganAt;
    if (age < this.#ms) return;
    this.#before = age < 2 * this.#ms ? this.#now : new Map();
    this.#now = new Map();
    this.#beganAt = time;
  }

  /** An item, at a time of `performance.now()`. */
  add(item: Item, time: number): void {
    this.#advance(time);
    this.#now.set(item, (this.#now.get(item) ?? 0) + 1);
  }

  /** How often an item was added lately. */
  of(item: Item, time: number): number {
    this.#advance(time);
    return (this.#now.get(item) ?? 0) + (this.#before.get(item) ?? 0);
  }
}
