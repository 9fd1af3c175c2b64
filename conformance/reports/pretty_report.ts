/**
 * The report for a person at a terminal.
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { badgeLine } from "./badge_report.ts";
import { commandLine } from "./command_line.ts";
import { failureText } from "./failure_text.ts";
import { levelsReached } from "./level.ts";
import { differenceText, routeDifferences } from "./route_differences.ts";
import { summaryLines } from "./summary.ts";

/** How to repeat one case. */
function repeatLine({ case: { id }, route }: SuiteOutcome, target: string): string {
  return `  repeat:   ${commandLine(target, "--route", route, "--filter", id)}`;
}

/** What to do about a case that was given up. */
function timeLine({ message = "" }: SuiteOutcome): string {
  const [, waitedMs] = /^The case did not end within (\d+) ms/.exec(message) ?? [];
  if (waitedMs === undefined) return "";
  return `  patience: --timeout ${Number(waitedMs) * 10} gives each case ten times as long\n`;
}

/** Every failure in full, then the counts. */
export function prettyReport(outcomes: readonly SuiteOutcome[], target: string): string {
  const failures = outcomes
    .filter(({ status }) => status === "failed")
    .map((outcome) =>
      `${failureText(outcome)}\n${timeLine(outcome)}${repeatLine(outcome, target)}\n`
    );
  const known = outcomes
    .filter(({ status }) => status === "known")
    .map(({ case: { id }, route, message }) => `known: ${id} on ${route}: ${message}`);
  const warnings = outcomes.flatMap(({ case: { id }, route, warnings = [] }) =>
    warnings.map((text) => `warning: ${id} on ${route}: ${text}`)
  );
  const differences = routeDifferences(outcomes)
    .map((difference) => `routes differ: ${differenceText(difference)}`);
  const badge = levelsReached(outcomes).length > 0 ? [`badge: ${badgeLine(outcomes)}`] : [];
  const findings = [...failures, ...known, ...warnings, ...differences];
  return [...findings, ...badge, ...summaryLines(outcomes)].join("\n");
}
