/**
 * Calls that must not overtake each other.
 *
 * @module
 */
import { isPromise, type MaybePromise } from "../base/mod.ts";

/** Runs calls one after the other; at once when none is under way. */
export class InOrder {
  #busy: Promise<void> | null = null;

  /** Whether a call is under way. */
  get isBusy(): boolean {
    return this.#busy !== null;
  }

  /** Runs after the call before it, whether that failed or not. */
  run<T>(call: () => MaybePromise<T>): MaybePromise<T> {
    const value = this.#busy === null ? call() : this.#busy.then(call);
    if (!isPromise(value)) return value;
    const settled: Promise<void> = value.then(() => {}, () => {}).then(() => {
      if (this.#busy === settled) this.#busy = null;
    });
    this.#busy = settled;
    return value;
  }
}
