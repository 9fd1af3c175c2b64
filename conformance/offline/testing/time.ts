/**
 * `@std/testing/time` without JSR: what the tests use of it, over `@sinonjs/fake-timers`.
 *
 * @module
 */
// @ts-types="./fake_timers.d.ts"
import { type Clock, install } from "@sinonjs/fake-timers";

/** What std's `FakeTime` replaces; `queueMicrotask` and `performance` stay real. */
const REPLACED = ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"];

/** Replaces the timers and the clock of this realm until the end of its block. */
export class FakeTime implements Disposable {
  readonly #clock: Clock;

  /** Begins at `start` (milliseconds or a date; now, when left out). */
  constructor(start: number | Date = Date.now()) {
    this.#clock = install({ now: Number(start), toFake: REPLACED });
  }

  /** The time in milliseconds since 1970. */
  get now(): number {
    return this.#clock.now;
  }

  /** Lets `milliseconds` pass at once, with every timer that is due meanwhile. */
  tick(milliseconds = 0): void {
    this.#clock.tick(milliseconds);
  }

  /** As {@linkcode tick}, with the promises that are ready before each timer. */
  async tickAsync(milliseconds = 0): Promise<void> {
    await this.#clock.tickAsync(milliseconds);
  }

  /** Puts the real timers back. */
  restore(): void {
    this.#clock.uninstall();
  }

  /** As {@linkcode restore}. */
  [Symbol.dispose](): void {
    this.restore();
  }
}
