/**
 * What a case came to.
 *
 * @module
 */
import type { Case } from "../case.ts";
import type { Need } from "../need.ts";
import type { Route } from "../subjects/subject.ts";
import type { Step } from "../trial_calls.ts";

/**
 * `passed`, `failed`; `skipped`: the subject does not have what the case needs; `known`: it fails and
 * that is known.
 */
export type Status = "passed" | "failed" | "skipped" | "known";

/** One case on one route. */
export interface Outcome {
  /** The case. */
  readonly case: Case;
  /** The route. */
  readonly route: Route;
  /** How it went. */
  readonly status: Status;
  /** How long it took. */
  readonly durationMs: number;
  /** What is wrong, or why the failure is known. */
  readonly message?: string;
  /** What should have come, where the case can say it. */
  readonly expected?: string;
  /** What came instead. */
  readonly got?: string;
  /** The steps had passed: what failed is what has to hold after every case. */
  readonly afterwards?: boolean;
  /** What was called, in order. */
  readonly steps: readonly Step[];
  /** What is not wrong and yet worth knowing. */
  readonly warnings?: readonly string[];
  /** What the subject lacks for it. */
  readonly missing: readonly Need[];
}

/** How many cases came to what. */
export type Counts = { readonly [Each in Status]: number };

/** Counts outcomes. */
export function countOutcomes(outcomes: readonly Outcome[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, known: 0 };
  for (const { status } of outcomes) counts[status]++;
  return counts;
}
