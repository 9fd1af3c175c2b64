/**
 * What a run comes to, in a few lines.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { ALL_CASES } from "../cases/mod.ts";
import { countOutcomes, type Counts, type Outcome } from "../runner/outcome.ts";
import type { Route } from "../subjects/subject.ts";
import { LEVELS, levelsReached, levelState } from "./level.ts";
import { routeDifferences } from "./route_differences.ts";

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

/** Counts in words. */
export function countText({ passed, failed, skipped, known }: Counts): string {
  const parts = [`${passed} passed`, `${failed} failed`];
  if (known > 0) parts.push(`${known} known to fail`);
  if (skipped > 0) parts.push(`${skipped} not for it`);
  return parts.join(", ");
}

/** The last lines of a run: one for each route, whether routes agree, the levels, and the sum. */
export function summaryLines(
  outcomes: readonly Outcome[],
  all: readonly Case[] = ALL_CASES,
): string[] {
  const counts = countsByRoute(outcomes);
  const width = Math.max(0, ...[...counts.keys()].map((route) => route.length));
  const lines = [...counts].map(([route, count]) => `${route.padEnd(width)}  ${countText(count)}`);
  if (counts.size > 1) {
    const { length } = routeDifferences(outcomes);
    const cases = length === 1 ? "case" : "cases";
    lines.push(length === 0 ? "routes: agree" : `routes: differ in ${length} ${cases}`);
  }
  lines.push(`levels: ${levelText(outcomes, all)}`);
  lines.push(`total: ${countText(countOutcomes(outcomes))}`);
  return lines;
}

function levelText(outcomes: readonly Outcome[], all: readonly Case[]): string {
  const reached = levelsReached(outcomes, all);
  if (reached.length > 0) return reached.join(", ");
  const partly = LEVELS.some((level) => levelState(level, outcomes, all) === "partly");
  return partly ? "only some cases were run" : "none";
}
