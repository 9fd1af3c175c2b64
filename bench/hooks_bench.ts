/**
 * What hooks cost: a bare MemoryProvider beside the same behind an intercepting provider, call by call
 * in turns, with rules that match nothing, rules that look at every path, and an event function.
 *
 *     deno run -A bench/hooks_bench.ts
 *
 * @module
 */
import {
  type Handle,
  type HookEngine,
  type HookRule,
  MemoryProvider,
  newHookEngine,
  newInterceptProvider,
  O_RDWR,
  type Provider,
  writeFile,
} from "../mod.ts";
import { record } from "./report/record.ts";

const ROUNDS = 41;
const CALLS = 20_000;
/** The target of the project: an intercepted call that no rule concerns costs less than this more. */
const TARGET_NS = 300;

const OTHER_PATHS: HookRule[] = [
  { ops: ["create", "remove", "rename"], pathPattern: "/workspace/.git/hooks/*", action: "block" },
  { ops: ["stat", "open", "read", "write"], pathPattern: "/etc/*", action: "block" },
  { ops: ["stat", "open", "read", "write"], namePattern: "*.env", action: "block" },
  { ops: ["stat", "open", "read", "write"], below: "/secret", action: "block" },
  {
    ops: ["write"],
    pathPattern: "/workspace/*.mutated",
    action: "mutate_write",
    mutateWrite: new Uint8Array(1),
  },
];

const buffer = new Uint8Array(64);
const PATH = "/workspace/src/file.ts";

interface Target {
  readonly provider: Provider;
  readonly handle: Handle;
}

/** What is measured: how many calls it makes, and the calls. */
const CASES: Record<string, readonly [calls: number, run: (target: Target) => unknown]> = {
  stat: [1, ({ provider }) => provider.stat(PATH)],
  "open and close": [2, async ({ provider }) => (await provider.open(PATH, 0, 0)).close()],
  "readAt 64 B": [1, ({ handle }) => handle.readAt(buffer, 0)],
  "writeAt 64 B": [1, ({ handle }) => handle.writeAt(buffer, 0)],
};

async function target(engine: HookEngine | null): Promise<Target> {
  const memory = new MemoryProvider();
  memory.mkdirAll("/workspace/src", 0o755);
  await writeFile(memory, PATH, new Uint8Array(4096));
  const provider = engine === null ? memory : newInterceptProvider(memory, engine);
  return { provider, handle: await provider.open(PATH, O_RDWR, 0) };
}

const observed = newHookEngine([]);
observed.setEventFunc(() => {});
const targets: Record<string, Target> = {
  bare: await target(null),
  "no rules": await target(newHookEngine([])),
  "rules for other operations": await target(
    newHookEngine([{ ops: ["mkdir", "symlink"], pathPattern: "/a/*", action: "block" }]),
  ),
  "five rules, other paths": await target(newHookEngine(OTHER_PATHS)),
  "an event function": await target(observed),
};

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

/** Nanoseconds a call of each target, measured in turns so that all see the same machine. */
async function measure(
  calls: number,
  run: (target: Target) => unknown,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, given] of Object.entries(targets)) {
      const began = performance.now();
      for (let call = 0; call < CALLS; call += calls) {
        const value = run(given);
        if (value instanceof Promise) await value;
      }
      (times[name] ??= []).push((performance.now() - began) * 1e6 / CALLS);
    }
  }
  const medians: Record<string, number> = {};
  for (const [name, list] of Object.entries(times)) medians[name] = median(list);
  return medians;
}

console.log(`ns a call, median of ${ROUNDS} rounds of ${CALLS} calls; in brackets: more than bare`);
let worst = 0;
for (const [name, [calls, run]] of Object.entries(CASES)) {
  const { bare = 0, ...others } = await measure(calls, run);
  const { "five rules, other paths": fusewire = 0 } = others;
  record({
    name: `${name}, five rules for other paths`,
    unit: { name: "ns", better: "less" },
    values: { fusewire, "without hooks": bare },
    // The target is a difference; as a ratio it depends on what the bare call costs.
    targets: [{ peer: "without hooks", ratio: (bare + TARGET_NS) / bare }],
  });
  console.log(`\n${name}: bare ${bare.toFixed(0)}`);
  for (const [which, time] of Object.entries(others)) {
    console.log(
      `  ${which.padEnd(28)} ${time.toFixed(0).padStart(6)} (+${(time - bare).toFixed(0)})`,
    );
    if (which !== "an event function") worst = Math.max(worst, time - bare);
  }
}
console.log(`\nWorst without a match: +${worst.toFixed(0)} ns (target: under ${TARGET_NS})`);
