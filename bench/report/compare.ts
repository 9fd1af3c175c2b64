/**
 * What has moved since the stored results.
 *
 * @module
 */
import { contradicts } from "./judge.ts";
import type { Results, RowResult } from "./results.ts";
import { readable } from "./statistics.ts";

/** How much a figure of ours may differ, relative to its peers, before it counts as moved. */
const MOVED = 0.3;

/** Ours against the middle of the others: what the machine does to all alike cancels out. */
function relative(row: RowResult): number | undefined {
  const ours = row.subjects["fusewire"]?.value.median;
  const others = Object.entries(row.subjects).filter(([name]) => !name.startsWith("fusewire"));
  if (ours === undefined || others.length === 0) return ours;
  const mean = others.reduce((sum, [, { value }]) => sum + Math.log(value.median), 0);
  return ours / Math.exp(mean / others.length);
}

/** One line for each row that moved or changed a verdict, and one that sums up. */
export function compare(stored: Results | null, measured: readonly RowResult[]): string[] {
  if (stored === null) return ["Nothing is stored yet to compare with"];
  const before = new Map(stored.rows.map((row) => [row.name, row]));
  const lines: string[] = [];
  let [same, contradictions] = [0, 0];
  for (const row of measured) {
    const old = before.get(row.name);
    if (old === undefined) {
      lines.push(`new: ${row.name}`);
      continue;
    }
    const [was, is] = [relative(old), relative(row)];
    if (was !== undefined && is !== undefined) {
      const change = is / was;
      const isWorse = row.unit.better === "less" ? change > 1 : change < 1;
      if (Math.abs(Math.log(change)) > Math.log(1 + MOVED)) {
        const text = isWorse ? "slower" : "faster";
        const factor = readable(change < 1 ? 1 / change : change);
        lines.push(`${text}: ${row.name}, ${factor} times against its peers`);
      } else same++;
    }
    for (const { peer, verdict, ratio } of row.judgements) {
      const other = old.judgements.find((one) => one.peer === peer);
      if (other === undefined || !contradicts(other.verdict, verdict)) continue;
      contradictions++;
      lines.push(
        `verdict: ${row.name} against ${peer} was "${other.verdict}" ` +
          `(${readable(other.ratio.median)}), is "${verdict}" (${readable(ratio.median)})`,
      );
    }
  }
  lines.push(`${same} of ${measured.length} rows as stored, ${contradictions} verdicts differ`);
  return lines;
}
