/**
 * Whether it is worth it to spin.
 *
 * @module
 */

/** How much of the past counts: the last eight or so spins. */
const MEMORY = 1 / 8;
/** Spinning goes on while at least this part of the spins found a message. */
const WORTH = 1 / 2;
/** While it is not worth it, one in so many is tried. */
const PROBE_EVERY = 64;

/**
 * Spinning helps when another core has the next request ready within microseconds. On a loaded machine it
 * takes the processor from the very program that it waits for, and with slow requests it burns what it
 * never gains: so it lasts only as long as most spins find something.
 */
export class SpinPolicy {
  /** The longest spin, in milliseconds; 0 for never. */
  readonly longestMs: number;
  #success = 1;
  #skipped = 0;

  /** Spins for at most `longestMs`. */
  constructor(longestMs: number) {
    this.longestMs = longestMs;
  }

  /** How long the spin that now begins may last. */
  nextMs(): number {
    if (this.#success >= WORTH) return this.longestMs;
    if (++this.#skipped < PROBE_EVERY) return 0;
    this.#skipped = 0;
    return this.longestMs;
  }

  /** A spin has found a message. */
  found(): void {
    this.#success += (1 - this.#success) * MEMORY;
  }

  /** A spin has ended without one. */
  missed(): void {
    this.#success -= this.#success * MEMORY;
  }
}
