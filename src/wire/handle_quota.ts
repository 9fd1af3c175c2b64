/**
 * What the connections of a server may have open together.
 *
 * @module
 */

/** So many handles a connection may have in any case. */
const OWN_MIN = 4;

/**
 * Bounds what a server takes of the descriptors of its process. A connection has no more than are left for the others: the
 * first one half, and whoever comes later still finds some.
 */
export class HandleQuota {
  readonly #max: number;
  #used = 0;

  /** @param max How many handles there may be. */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get used(): number {
    return this.#used;
  }

  /** Whether a connection that has so many may have one more. */
  hasRoom(own: number): boolean {
    return own < OWN_MIN || own < this.#max - this.#used;
  }

  /** There are so many more, or fewer. */
  count(change: number): void {
    this.#used += change;
  }
}
