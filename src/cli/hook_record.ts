/**
 * What hooks saw, counted.
 *
 * @module
 */
import type { HookEvent, HookOp } from "../hooks/mod.ts";
import { textTable } from "./text_table.ts";

/** How often one operation was done to one path, and with what outcome. */
export interface HookRow {
  /** The operation. */
  readonly op: HookOp;
  /** The path. */
  readonly path: string;
  /** Calls. */
  count: number;
  /** Bytes read or written. */
  bytes: number;
  /** Calls that a hook refused. */
  refused: number;
}

/** Distinct paths that are kept apart; more are counted under one name. */
const ROWS_MAX = 100_000;
const OTHER_PATHS = "(other paths)";

/** Counts every operation that it is told of, by operation and path. */
export class HookRecord {
  readonly #rows = new Map<string, HookRow>();
  #events = 0;
  #lost = 0;

  /** How many operations there were. */
  get events(): number {
    return this.#events;
  }

  /** How many operations there were that nobody kept up with; they are in no row. */
  get lost(): number {
    return this.#lost;
  }

  /** Counts what comes, until the stream ends. */
  async follow(events: AsyncIterable<HookEvent>): Promise<void> {
    for await (const event of events) this.add(event);
  }

  /** Counts one operation. */
  add({ request, result, refusedBy, lost }: HookEvent): void {
    this.#events++;
    this.#lost += lost;
    const path = this.#rows.size < ROWS_MAX ? request.path : OTHER_PATHS;
    const key = `${request.op} ${path}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { op: request.op, path, count: 0, bytes: 0, refused: 0 };
      this.#rows.set(key, row);
    }
    row.count++;
    row.bytes += result.bytes;
    if (refusedBy !== null) row.refused++;
  }

  /** Every row, in the order of its first request. */
  rows(): readonly HookRow[] {
    return [...this.#rows.values()];
  }

  /** One row an operation, the most frequent first. */
  byOperation(): HookRow[] {
    const sums = new Map<HookOp, HookRow>();
    for (const row of this.#rows.values()) {
      let sum = sums.get(row.op);
      if (sum === undefined) {
        sum = { op: row.op, path: "", count: 0, bytes: 0, refused: 0 };
        sums.set(row.op, sum);
      }
      sum.count += row.count;
      sum.bytes += row.bytes;
      sum.refused += row.refused;
    }
    return [...sums.values()].sort((a, b) => b.count - a.count);
  }
}

function cells(row: HookRow, first: readonly string[]): string[] {
  const refused = row.refused === 0 ? "" : String(row.refused);
  return [...first, String(row.count), row.bytes === 0 ? "" : String(row.bytes), refused];
}

const NUMBERS = [
  { heading: "count", numeric: true },
  { heading: "bytes", numeric: true },
  { heading: "refused", numeric: true },
];

/** All operations with their sums. */
export function operationTable(record: HookRecord): string {
  const rows = record.byOperation().map((row) => cells(row, [row.op]));
  return textTable([{ heading: "operation" }, ...NUMBERS], rows);
}

/** Everything that was refused, then the paths with the most bytes written, at most `most` of these. */
export function pathTable(record: HookRecord, most: number): string {
  const rows = record.rows();
  const refused = rows.filter((row) => row.refused > 0);
  const written = rows.filter((row) => row.op === "write" && row.refused === 0)
    .sort((a, b) => b.bytes - a.bytes);
  const shown = [...refused, ...written.slice(0, most)];
  const table = textTable(
    [{ heading: "operation" }, { heading: "path" }, ...NUMBERS],
    shown.map((row) => cells(row, [row.op, row.path])),
  );
  const more = written.length - most;
  return more > 0 ? `${table}\n  ... and writes to ${more} more paths` : table;
}
