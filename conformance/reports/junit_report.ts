/**
 * The report as JUnit XML, which most continuous integration reads.
 *
 * @module
 */
import { countOutcomes } from "../runner/outcome.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { failureText } from "./failure_text.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { differenceText, routeDifferences } from "./route_differences.ts";
import { routesOf } from "./summary.ts";

function testCase(outcome: SuiteOutcome): string {
  const { case: { id }, route, status, durationMs, missing, message = "" } = outcome;
  const time = seconds(durationMs);
  const head = `    <testcase classname="${route}" name="${escapeMarkup(id)}" time="${time}"`;
  if (status === "passed") return `${head}/>`;
  if (status === "failed") {
    const text = escapeMarkup(failureText(outcome));
    return `${head}><failure message="${escapeMarkup(message)}">${text}</failure></testcase>`;
  }
  const why = status === "known" ? message : `it has no ${missing.join(", ")}`;
  return `${head}><skipped message="${escapeMarkup(why)}"/></testcase>`;
}

/** A suite for what routes say of each other, where there are several. */
function agreement(outcomes: readonly SuiteOutcome[]): string[] {
  if (routesOf(outcomes).length < 2) return [];
  const differences = routeDifferences(outcomes);
  const failures = differences.map((one) => {
    const message = escapeMarkup(differenceText(one));
    return `    <testcase classname="routes" name="agree in ${
      escapeMarkup(one.case.id)
    }" time="0">` +
      `<failure message="${message}">${message}</failure></testcase>`;
  });
  const tests = failures.length === 0
    ? [`    <testcase classname="routes" name="agree" time="0"/>`]
    : failures;
  const counts = `tests="${tests.length}" failures="${failures.length}" errors="0" skipped="0"`;
  return [`  <testsuite name="routes" ${counts} time="0">`, ...tests, "  </testsuite>"];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(4);
}

/** One suite a route. */
export function junitReport(outcomes: readonly SuiteOutcome[], target: string): string {
  const suites = routesOf(outcomes).map((route) => {
    const own = outcomes.filter((one) => one.route === route);
    const { failed, skipped, known } = countOutcomes(own);
    const time = seconds(own.reduce((sum, one) => sum + one.durationMs, 0));
    const counts = `tests="${own.length}" failures="${failed}" errors="0"` +
      ` skipped="${skipped + known}" time="${time}"`;
    return [`  <testsuite name="${route}" ${counts}>`, ...own.map(testCase), "  </testsuite>"]
      .join("\n");
  });
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="${escapeMarkup(target)}">`,
    ...suites,
    ...agreement(outcomes),
    "</testsuites>",
  ].join("\n");
}
