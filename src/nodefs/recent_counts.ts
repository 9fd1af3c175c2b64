/**
 * What has happened lately, and how often.
 *
 * @module
 */

/** No more items are known than twice this number, however long they would be counted. */
export const ITEMS_MAX: number = 1 << 15;

/**
 * Counts items for a time, and for twice as long at most; then they are forgotten without anybody's doing. Earlier, where
 * there are very many of them.
 */
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
    const isFull = this.#now.size >= ITEMS_MAX;
    if (age < this.#ms && !isFull) return;
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
