/**
 * Looking for an answer with the thread.
 *
 * @module
 */
import { type Holder, SpinPolicy } from "../libc/mod.ts";
import type { Channel } from "./device.ts";

/** So many times it is looked for the answer, and then once for the requests of others. */
const LOOKS = 8;

/** What comes within this time has not been slept for, in milliseconds: to be woken alone takes longer. */
const NEAR_MS = 0.014;
/** The server is near while this part of its answers was here within that time. */
const NEAR = 1 / 2;
/** How much of the past counts: the last 32 answers or so. */
const MEMORY = 1 / 32;

/** How long the thread may be held. */
export interface HoldTimes {
  /** For how long to look again and again, in milliseconds. */
  readonly spinMs: number;
  /** For how long to sleep until something comes, in whole milliseconds. */
  readonly lingerMs: number;
}

/**
 * Holds the thread for an answer that a request needs (`threadWait` of libc), while no other request waits: its
 * caller sleeps until then, so nobody misses the thread. Where the server runs on another processor, looking for
 * the answer again and again is best: to sleep and be woken from there takes longer than most answers.
 * Where it runs on this one, it gets the processor only when we sleep. Both are tried, and what helps is done.
 *
 * It ends when another request comes, which shall go out too, and when the answer takes long; then the request
 * waits for a promise like any other.
 */
export class AnswerHold implements Holder {
  /** Whether the loop has nothing else to do. */
  readonly mayHold: () => boolean;
  readonly #channel: Channel;
  readonly #spin: SpinPolicy;
  readonly #linger: SpinPolicy;
  /** Which part of the last answers was here at once. */
  #nearness = 0;

  /** Holds the thread for so long at most. */
  constructor(channel: Channel, times: HoldTimes, mayHold: () => boolean) {
    this.#channel = channel;
    this.#spin = new SpinPolicy(times.spinMs);
    this.#linger = new SpinPolicy(times.lingerMs);
    this.mayHold = mayHold;
  }

  /** Calls `look` until it returns true, a request comes, or it does not pay. */
  hold(look: () => boolean): void {
    // The server may have had the processor already, when what we sent woke it.
    const startedAt = performance.now();
    if (look() || this.#channel.hasMessage() || this.#spinFor(look)) {
      this.#took(performance.now() - startedAt);
      return;
    }
    this.#took(Infinity);
    const lingerMs = this.#linger.nextMs();
    const lingersAt = performance.now();
    // An answer may come in parts, or be another's, who cannot take it before we end.
    while (performance.now() - lingersAt < lingerMs) {
      const wake = this.#channel.waitBriefly(lingerMs);
      if (wake === "nothing") break;
      if (wake !== "answer") return;
      if (look()) return this.#linger.found();
    }
    if (lingerMs > 0) this.#linger.missed();
  }

  /**
   * Whether the server is awake on a processor of its own: nobody who has to be woken first answers so soon.
   */
  get isNear(): boolean {
    return this.#nearness >= NEAR;
  }

  #took(ms: number): void {
    this.#nearness += ((ms < NEAR_MS ? 1 : 0) - this.#nearness) * MEMORY;
  }

  /** True when it is over, and when somebody else needs the thread. */
  #spinFor(look: () => boolean): boolean {
    const spinMs = this.#spin.nextMs();
    if (spinMs === 0) return false;
    const startedAt = performance.now();
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (!look()) continue;
        this.#spin.found();
        return true;
      }
      if (this.#channel.hasMessage()) return true;
    } while (performance.now() - startedAt < spinMs);
    this.#spin.missed();
    return false;
  }
}
