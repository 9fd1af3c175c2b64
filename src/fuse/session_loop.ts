/**
 * When to read, when to wait, when to let others run.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { ERRNO } from "../base/mod.ts";
import { SpinPolicy, threadWait } from "../libc/mod.ts";
import { AnswerHold } from "./answer_hold.ts";
import type { Channel, Wake } from "./device.ts";
import type { Helper } from "./hand_over.ts";

/** How the loop divides its time. */
export interface LoopTimes {
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
   * as soon as the event loop has work; only timers may be late by as much. 0 always waits asynchronously. See
   * {@linkcode DEDICATED_LOOP}.
   */
  readonly lingerMs: number;
  /** After how long of unbroken service timers and sockets of the process get a turn, in milliseconds. */
  readonly sliceMs: number;
}

/** How a session divides its time. */
export interface LoopOptions extends LoopTimes {
  /**
   * Whether a reply leaves the processor to the program that it is for, while that one has us for itself, and goes
   * ahead of more programs than there are processors: see `HandOver`. It needs CAP_SYS_NICE, as root has it, and is done without where that is missing.
   */
  readonly handOver: boolean;
  /**
   * Whether the filesystem, until a call of it returns, starts no thread and no process: then a reply may leave the
   * processor to the program for longer. Not so of code that is not known.
   */
  readonly startsNothing: boolean;
}

/** What the loop drives. */
export interface LoopTarget {
  /** Reads and serves one message: its length, or a negated errno. */
  step(): number;
  /** Others have a turn of the thread now. */
  rest(): void;
  /** How many requests wait for a promise. */
  pending(): number;
  /** Whether the last message came from this very process, which needs its event loop to go on. */
  isFromUs(): boolean;
}

/** The default of {@linkcode LoopOptions}. */
export const LOOP_DEFAULTS: LoopOptions = {
  spinUs: 100,
  lingerMs: 1,
  sliceMs: 1,
  handOver: true,
  startsNothing: false,
};

/**
 * What to change for a process that does little but serve a mount, and minds no timer that is late: programs that
 * come back after some milliseconds of work of their own, such as compilers, wait for one thread to wake up, not two.
 */
export const DEDICATED_LOOP: Pick<LoopTimes, "lingerMs"> = { lingerMs: 20 };

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

/** For which part of the time to spin for the answer to a request, before sleeping until it comes. */
const ANSWER_SPIN = 1 / 2;

/** So many microtasks let whatever has been answered get through some layers to its reply. */
const MICROTASKS = 12;

/** What one burst of service ended with. */
type Rest = "idle" | "slice" | "ended";

/** What a brief wait for messages leads to; null goes on reading. */
const RESTS: Record<Wake, Rest | null> = {
  message: null,
  nothing: null,
  work: "idle",
  // Microtasks take it.
  answer: "slice",
};

/** Calls a function when so many microtasks have passed. */
function afterMicrotasks(run: () => void, count: number): void {
  queueMicrotask(() => count === 0 ? run() : afterMicrotasks(run, count - 1));
}

/**
 * Serves the descriptor until the mount ends. A burst reads until nothing is there, spins a little where
 * that pays, waits a little in the thread itself, and then the loop sleeps in {@linkcode Channel.wait}. A
 * request that needs an answer from a source of the thread may have it within the burst: {@linkcode AnswerHold}.
 *
 * While promises are pending, what they wait for matters. An answer that is due from a source of the thread
 * (`threadWait` of libc) is waited for in the same way as a message, and the bursts follow each other without
 * a turn of the event loop, which takes some 30 us, until a slice is over. Otherwise the loop
 * neither spins nor waits nor lets the event loop turn again and again: an answer over a socket of Deno's
 * is usually near, and Deno looks at its sockets when it has nothing else to do, and otherwise only
 * every now and then.
 */
export class SessionLoop {
  readonly #channel: Channel;
  readonly #target: LoopTarget;
  readonly #spin: SpinPolicy;
  readonly #answerSpin: SpinPolicy;
  readonly #hold: AnswerHold;
  readonly #lingerMs: number;
  readonly #sliceMs: number;
  /** When the last message was served or answered. */
  #activeAt = -Infinity;
  /** When the event loop had its last turn. */
  #sliceAt = -Infinity;
  #sleeping = false;
  #queued = false;
  #looksAgain = false;
  #bursting = false;
  #stopping = false;
  /** Looks for messages while an answer is due. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether an answer takes long. */
  #isSlow = false;
  readonly #ended = Promise.withResolvers<void>();

  /** The loop starts with {@linkcode SessionLoop.run}. */
  constructor(channel: Channel, target: LoopTarget, options: LoopTimes) {
    this.#channel = channel;
    this.#target = target;
    const spinMs = navigator.hardwareConcurrency > 1 ? options.spinUs / 1000 : 0;
    this.#spin = new SpinPolicy(spinMs);
    this.#answerSpin = new SpinPolicy(spinMs);
    const times = { spinMs: spinMs * ANSWER_SPIN, lingerMs: options.lingerMs };
    this.#hold = new AnswerHold(channel, times, () => this.#mayHoldThread());
    this.#lingerMs = options.lingerMs;
    this.#sliceMs = options.sliceMs;
  }

  /** Serves until the mount has ended or {@linkcode SessionLoop.stop}. Rejects when reading fails. */
  async run(): Promise<void> {
    this.#fromEventLoop();
    try {
      await this.#ended.promise;
    } finally {
      this.#channel.leave();
    }
  }

  /** Ends the loop, also when it sleeps. */
  stop(): void {
    this.#stopping = true;
    this.#channel.wake();
  }

  /** Whose answers the requests need. */
  get helper(): Helper {
    return this.#hold;
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
    this.#bursting = true;
    threadWait.holder = this.#hold;
    try {
      rest = this.#burst();
    } catch (thrown) {
      this.#ended.reject(thrown);
      return;
    } finally {
      this.#target.rest();
      this.#bursting = false;
      threadWait.holder = null;
    }
    if (rest === "ended") this.#end();
    else if (rest === "slice") this.#schedule();
    else if (this.#target.pending() === 0) this.#sleep();
    else if (this.#channel.hasSources) this.#awaitAnswer();
    else if (this.#isSlow) this.#sleep();
    else this.#sleepLater();
  };

  /** A turn of the event loop begins. */
  readonly #fromEventLoop = (): void => {
    this.#sliceAt = performance.now();
    this.#turn();
  };

  /** Looks for the answer once what asks for it has been sent, which takes microtasks. */
  #awaitAnswer(): void {
    if (this.#queued || this.#sleeping) return;
    if (!this.#mayAwait()) return this.#sleep();
    this.#queued = true;
    if (this.#channel.isAnswerDue) afterMicrotasks(this.#spinForAnswer, MICROTASKS);
    else setImmediate(this.#lingerForAnswer);
  }

  /** Not for an answer that takes long, nor when our own process is the user, which needs the event loop. */
  #mayAwait(): boolean {
    return !this.#stopping && !this.#target.isFromUs() &&
      performance.now() - this.#activeAt < this.#lingerMs;
  }

  readonly #spinForAnswer = (): void => {
    const startedAt = performance.now();
    const spinMs = this.#target.pending() > 0 ? this.#answerSpin.nextMs() : 0;
    let wake: Wake = "nothing";
    while (wake === "nothing" && performance.now() - startedAt < spinMs) {
      wake = this.#channel.waitBriefly(0);
    }
    if (wake !== "nothing") this.#answerSpin.found();
    else if (spinMs > 0) this.#answerSpin.missed();
    // Somebody else's microtasks get their turn before the thread is held for long.
    if (wake === "nothing") setImmediate(this.#lingerForAnswer);
    else this.#goOn(wake);
  };

  readonly #lingerForAnswer = (): void => {
    this.#sliceAt = performance.now();
    const holds = this.#target.pending() > 0 && this.#channel.isAnswerDue && this.#mayAwait();
    this.#goOn(holds ? this.#channel.waitBriefly(this.#lingerMs) : "nothing");
  };

  #goOn(wake: Wake): void {
    this.#queued = false;
    if (wake === "answer") {
      this.#activeAt = performance.now();
      // What it answers says so by itself, unless there is more to ask first.
      this.#lookAgain();
    } else if (wake === "message" || this.#target.pending() === 0) this.#turn();
    else this.#sleep();
  }

  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    setImmediate(() => {
      this.#looksAgain = false;
      if (!this.#queued && !this.#sleeping) this.#fromEventLoop();
    });
  }

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
      this.#fromEventLoop();
    }, LATE_MS);
  }

  #schedule(): void {
    if (this.#queued) return;
    this.#queued = true;
    const isOver = performance.now() - this.#sliceAt >= this.#sliceMs;
    if (isOver || !this.#channel.hasSources) setImmediate(this.#fromEventLoop);
    else afterMicrotasks(this.#turn, MICROTASKS);
  }

  #sleep(): void {
    if (this.#sleeping) return;
    if (this.#target.pending() === 0) this.#isSlow = false;
    this.#sleeping = true;
    this.#channel.wait().then(() => {
      this.#sleeping = false;
      if (this.#stopping) this.#end();
      else if (!this.#queued) this.#fromEventLoop();
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
    let rest: Rest | null = null;
    let spinMs = -1;
    while (rest === null) {
      threadWait.moment++;
      const result = this.#target.step();
      if (result > 0) {
        if (spinMs > 0) this.#spin.found();
        spinMs = -1;
        this.#activeAt = performance.now();
        if (this.#activeAt - this.#sliceAt > this.#sliceMs) rest = this.#letOthers();
      } else if (result === AGAIN) {
        if (spinMs < 0) spinMs = this.#mayHoldThread() ? this.#spin.nextMs() : 0;
        const now = performance.now();
        if (now - this.#activeAt < spinMs) continue;
        if (spinMs > 0) this.#spin.missed();
        spinMs = 0;
        if (now - this.#activeAt >= this.#lingerMs || !this.#mayHoldThread()) rest = "idle";
        else rest = RESTS[this.#channel.waitBriefly(this.#lingerMs)];
      } else if (result === UNMOUNTED || result === ABORTED) {
        rest = "ended";
      } else if (result !== INTERRUPTED && result !== GONE) {
        throw new Error(`Cannot read from the fuse device: errno ${-result}`);
      }
    }
    return rest;
  }

  /** Timers get a turn by a slice; Deno looks at its sockets for sure only when the loop sleeps. */
  #letOthers(): Rest {
    return this.#channel.waitBriefly(0) === "work" ? "idle" : "slice";
  }

  /** Not while promises are pending, or our own process is the user: both need the event loop. */
  #mayHoldThread(): boolean {
    return !this.#stopping && this.#target.pending() === 0 && !this.#target.isFromUs();
  }
}
