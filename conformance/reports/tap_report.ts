/**
 * The report as TAP version 14 (testanything.org).
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { failureText } from "./failure_text.ts";
import { summaryLines } from "./summary.ts";

function lines(outcome: SuiteOutcome, number: number): string[] {
  const { case: { id }, route, status, missing, message } = outcome;
  const name = `${number} - ${route} ${id}`;
  if (status === "skipped") return [`ok ${name} # SKIP it has no ${missing.join(", ")}`];
  if (status === "known") return [`not ok ${name} # TODO ${message?.replaceAll(/[\n#]/g, " ")}`];
  if (status === "passed") return [`ok ${name}`];
  const block = failureText(outcome).split("\n").map((line) => `    ${line}`);
  return [`not ok ${name}`, "  ---", "  failure: |", ...block, "  ..."];
}

/** One test point a case. */
export function tapReport(outcomes: readonly SuiteOutcome[]): string {
  return [
    "TAP version 14",
    `1..${outcomes.length}`,
    ...outcomes.flatMap((outcome, index) => lines(outcome, index + 1)),
    ...summaryLines(outcomes).map((line) => `# ${line}`),
  ].join("\n");
}
