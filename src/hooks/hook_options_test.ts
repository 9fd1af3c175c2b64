import { assertThrows } from "@std/assert";
import { TIMER_MAX_MS } from "../base/mod.ts";
import { newHookEngineWithCallbacks } from "./hook_engine.ts";

const NUMBERS = [-1, -0.5, 0, 0.5, 1, TIMER_MAX_MS, TIMER_MAX_MS + 1, NaN, Infinity, -Infinity];

/** What takes a number, and which of {@linkcode NUMBERS} it takes. */
const TABLE: readonly (readonly [what: string, taken: number[], use: (value: number) => void])[] = [
  ["queueMax of an engine", [1, TIMER_MAX_MS, TIMER_MAX_MS + 1], (queueMax) => {
    newHookEngineWithCallbacks([], { queueMax });
  }],
  ["timeoutMs of an engine", [0, 0.5, 1, TIMER_MAX_MS], (timeoutMs) => {
    newHookEngineWithCallbacks([], { timeoutMs });
  }],
  ["timeoutMs of a hook", [0, 0.5, 1, TIMER_MAX_MS], (timeoutMs) => {
    newHookEngineWithCallbacks([{ timeoutMs, before: () => {} }]);
  }],
  ["queueMax of a reader of events", [1, TIMER_MAX_MS, TIMER_MAX_MS + 1], (queueMax) => {
    newHookEngineWithCallbacks([]).events({ queueMax })[Symbol.dispose]();
  }],
];

Deno.test("a number with which hooks could not work is refused by its name", () => {
  for (const [what, taken, use] of TABLE) {
    const name = what.split(" ")[0];
    for (const value of NUMBERS) {
      if (taken.includes(value)) use(value);
      else assertThrows(() => use(value), Error, `${name} ${value}`, `${what}: ${value}`);
    }
  }
});
