/**
 * How a benchmark that is run on its own hands its rows to the common report.
 *
 * @module
 */
import type { Target, Unit } from "./row.ts";

/** One row of a benchmark program. */
export interface Recorded {
  /** Unique in the report. */
  readonly name: string;
  /** The unit. */
  readonly unit: Unit;
  /** By subject: ours is `fusewire`. Null where the subject does not offer it. */
  readonly values: Readonly<Record<string, number | null>>;
  /** What is promised. */
  readonly targets?: readonly Target[];
}

/** The variable that names the file to append to; `deno task bench` sets it. */
export const RECORD_VARIABLE = "FUSEWIRE_BENCH_RECORD";

/** Adds a row to the report of `deno task bench`; does nothing when the benchmark runs alone. */
export function record(row: Recorded): void {
  const file = Deno.env.get(RECORD_VARIABLE);
  if (file === undefined) return;
  Deno.writeTextFileSync(file, `${JSON.stringify(row)}\n`, { append: true });
}
