/**
 * The report as JUnit XML, which most continuous integration reads.
 *
 * @module
 */
import { countOutcomes } from "../runner/outcome.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { failureText } from "./failure_text.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { routesOf } from "./summary.ts";

function testCase(outcome: SuiteOutcome): string {
  const { case: { id }, route, status, durationMs, missing, message = "" } = outcome;
  const seconds = (durationMs / 1000).toFixed(4);
  const head = `    <testcase classname="${route}" name="${escapeMarkup(id)}" time="${seconds}"`;
  if (status === "passed") return `${head}/>`;
  if (status === "failed") {
    const text = escapeMarkup(failureText(outcome));
    return `${head}><failure message="${escapeMarkup(message)}">${text}</failure></testcase>`;
  }
  const why = status === "known" ? message : `it has no ${missing.join(", ")}`;
  return `${head}><skipped message="${escapeMarkup(why)}"/></testcase>`;
}

/** One suite a route. */
export function junitReport(outcomes: readonly SuiteOutcome[], target: string): string {
  const suites = routesOf(outcomes).map((route) => {
    const own = outcomes.filter((one) => one.route === route);
    const { failed, skipped, known } = countOutcomes(own);
    const counts = `tests="${own.length}" failures="${failed}" skipped="${skipped + known}"`;
    return [`  <testsuite name="${route}" ${counts}>`, ...own.map(testCase), "  </testsuite>"]
      .join("\n");
  });
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="${escapeMarkup(target)}">`,
    ...suites,
    "</testsuites>",
  ].join("\n");
}
