/**
 * What a run comes to, in a few lines.
 *
 * @module
 */
import type { Level } from "../case.ts";
import { countOutcomes, type Counts, type Outcome } from "../runner/outcome.ts";
import type { Route } from "../subjects/subject.ts";

const LEVELS: readonly Level[] = ["core", "posix", "sandbox"];

/** The routes of a run, in the order in which they were taken. */
export function routesOf(outcomes: readonly Outcome[]): Route[] {
  return [...new Set(outcomes.map(({ route }) => route))];
}

/** The counts of each route. */
export function countsByRoute(outcomes: readonly Outcome[]): Map<Route, Counts> {
  return new Map(
    routesOf(outcomes).map((
      route,
    ) => [route, countOutcomes(outcomes.filter((one) => one.route === route))]),
  );
}

/** The levels of which nothing failed and something passed, on every route of the run. */
export function levelsReached(outcomes: readonly Outcome[]): Level[] {
  return LEVELS.filter((level) => {
    const { passed, failed, known } = countOutcomes(
      outcomes.filter((one) => one.case.level === level),
    );
    return passed > 0 && failed === 0 && known === 0;
  });
}

function countText({ passed, failed, skipped, known }: Counts): string {
  const parts = [`${passed} passed`, `${failed} failed`];
  if (known > 0) parts.push(`${known} known to fail`);
  if (skipped > 0) parts.push(`${skipped} not for it`);
  return parts.join(", ");
}

/** The last lines of a run: one for each route, the levels, and the sum. */
export function summaryLines(outcomes: readonly Outcome[]): string[] {
  const counts = countsByRoute(outcomes);
  const width = Math.max(0, ...[...counts.keys()].map((route) => route.length));
  const lines = [...counts].map(([route, count]) => `${route.padEnd(width)}  ${countText(count)}`);
  const levels = levelsReached(outcomes);
  lines.push(levels.length > 0 ? `levels: ${levels.join(", ")}` : "levels: none");
  lines.push(`total: ${countText(countOutcomes(outcomes))}`);
  return lines;
}
