/**
 * The report as JSON, for other programs.
 *
 * @module
 */
import { countOutcomes } from "../runner/outcome.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { levelsReached } from "./level.ts";
import { routeDifferences } from "./route_differences.ts";
import { countsByRoute } from "./summary.ts";

/** The version of the shape. */
const VERSION = 1;

/** Counts, levels, and every case with what it came to. */
export function jsonReport(outcomes: readonly SuiteOutcome[], target: string): string {
  return JSON.stringify(
    {
      version: VERSION,
      target,
      counts: countOutcomes(outcomes),
      routes: Object.fromEntries(countsByRoute(outcomes)),
      levels: levelsReached(outcomes),
      routeDifferences: routeDifferences(outcomes).map(({ case: { id }, passes, fails }) => ({
        id,
        passes,
        fails,
      })),
      cases: outcomes.map(({ case: { id, title, clause, level, needs }, steps, ...rest }) => ({
        id,
        title,
        clause,
        level,
        needs,
        ...rest,
        steps: rest.status === "failed" ? steps : undefined,
      })),
    },
    null,
    2,
  );
}
