/**
 * The report as TAP version 14 (testanything.org).
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { failureText } from "./failure_text.ts";
import { differenceText, routeDifferences } from "./route_differences.ts";
import { routesOf, summaryLines } from "./summary.ts";

function lines(outcome: SuiteOutcome, number: number): string[] {
  const { case: { id }, route, status, missing, message } = outcome;
  const name = `${number} - ${route} ${id}`;
  if (status === "skipped") return [`ok ${name} # SKIP it has no ${missing.join(", ")}`];
  if (status === "known") return [`not ok ${name} # TODO ${message?.replaceAll(/[\n#]/g, " ")}`];
  if (status === "passed") return [`ok ${name}`];
  const block = failureText(outcome).split("\n").map((line) => `    ${line}`);
  return [`not ok ${name}`, "  ---", "  failure: |", ...block, "  ..."];
}

/** The last point of a run on several routes: whether they agree. */
function agreement(outcomes: readonly SuiteOutcome[], number: number): string[] {
  if (routesOf(outcomes).length < 2) return [];
  const differences = routeDifferences(outcomes);
  if (differences.length === 0) return [`ok ${number} - routes agree`];
  const block = differences.map((one) => `    ${differenceText(one)}`);
  return [`not ok ${number} - routes agree`, "  ---", "  differences: |", ...block, "  ..."];
}

/** One test point a case, and one for what routes say of each other. */
export function tapReport(outcomes: readonly SuiteOutcome[]): string {
  const points = routesOf(outcomes).length < 2 ? outcomes.length : outcomes.length + 1;
  return [
    "TAP version 14",
    `1..${points}`,
    ...outcomes.flatMap((outcome, index) => lines(outcome, index + 1)),
    ...agreement(outcomes, points),
    ...summaryLines(outcomes).map((line) => `# ${line}`),
  ].join("\n");
}
