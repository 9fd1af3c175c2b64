/**
 * The time of a filesystem.
 *
 * @module
 */
import type { Timespec } from "../provider/mod.ts";

/** How many calls the time of a read may be behind. */
const ROUGHLY = 63;
/** The last nanosecond of a millisecond. */
const COUNT_MAX = 999_999;

/**
 * Reads the time into two numbers, so that stamping an inode allocates nothing. Without a source it is
 * the system's clock, to the millisecond (Linux's own tick is 1 to 10 ms), and the nanoseconds count what is
 * stamped within one: whoever remembers a file by its time (the kernel of a mount, make, git) misses no change.
 */
export class MemoryClock {
  /** Seconds at the last {@linkcode MemoryClock.tick}. */
  sec = 0;
  /** Nanoseconds within that second. */
  nsec = 0;
  /** When reading changes the access time. */
  readonly accessTime: "relative" | "strict" | "never";
  readonly #source: (() => Timespec) | undefined;
  #calls = -1;
  #millisecond = 0;
  #count = 0;

  /**
   * @param source Where the time comes from, instead of the system's clock.
   * @param accessTime As in {@linkcode MemoryOptions.accessTime}.
   */
  constructor(
    source?: () => Timespec,
    accessTime: "relative" | "strict" | "never" = "relative",
  ) {
    this.#source = source;
    this.accessTime = accessTime;
  }

  /**
   * Reads the time, or leaves it at most {@linkcode ROUGHLY} calls behind: for reads, which need it only to
   * see that a day has passed. A given clock is always read.
   */
  tickRoughly(): void {
    if (this.#source !== undefined || (++this.#calls & ROUGHLY) === 0) this.tick();
  }

  /** Reads the time. */
  tick(): void {
    if (this.#source === undefined) {
      const now = Date.now();
      this.#count = now === this.#millisecond ? Math.min(this.#count + 1, COUNT_MAX) : 0;
      this.#millisecond = now;
      this.sec = Math.floor(now / 1000);
      this.nsec = (now - this.sec * 1000) * 1e6 + this.#count;
    } else {
      const now = this.#source();
      this.sec = now.sec;
      this.nsec = now.nsec;
    }
  }
}
