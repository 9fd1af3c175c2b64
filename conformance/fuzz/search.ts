/**
 * Searching for a sequence that two filesystems answer differently.
 *
 * @module
 */
import { randomNumbers, seedOf } from "./choices.ts";
import type { Difference } from "./compare.ts";
import type { Item } from "./operation.ts";
import { narrowed, type Profile } from "./profile.ts";
import type { Scope } from "./palette.ts";
import { randomItem } from "./random_operation.ts";
import { shrink } from "./shrink.ts";

/** The longest sequence; half of that on average. */
const LENGTH_MAX = 120;
/** Sequences of several clients: each is tried in every order. */
const LENGTH_MAX_AT_ONCE = 30;
/** How many shorter sequences are tried once one has failed. */
const SHRINK_TRIES_MAX = 3000;

/** One sequence to do to both filesystems. */
export interface Sequence {
  /** What is done. */
  readonly items: readonly Item[];
  /** Whether filesystems must agree in what is a hole. */
  readonly holes: boolean;
}

/** How to search. */
export interface SearchOptions {
  /** What sequences are about; each is of one of these. */
  readonly profiles: readonly [Profile, ...Profile[]];
  /** What operations there may be. */
  readonly scope: Scope;
  /** Where random numbers begin: the same seed finds the same. */
  readonly seed: number;
  /** How many operations are done. */
  readonly operations: number;
  /** When the search ends, as `performance.now()` tells it. */
  readonly deadline?: number | undefined;
  /** Does a sequence to both. */
  readonly run: (sequence: Sequence) => Promise<Difference | undefined>;
  /** Told after each sequence how many operations have been done. */
  readonly onProgress?: ((operations: number, what: "searching" | "shrinking") => void) | undefined;
}

/** What was found. */
export interface Finding {
  /** The seed with which the first sequence fails. */
  readonly seed: number;
  /** The shortest sequence that fails. */
  readonly items: readonly Item[];
  /** How it fails. */
  readonly difference: Difference;
  /** How long the sequence was when it was found. */
  readonly foundLength: number;
}

/** What a search came to. */
export interface SearchResult {
  /** How many operations were done, besides those of shrinking. */
  readonly operations: number;
  /** How many sequences. */
  readonly sequences: number;
  /** The first difference, if there is one. */
  readonly finding?: Finding;
}

function sequenceOf(seed: number, { profiles, scope }: SearchOptions): Sequence {
  const numbers = randomNumbers(seed);
  const { first, rows, holes } = narrowed(profiles[numbers() % profiles.length]!, scope);
  const most = scope.clients > 1 ? LENGTH_MAX_AT_ONCE : LENGTH_MAX;
  const length = 1 + numbers() % most;
  return {
    holes,
    items: [
      ...first.map(({ operation }) => ({ operation, client: 0 })),
      ...Array.from({ length }, () => randomItem(rows, scope, numbers)),
    ],
  };
}

/** Does random sequences until one differs, or until enough were done. What differs is shrunk. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { seed, run, deadline = Infinity, onProgress } = options;
  let operations = 0;
  let sequences = 0;
  while (operations < options.operations && performance.now() < deadline) {
    const own = seedOf(seed, sequences++);
    const sequence = sequenceOf(own, options);
    const found = await run(sequence);
    operations += sequence.items.length;
    onProgress?.(operations, "searching");
    if (found === undefined) continue;
    let difference = found;
    const items = await shrink(sequence.items, {
      triesMax: SHRINK_TRIES_MAX,
      simpler: (item) => item.simpler?.() ?? [],
      fails: async (shorter) => {
        const again = await run({ ...sequence, items: shorter });
        onProgress?.(operations, "shrinking");
        difference = again ?? difference;
        return again !== undefined;
      },
    });
    const finding = { seed: own, items, difference, foundLength: sequence.items.length };
    return { operations, sequences, finding };
  }
  return { operations, sequences };
}
