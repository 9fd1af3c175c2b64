/**
 * The levels as a badge: a line for a README, and a small picture.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { ALL_CASES } from "../cases/mod.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { LEVELS, levelsReached, levelState } from "./level.ts";
import { routesOf } from "./summary.ts";

const NAME = "fusewire conformance";

/** What the badge says of a run. */
export function badgeText(
  outcomes: readonly SuiteOutcome[],
  all: readonly Case[] = ALL_CASES,
): string {
  const reached = levelsReached(outcomes, all);
  if (reached.length > 0) return `${reached.join(", ")} (${routesOf(outcomes).join(", ")})`;
  const partly = LEVELS.some((level) => levelState(level, outcomes, all) === "partly");
  return partly ? "only some cases were run" : "no level";
}

/** The line for a README: what a reader sees without the picture as well. */
export function badgeLine(
  outcomes: readonly SuiteOutcome[],
  all: readonly Case[] = ALL_CASES,
): string {
  return `![${NAME}: ${badgeText(outcomes, all)}](fusewire-conformance.svg)`;
}

/** How wide letters are on average at 11 pixels, and the room beside them. */
const LETTER_WIDTH = 6.6;
const MARGIN = 10;

/** The picture, to be kept as `fusewire-conformance.svg` beside the README. */
export function badgeReport(outcomes: readonly SuiteOutcome[]): string {
  const text = badgeText(outcomes);
  const width = (words: string): number => Math.ceil(words.length * LETTER_WIDTH + 2 * MARGIN);
  const [left, right] = [width(NAME), width(text)];
  const colour = levelsReached(outcomes).length > 0 ? "#1a7f4b" : "#8a8f98";
  const label = escapeMarkup(text);
  const words = (middle: number, shown: string): string =>
    `    <text x="${middle}" y="14">${escapeMarkup(shown)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img"` +
    ` aria-label="${NAME}: ${label}">`,
    `  <title>${NAME}: ${label}</title>`,
    `  <clipPath id="r"><rect width="${left + right}" height="20" rx="4"/></clipPath>`,
    `  <g clip-path="url(#r)">`,
    `    <rect width="${left}" height="20" fill="#30363d"/>`,
    `    <rect x="${left}" width="${right}" height="20" fill="${colour}"/>`,
    "  </g>",
    `  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif"` +
    ` font-size="11">`,
    words(left / 2, NAME),
    words(left + right / 2, text),
    "  </g>",
    "</svg>",
  ].join("\n");
}
