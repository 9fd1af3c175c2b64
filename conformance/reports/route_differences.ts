/**
 * Where routes differ: the same filesystem keeps a promise on one way to it and breaks it on another.
 *
 * @module
 */
import type { Case } from "../case.ts";
import type { Outcome } from "../runner/outcome.ts";
import type { Route } from "../subjects/subject.ts";

/** One case that routes answer differently. */
export interface RouteDifference {
  /** The case. */
  readonly case: Case;
  /** Where it passes. */
  readonly passes: readonly Route[];
  /** Where it fails, known or not. */
  readonly fails: readonly Route[];
}

/** The outcomes of each case, case by case in the order of the run. */
export function byCase<One extends Outcome>(outcomes: readonly One[]): Map<Case, One[]> {
  const cases = new Map<Case, One[]>();
  for (const outcome of outcomes) {
    const known = cases.get(outcome.case);
    if (known === undefined) cases.set(outcome.case, [outcome]);
    else known.push(outcome);
  }
  return cases;
}

/** Every case that passes on one route and fails on another. */
export function routeDifferences(outcomes: readonly Outcome[]): RouteDifference[] {
  const found: RouteDifference[] = [];
  for (const [one, own] of byCase(outcomes)) {
    const passes = own.filter(({ status }) => status === "passed").map(({ route }) => route);
    const fails = own.filter(({ status }) => status === "failed" || status === "known")
      .map(({ route }) => route);
    if (passes.length > 0 && fails.length > 0) found.push({ case: one, passes, fails });
  }
  return found;
}

/** A difference in one line. */
export function differenceText({ case: { id }, passes, fails }: RouteDifference): string {
  return `${id}: passes on ${passes.join(", ")}, fails on ${fails.join(", ")}`;
}
