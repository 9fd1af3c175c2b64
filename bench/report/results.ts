/**
 * The file of results.
 *
 * @module
 */
import type { Judgement } from "./judge.ts";
import type { Machine } from "./machine.ts";
import type { Unit } from "./row.ts";
import type { Spread } from "./statistics.ts";

/** What one subject did in a row. */
export interface SubjectResult {
  /** The values, in the row's unit. */
  readonly value: Spread;
  /** How often it was measured. */
  readonly samples: number;
  /** Seconds of all measurements together. */
  readonly wallSeconds?: number;
  /** CPU seconds of the server meanwhile. */
  readonly serverCpu?: number;
  /** CPU seconds of those who used it. */
  readonly clientCpu?: number;
}

/** One row. */
export interface RowResult {
  /** Its name. */
  readonly name: string;
  /** Which file it comes from. */
  readonly group: string;
  /** The unit. */
  readonly unit: Unit;
  /** When it was measured. */
  readonly at: string;
  /** What part of the machine others used just before, 0 to 1. */
  readonly othersBusy: number;
  /** By subject. */
  readonly subjects: Readonly<Record<string, SubjectResult>>;
  /** The promises. */
  readonly judgements: readonly Judgement[];
}

/** The file. */
export interface Results {
  /** Where. */
  readonly machine: Machine;
  /** In the order of the report. */
  readonly rows: readonly RowResult[];
}

/** What is stored, or nothing yet. */
export async function readResults(url: URL): Promise<Results | null> {
  try {
    return JSON.parse(await Deno.readTextFile(url));
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}

/** The stored rows with the new ones in their place; rows that are not in `order` any more go. */
export function mergeRows(
  stored: readonly RowResult[],
  measured: readonly RowResult[],
  isKnown: (row: RowResult) => boolean,
): RowResult[] {
  const fresh = new Map(measured.map((row) => [row.name, row]));
  const merged: RowResult[] = [];
  for (const row of stored) {
    if (!isKnown(row)) continue;
    merged.push(fresh.get(row.name) ?? row);
    fresh.delete(row.name);
  }
  return [...merged, ...fresh.values()];
}
