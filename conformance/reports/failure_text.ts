/**
 * One failure as text.
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";
import type { Step } from "../trial_calls.ts";

/** How many of the last calls are shown. */
export const STEPS_SHOWN = 25;

/** Calls with what they came to, one a line. */
export function stepLines(steps: readonly Step[]): string[] {
  const lines = steps.slice(-STEPS_SHOWN).map(({ call, outcome }) =>
    `${call} = ${outcome ?? "(never ended)"}`
  );
  const hidden = steps.length - lines.length;
  return hidden > 0 ? [`(${hidden} calls before)`, ...lines] : lines;
}

/** What is wrong, what was called, and what Linux answers. */
export function failureText(outcome: SuiteOutcome): string {
  const { case: { id, title, clause }, route, message, steps, linux } = outcome;
  const lines = [
    `${id} on ${route}`,
    `  promise:  ${title}`,
    `  clause:   ${clause}`,
    `  problem:  ${message ?? "none"}`,
    "  calls:",
    ...stepLines(steps).map((line) => `    ${line}`),
  ];
  if (linux !== undefined && linux.length > 0) {
    lines.push("  on Linux:", ...stepLines(linux).map((line) => `    ${line}`));
  }
  return lines.join("\n");
}
