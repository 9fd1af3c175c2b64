/**
 * Turns of one thread among the connections that it serves.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** So long may all connections together work before sockets are looked at, in milliseconds. */
const TURN_MS = 5;
/** After so much work the timer is set that ends the turn: it is due by then, and nobody waits for it. */
const ARM_MS = 2;
/** So many are let go on at once: for most of them the turn may have ended before they begin. */
const AT_ONCE = 64;

/** Who takes turns: a connection. */
export interface TurnTaker {
  /** How long it has worked in milliseconds; who has been away is no better off than who has waited. */
  usedMs: number;
}

/** Who waits for a turn. */
interface Waiting {
  readonly taker: TurnTaker;
  readonly resolve: () => void;
}

/**
 * Bounds the work between two looks at the sockets, over all connections, and gives the next turn to those who have
 * had least: a small request waits for a turn to end, not for a turn of each busy client.
 *
 * The next turn begins with a timer, as the event loop looks at sockets when it has nothing to run at once: while
 * there is something each time, as with one `setImmediate` after the other, it looks once in 61 rounds (tokio's
 * `event_interval`). So there is at most one of those in a turn.
 */
export class ThreadTurns {
  #workedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: Waiting[] = [];
  /** The least that somebody who waits has used. */
  #leastMs = Infinity;
  /** What those had used at least who went on last. */
  #floorMs = 0;

  /** Whether it may work now. If not, it waits for {@linkcode ThreadTurns.next}. */
  admits(taker: TurnTaker): boolean {
    if (taker.usedMs < this.#floorMs) taker.usedMs = this.#floorMs;
    return this.#workedMs < TURN_MS && taker.usedMs <= this.#leastMs;
  }

  /** It has worked for so long, in milliseconds. */
  worked(taker: TurnTaker, ms: number): void {
    taker.usedMs += ms;
    this.#workedMs += ms;
    if (this.#workedMs >= ARM_MS) this.#arm();
  }

  /** Settles in its next turn. */
  next(taker: TurnTaker): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ taker, resolve });
      this.#leastMs = Math.min(this.#leastMs, taker.usedMs);
      this.#arm();
    });
  }

  #arm(): void {
    this.#timer ??= setTimeout(this.#begin, 0);
  }

  /** Sockets have been looked at: those whose bytes have come begin, then those who wait. */
  readonly #begin = (): void => {
    this.#timer = undefined;
    this.#workedMs = 0;
    if (this.#waiting.length > 0) setImmediate(this.#goOn);
  };

  readonly #goOn = (): void => {
    this.#waiting.sort((one, other) => one.taker.usedMs - other.taker.usedMs);
    const going = this.#waiting.splice(0, AT_ONCE);
    this.#floorMs = Math.max(this.#floorMs, going[0]?.taker.usedMs ?? 0);
    this.#leastMs = this.#waiting[0]?.taker.usedMs ?? Infinity;
    for (const { resolve } of going) resolve();
    if (this.#waiting.length > 0) this.#arm();
  };
}

/** The turns of this thread: one for all servers in it, as there is one event loop. */
export const threadTurns: ThreadTurns = new ThreadTurns();
