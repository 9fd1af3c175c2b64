/**
 * What three wrapping layers cost around a call that has its value at once: async functions, and the
 * helpers of `src/base/maybe.ts`.
 *
 *     deno run -A bench/maybe_bench.ts
 *
 * @module
 */
import { chain, type MaybePromise } from "../src/base/mod.ts";
import { record } from "./report/record.ts";

const ROUNDS = 15;
const CALLS = 100_000;
const LAYERS = 3;

function value(): MaybePromise<number> {
  return 1;
}

function withChain(layers: number): MaybePromise<number> {
  return layers === 0 ? value() : chain(withChain(layers - 1), (found) => found + 1);
}

async function withAwait(layers: number): Promise<number> {
  return layers === 0 ? await value() : await withAwait(layers - 1) + 1;
}

const RUNS: Readonly<Record<string, (layers: number) => MaybePromise<number>>> = {
  fusewire: withChain,
  "async functions": withAwait,
};

const times: Record<string, number[]> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(RUNS)) {
    const start = performance.now();
    for (let call = 0; call < CALLS; call++) {
      const result = run(LAYERS);
      if (result instanceof Promise) await result;
    }
    (times[name] ??= []).push((performance.now() - start) * 1e6 / CALLS);
  }
}
const values: Record<string, number> = {};
for (const [name, list] of Object.entries(times)) {
  const median = list.sort((one, other) => one - other)[ROUNDS >> 1] ?? NaN;
  values[name] = median;
  console.log(`${name.padEnd(20)} ${median.toFixed(0).padStart(6)} ns`);
}
record({ name: "a call through three layers", unit: { name: "ns", better: "less" }, values });
