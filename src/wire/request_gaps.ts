/**
 * How soon a client asks again.
 *
 * @module
 */
import { SpinPolicy } from "../libc/mod.ts";

/** Most gaps are shorter than this where each request of a program is one of ours, in milliseconds. */
const SHORT_MS = 0.05;
/** Longer looks are for a client of which this part of the gaps is longer, as when it answers much by itself. */
const LONGER_SHARE = 1 / 5;
/** Which part of the looks has to find something: every other gap is long where a mount answers much by itself. */
const WORTH = 1 / 3;
/** How much of the past counts: the last 32 gaps or so. */
const MEMORY = 1 / 32;
/** How long after a request has come a thread that waits for it hears of it, in milliseconds. */
const WAKE_MS = 0.04;

/**
 * Tells for how long to look for the next request of a client. Not longer than is of use: where another program computes
 * the looking thread takes a processor from the client, and short looks harm little.
 */
export class RequestGaps {
  readonly #longestMs: number;
  readonly #policy: SpinPolicy;
  /** Which part of the gaps was longer than `SHORT_MS`. */
  #longer = 1;
  /** When the gap began; 0 when there is none. */
  #since = 0;
  #isDeclined = false;

  /** Looks for at most `longestMs`, and not while `isCrowded`. */
  constructor(longestMs: number, isCrowded: () => boolean) {
    this.#longestMs = longestMs;
    this.#policy = new SpinPolicy(longestMs, { worth: WORTH, isCrowded });
  }

  /** All requests have been answered, at this time. Returns for how long to look for the next one. */
  begin(now: number): number {
    this.#since = now;
    const longestMs = this.#policy.nextMs();
    this.#isDeclined = longestMs === 0;
    return this.#longer < LONGER_SHARE ? Math.min(longestMs, SHORT_MS) : longestMs;
  }

  /** It was looked for, and has come. */
  found(now: number): void {
    this.#policy.found();
    this.#end(now - this.#since);
  }

  /** It was looked for in vain. */
  missed(): void {
    this.#policy.missed();
  }

  /** It has come without having been found. */
  came(now: number): void {
    if (this.#since === 0) return;
    const gapMs = now - this.#since - WAKE_MS;
    if (this.#isDeclined) this.#policy.saw(gapMs < this.#longestMs);
    this.#end(gapMs);
  }

  #end(gapMs: number): void {
    this.#since = 0;
    if (gapMs > this.#longestMs) return;
    this.#longer += ((gapMs > SHORT_MS ? 1 : 0) - this.#longer) * MEMORY;
  }
}
