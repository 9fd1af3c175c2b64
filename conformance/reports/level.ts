/**
 * Levels: what a filesystem may say of itself.
 *
 * @module
 */
import type { Case, Level } from "../case.ts";
import { ALL_CASES } from "../cases/mod.ts";
import { countOutcomes, type Outcome } from "../runner/outcome.ts";

/** What each level promises. */
export const LEVEL_PROMISES: Readonly<Record<Level, string>> = {
  core: "what every program relies on: data is kept, names are atomic, errors are told",
  posix: "what Linux does beyond that, for each capability that is declared",
  sandbox: "nobody leaves the root or gets more rights or memory than they should",
};

/** Every level, the most basic first. */
export const LEVELS: readonly Level[] = ["core", "posix", "sandbox"];

/** What became of a level. `partly`: only some of its cases were run, and so nothing can be said. */
export type LevelState = "reached" | "missed" | "partly";

/**
 * What became of a level on all routes of a run together. It is reached when all its cases were run or are not for this
 * filesystem, none failed, known or not, and some passed.
 */
export function levelState(
  level: Level,
  outcomes: readonly Outcome[],
  all: readonly Case[] = ALL_CASES,
): LevelState {
  const own = outcomes.filter((one) => one.case.level === level);
  const { passed, failed, known } = countOutcomes(own);
  if (failed > 0 || known > 0) return "missed";
  const run = new Set(own.map((one) => one.case.id));
  if (all.some((one) => one.level === level && !run.has(one.id))) return "partly";
  return passed > 0 ? "reached" : "missed";
}

/** The levels that were reached. */
export function levelsReached(
  outcomes: readonly Outcome[],
  all: readonly Case[] = ALL_CASES,
): Level[] {
  return LEVELS.filter((level) => levelState(level, outcomes, all) === "reached");
}
