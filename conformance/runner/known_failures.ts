/**
 * Failures that are expected.
 *
 * @module
 */
import type { Outcome } from "./outcome.ts";
import { matches } from "./select_cases.ts";

/** Cases that are known to fail, each group with its reason. They fail the run when they start to pass. */
export type KnownFailures = readonly {
  /** Why they fail. */
  readonly reason: string;
  /** Their ids; `*` stands for any text. */
  readonly cases: readonly string[];
  /** Only on these routes; default on all. */
  readonly routes?: readonly string[];
}[];

/** The outcome with what is known taken into account. */
export function applyKnownFailures(outcome: Outcome, known: KnownFailures = []): Outcome {
  const { id } = outcome.case;
  const entry = known.find(({ cases, routes }) =>
    (routes === undefined || routes.includes(outcome.route)) &&
    cases.some((pattern) => matches(id, pattern))
  );
  if (entry === undefined) return outcome;
  if (outcome.status === "failed") {
    return { ...outcome, status: "known", message: `${entry.reason}: ${outcome.message}` };
  }
  if (outcome.status !== "passed") return outcome;
  const message = `It passes now: take it out of the known failures ("${entry.reason}")`;
  return { ...outcome, status: "failed", message };
}
