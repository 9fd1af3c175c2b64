/**
 * Looking for an answer with the thread.
 *
 * @module
 */
import { type DueAnswer, type Holder, SpinPolicy } from "../libc/mod.ts";
import type { Channel } from "./device.ts";

/** So many times it is looked for the answer before the clock is looked at. */
const LOOKS = 8;
/** So often it is looked for the requests of others, in milliseconds: to look for the answer may cost much less. */
const OTHERS_EVERY_MS = 0.01;

/** It is seen once in so many requests how soon the server takes them. */
const SEEN_EVERY = 8;
/** Who takes a request within this time was awake, in milliseconds: to be woken takes longer. */
const AWAKE_MS = 0.006;
/** How much of the past counts: the last eight times or so. */
const MEMORY = 1 / 8;
/** The server is near while this part of the requests was taken at once. */
const NEAR = 1 / 2;

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
  /** Whether it pays to look for the answer of who was awake when he was asked, or may have been. */
  readonly #spin: SpinPolicy;
  /** The same for who had to be woken: what that takes says nothing of the others. */
  readonly #spinForWoken: SpinPolicy;
  readonly #linger: SpinPolicy;
  #unseen = 0;
  /** Which part of the requests was taken at once. */
  #awake = 0;

  /** Holds the thread for so long at most. */
  constructor(channel: Channel, times: HoldTimes, mayHold: () => boolean) {
    this.#channel = channel;
    this.#spin = new SpinPolicy(times.spinMs);
    this.#spinForWoken = new SpinPolicy(times.spinMs);
    this.#linger = new SpinPolicy(times.lingerMs);
    this.mayHold = mayHold;
  }

  /** Whether the server is awake on a processor of its own. */
  get isNear(): boolean {
    return this.#awake >= NEAR;
  }

  /** Looks until the answer is there, a request comes, or it does not pay. */
  hold({ look, isTaken, isWoken, rest }: DueAnswer): void {
    if (--this.#unseen < 0) this.#see(isTaken);
    // The server may have had the processor already, when what we sent woke it.
    if (look() || this.#channel.hasMessage()) return;
    if (this.#spinFor(look, isWoken() ? this.#spinForWoken : this.#spin)) return;
    const lingerMs = this.#linger.nextMs();
    if (lingerMs > 0 && rest() && look()) return;
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

  /** Looks how soon the server takes what was sent. */
  #see(isTaken: () => boolean): void {
    this.#unseen = SEEN_EVERY;
    const startedAt = performance.now();
    let isAwake: boolean;
    do isAwake = isTaken(); while (!isAwake && performance.now() - startedAt < AWAKE_MS);
    this.#awake += ((isAwake ? 1 : 0) - this.#awake) * MEMORY;
  }

  /** True when it is over, and when somebody else needs the thread. */
  #spinFor(look: () => boolean, policy: SpinPolicy): boolean {
    const spinMs = policy.nextMs();
    if (spinMs === 0) return false;
    const startedAt = performance.now();
    let seenAt = startedAt;
    let now: number;
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (!look()) continue;
        policy.found();
        return true;
      }
      now = performance.now();
      if (now - seenAt < OTHERS_EVERY_MS) continue;
      seenAt = now;
      if (this.#channel.hasMessage()) return true;
    } while (now - startedAt < spinMs);
    policy.missed();
    return false;
  }
}
