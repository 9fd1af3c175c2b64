/**
 * Outcomes as lines of a table.
 *
 * @module
 */
import type { WorkOutcome } from "./run_work.ts";

/** Steps that take longer than this many times the reference are told. */
const SLOW_RATIO = 3;
/** Shorter steps say nothing about speed, in milliseconds. */
const SHORT_MS = 50;

/** A line in columns: words at the left, numbers at the right. */
export function rowOf(
  ...[work, ground, result, time, reference, ratio]: readonly [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
): string {
  const words = `${work.padEnd(9)}  ${ground.padEnd(11)}  ${result.padEnd(9)}`;
  return `${words}  ${time.padStart(9)}  ${reference.padStart(15)}  ${ratio.padStart(6)}`.trimEnd();
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** One outcome: all of its steps together. */
export function outcomeRow({ work, ground, reference, problem, steps }: WorkOutcome): string {
  const sum = (of: "ms" | "referenceMs"): number => steps.reduce((all, one) => all + one[of], 0);
  const [ms, referenceMs] = [sum("ms"), sum("referenceMs")];
  return rowOf(
    work,
    ground,
    problem === "" ? "the same" : "DIFFERENT",
    seconds(ms),
    `${reference} ${seconds(referenceMs)}`,
    (ms / referenceMs).toFixed(1),
  );
}

/** The steps that are slow, or all; and what the programs measured themselves. */
export function slowSteps({ steps, figures }: WorkOutcome, all: boolean): string[] {
  const slow = steps.filter(({ ms, referenceMs }) =>
    ms > SHORT_MS && ms > SLOW_RATIO * referenceMs
  );
  const lines = (all ? steps : slow).map(({ name, ms, referenceMs }) => {
    const numbers = [seconds(ms).padStart(9), seconds(referenceMs).padStart(15)];
    return `  ${name.padEnd(32)} ${numbers.join("  ")}  ${
      (ms / referenceMs).toFixed(1).padStart(6)
    }`;
  });
  return [
    ...lines,
    ...figures.map(({ name, value, reference }) =>
      `  ${name}: ${value}, on the reference ${reference}`
    ),
  ];
}
