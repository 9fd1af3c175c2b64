/**
 * Requests whose replies keep their order.
 *
 * @module
 */
import type { Call } from "./call.ts";
import { opRow } from "./operations.ts";

const OBSERVES: readonly boolean[] = Array.from({ length: 256 }, (_, op) => {
  const row = opRow(op);
  return row === undefined || row.effect === "observe";
});

/**
 * The requests without id that have begun and not been answered. The original answers one request after
 * the other, so a client may rely on each seeing the changes of those before it, and on nothing that
 * comes after. Requests that only look cannot tell in which order they ran: they overlap. Everything else
 * has the lane for itself. (Opening counts as a change: a client may guess the number of the handle.)
 */
export class ReplyLane {
  readonly #calls: Call[] = [];
  #first = 0;
  #changing = false;

  /** Whether the operation changes nothing. */
  static observes(op: number): boolean {
    return OBSERVES[op] ?? true;
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#calls.length === 0;
  }

  /** Whether the operation may begin now. */
  admits(op: number): boolean {
    return this.empty || (!this.#changing && ReplyLane.observes(op));
  }

  /** The call has begun. */
  enter(call: Call): void {
    this.#calls.push(call);
    if (!ReplyLane.observes(call.request.op)) this.#changing = true;
  }

  /** The call has its result. */
  settle(call: Call): void {
    call.finished = true;
    if (!ReplyLane.observes(call.request.op)) this.#changing = false;
  }

  /** Takes out the next call that can reply, or null. */
  next(): Call | null {
    const call = this.#calls[this.#first];
    if (call === undefined || !call.finished) return null;
    this.#first++;
    if (this.#first === this.#calls.length) {
      this.#calls.length = 0;
      this.#first = 0;
    }
    return call;
  }
}
