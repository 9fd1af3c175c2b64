/**
 * Whether it is worth it to spin.
 *
 * @module
 */

/** How much of the past counts: the last eight or so spins. */
const MEMORY = 1 / 8;
/** Spinning goes on while at least this part of the spins found a message. */
const WORTH = 1 / 2;
/** While it is not worth it, one in so many is tried: when that one finds something, more are. */
const PROBE_EVERY = 64;

/** Whether the machine is crowded is asked once in so many spins. */
const CROWDED_EVERY = 64;

/**
 * Spinning helps when another core has the next request ready within microseconds. On a loaded machine it
 * takes the processor from the very program that it waits for, and with slow requests it burns what it
 * never gains: so it lasts only as long as most spins find something.
 */
export class SpinPolicy {
  /** The longest spin, in milliseconds; 0 for never. */
  readonly longestMs: number;
  readonly #isCrowded: () => boolean;
  #success = 1;
  #skipped = 0;
  #unasked = 0;
  #hasNoRoom = false;

  /** Spins for at most `longestMs`, and not while `isCrowded` says that others want the processor. */
  constructor(longestMs: number, isCrowded: () => boolean = () => false) {
    this.longestMs = longestMs;
    this.#isCrowded = isCrowded;
  }

  /** How long the spin that now begins may last. */
  nextMs(): number {
    if (this.longestMs === 0) return 0;
    if (this.#success < WORTH && ++this.#skipped < PROBE_EVERY) return 0;
    this.#skipped = 0;
    if (--this.#unasked < 0) {
      this.#unasked = CROWDED_EVERY;
      this.#hasNoRoom = this.#isCrowded();
    }
    return this.#hasNoRoom ? 0 : this.longestMs;
  }

  /** A spin has found a message. */
  found(): void {
    this.#success = Math.max(WORTH, this.#success + (1 - this.#success) * MEMORY);
  }

  /** A spin has ended without one. */
  missed(): void {
    this.#success -= this.#success * MEMORY;
  }
}
