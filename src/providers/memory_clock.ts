/**
 * The time of a filesystem.
 *
 * @module
 */
import type { Timespec } from "../provider/mod.ts";

/**
 * Reads the time into two numbers, so that stamping an inode allocates nothing. Without a source it is
 * the system's clock, to the millisecond (Linux's own tick is 1 to 10 ms).
 */
export class MemoryClock {
  /** Seconds at the last {@linkcode MemoryClock.tick}. */
  sec = 0;
  /** Nanoseconds within that second. */
  nsec = 0;
  /** When reading changes the access time. */
  readonly accessTime: "relative" | "strict" | "never";
  readonly #source: (() => Timespec) | undefined;

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

  /** Reads the time. */
  tick(): void {
    if (this.#source === undefined) {
      const now = Date.now();
      this.sec = Math.floor(now / 1000);
      this.nsec = (now - this.sec * 1000) * 1e6;
    } else {
      const now = this.#source();
      this.sec = now.sec;
      this.nsec = now.nsec;
    }
  }
}
