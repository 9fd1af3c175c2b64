/**
 * Whether it is worth it to spin.
 *
 * @module
 */

/** How much of the past counts: the last eight or so spins. */
const MEMORY = 1 / 8;
/** What was seen without a spin counts for less, as a spin may change what comes. */
const MEMORY_SEEN = 1 / 64;
/** Spinning goes on while at least this part of the spins found a message, unless something else is said. */
const WORTH = 1 / 2;
/** While it is not worth it, one in so many is tried. */
const PROBE_EVERY = 64;

/** Whether the machine is crowded is asked once in so many spins. */
const CROWDED_EVERY = 64;

/** When spinning is worth it. */
export interface SpinOptions {
  /** Which part of the spins has to find something; default half. */
  readonly worth?: number;
  /** Whether others want the processor: nobody spins then. Default: nobody does. */
  readonly isCrowded?: () => boolean;
}

/**
 * Spinning helps when another core has the next request ready within microseconds. On a loaded machine it
 * takes the processor from the very program that it waits for, and with slow requests it burns what it
 * never gains: so it lasts only as long as most spins find something.
 */
export class SpinPolicy {
  /** The longest spin, in milliseconds; 0 for never. */
  readonly longestMs: number;
  readonly #worth: number;
  readonly #isCrowded: () => boolean;
  #success = 1;
  #skipped = 0;
  #unasked = 0;
  #hasNoRoom = false;

  /** Spins for at most `longestMs`. */
  constructor(longestMs: number, options: SpinOptions = {}) {
    this.longestMs = longestMs;
    this.#worth = options.worth ?? WORTH;
    this.#isCrowded = options.isCrowded ?? (() => false);
  }

  /** How long the spin that now begins may last. */
  nextMs(): number {
    if (this.longestMs === 0) return 0;
    if (this.#success < this.#worth && ++this.#skipped < PROBE_EVERY) return 0;
    this.#skipped = 0;
    if (--this.#unasked < 0) {
      this.#unasked = CROWDED_EVERY;
      this.#hasNoRoom = this.#isCrowded();
    }
    return this.#hasNoRoom ? 0 : this.longestMs;
  }

  /** A spin has found a message. */
  found(): void {
    this.#success += (1 - this.#success) * MEMORY;
  }

  /** A spin has ended without one. */
  missed(): void {
    this.#success -= this.#success * MEMORY;
  }

  /** Without a spin a message has come: would one have found it? */
  saw(wouldHaveFound: boolean): void {
    this.#success += ((wouldHaveFound ? 1 : 0) - this.#success) * MEMORY_SEEN;
  }
}
