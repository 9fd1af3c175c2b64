/**
 * The reports by name.
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { badgeReport } from "./badge_report.ts";
import { htmlReport } from "./html_report.ts";
import { jsonReport } from "./json_report.ts";
import { junitReport } from "./junit_report.ts";
import { prettyReport } from "./pretty_report.ts";
import { tapReport } from "./tap_report.ts";

/** Makes a report on a target. */
export type Report = (outcomes: readonly SuiteOutcome[], target: string) => string;

/** Every report. */
export const REPORTS = {
  pretty: prettyReport,
  tap: tapReport,
  junit: junitReport,
  json: jsonReport,
  html: htmlReport,
  badge: badgeReport,
} as const satisfies Readonly<Record<string, Report>>;

/** The name of a report. */
export type ReportName = keyof typeof REPORTS;

/** Whether the text names a report. */
export function isReport(text: string): text is ReportName {
  return Object.hasOwn(REPORTS, text);
}
