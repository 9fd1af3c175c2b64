/**
 * Turns of the event loop.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Lets everybody else have a turn of the event loop: settles in the next one. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
