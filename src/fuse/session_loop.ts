/**
 * When to read, when to wait, when to let others run.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { ERRNO } from "../base/mod.ts";
import type { Channel } from "./device.ts";
import { SpinPolicy } from "./spin_policy.ts";

/** How the loop divides its time. */
export interface LoopOptions {
  /**
   * How long to keep asking for the next message before sleeping, in microseconds. The next request
   * of a busy program comes within some 20 us of the last reply, and waking from sleep costs more
   * than that. The loop stops by itself when it does not help: with one core, when the machine is loaded,
   * when requests come slowly. 0 never spins: less CPU and more latency (`bench/rows/mount_stat.ts`), for
   * machines on batteries.
   */
  readonly spinUs: number;
  /**
   * For how long after the last message the thread itself waits for the next one, in whole milliseconds.
   * It costs no CPU, and saves the way over another thread that an asynchronous wait takes. The wait ends
   * as soon as the event loop has work; only timers may be late by as much. 0 always waits asynchronously.
   */
  readonly lingerMs: number;
  /** After how long of unbroken service timers and sockets of the process get a turn, in milliseconds. */
  readonly sliceMs: number;
}

/** What the loop drives. */
export interface LoopTarget {
  /** Reads and serves one message: its length, or a negated errno. */
  step(): number;
  /** How many requests wait for a promise. */
  pending(): number;
  /** Whether the last message came from this very process, which needs its event loop to go on. */
  isFromUs(): boolean;
}

/** The default of {@linkcode LoopOptions}. */
export const LOOP_DEFAULTS: LoopOptions = { spinUs: 100, lingerMs: 1, sliceMs: 1 };

const AGAIN = -ERRNO.EAGAIN.number;
const INTERRUPTED = -ERRNO.EINTR.number;
/** The request was aborted before it was read: the next read gives the next one. */
const GONE = -ERRNO.ENOENT.number;
/** The mount has ended. */
const UNMOUNTED = -ERRNO.ENODEV.number;
/** The connection was aborted (with ABORT_ERROR). */
const ABORTED = -ERRNO.ECONNABORTED.number;

/** For how long nobody looks for messages while an answer is due, in milliseconds. */
const LATE_MS = 1;

/** What one burst of service ended with. */
type Rest = "idle" | "slice" | "ended";

/**
 * Serves the descriptor until the mount ends. A burst reads until nothing is there, spins a little where
 * that pays, waits a little in the thread itself, and then the loop sleeps in {@linkcode Channel.wait}.
 * While promises are pending it neither spins nor waits nor lets the event loop turn again and again: an
 * answer over a socket is usually near, and Deno looks at its sockets when it has nothing else to do, and
 * otherwise only every now and then.
 */
export class SessionLoop {
  readonly #channel: Channel;
  readonly #target: LoopTarget;
  readonly #spin: SpinPolicy;
  readonly #lingerMs: number;
  readonly #sliceMs: number;
  /** When the last message was served or answered. */
  #activeAt = -Infinity;
  #sleeping = false;
  #queued = false;
  #bursting = false;
  #stopping = false;
  /** Looks for messages while an answer is due. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether an answer takes long. */
  #isSlow = false;
  readonly #ended = Promise.withResolvers<void>();

  /** The loop starts with {@linkcode SessionLoop.run}. */
  constructor(channel: Channel, target: LoopTarget, options: LoopOptions) {
    this.#channel = channel;
    this.#target = target;
    this.#spin = new SpinPolicy(navigator.hardwareConcurrency > 1 ? options.spinUs / 1000 : 0);
    this.#lingerMs = options.lingerMs;
    this.#sliceMs = options.sliceMs;
  }

  /** Serves until the mount has ended or {@linkcode SessionLoop.stop}. Rejects when reading fails. */
  run(): Promise<void> {
    this.#turn();
    return this.#ended.promise;
  }

  /** Ends the loop, also when it sleeps. */
  stop(): void {
    this.#stopping = true;
    this.#channel.wake();
  }

  /** A pending request was answered: its caller will soon ask for more. */
  answered(): void {
    if (this.#bursting) return;
    this.#activeAt = performance.now();
    this.#schedule();
  }

  readonly #turn = (): void => {
    this.#queued = false;
    if (this.#bursting) return;
    let rest: Rest;
    try {
      rest = this.#burst();
    } catch (thrown) {
      this.#bursting = false;
      this.#ended.reject(thrown);
      return;
    }
    if (rest === "ended") this.#end();
    else if (rest === "slice") this.#schedule();
    else if (this.#target.pending() > 0 && !this.#isSlow) this.#sleepLater();
    else this.#sleep();
  };

  /**
   * An answer that is due comes as fast as the other thread of a wait wakes, and with it usually the next
   * message, so the wait is not worth beginning. An answer that takes long is another matter: others are at
   * work meanwhile.
   */
  #sleepLater(): void {
    if (this.#sleeping || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#queued || this.#bursting) return;
      this.#isSlow = performance.now() - this.#activeAt >= LATE_MS;
      this.#turn();
    }, LATE_MS);
  }

  #schedule(): void {
    if (this.#queued) return;
    this.#queued = true;
    setImmediate(this.#turn);
  }

  #sleep(): void {
    if (this.#sleeping) return;
    if (this.#target.pending() === 0) this.#isSlow = false;
    this.#sleeping = true;
    this.#channel.wait().then(() => {
      this.#sleeping = false;
      if (this.#stopping) this.#end();
      else this.#turn();
    }, this.#ended.reject);
  }

  /** A sleeping wait uses the descriptor: the end comes when it has returned. */
  #end(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (this.#sleeping) this.#channel.wake();
    else this.#ended.resolve();
  }

  #burst(): Rest {
    if (this.#stopping) return "ended";
    this.#bursting = true;
    const startedAt = performance.now();
    let rest: Rest | null = null;
    let spinMs = -1;
    while (rest === null) {
      const result = this.#target.step();
      if (result > 0) {
        if (spinMs > 0) this.#spin.found();
        spinMs = -1;
        this.#activeAt = performance.now();
        if (this.#activeAt - startedAt > this.#sliceMs) rest = this.#letOthers();
      } else if (result === AGAIN) {
        if (spinMs < 0) spinMs = this.#mayHoldThread() ? this.#spin.nextMs() : 0;
        const now = performance.now();
        if (now - this.#activeAt < spinMs) continue;
        if (spinMs > 0) this.#spin.missed();
        spinMs = 0;
        if (now - this.#activeAt >= this.#lingerMs || !this.#mayHoldThread()) rest = "idle";
        else if (this.#channel.waitBriefly(this.#lingerMs)) rest = "idle";
      } else if (result === UNMOUNTED || result === ABORTED) {
        rest = "ended";
      } else if (result !== INTERRUPTED && result !== GONE) {
        throw new Error(`Cannot read from the fuse device: errno ${-result}`);
      }
    }
    this.#bursting = false;
    return rest;
  }

  /** Timers get a turn by a slice; Deno looks at its sockets for sure only when the loop sleeps. */
  #letOthers(): Rest {
    return this.#channel.waitBriefly(0) ? "idle" : "slice";
  }

  /** Not while promises are pending, or our own process is the user: both need the event loop. */
  #mayHoldThread(): boolean {
    return !this.#stopping && this.#target.pending() === 0 && !this.#target.isFromUs();
  }
}
