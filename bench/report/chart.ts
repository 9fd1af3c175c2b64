/**
 * The chart of the README: how long ours takes, the peer being 1.
 *
 * @module
 */
import type { RowResult } from "./results.ts";
import { readable } from "./statistics.ts";

/** One bar: time of ours divided by time of the peer. */
interface Bar {
  readonly label: string;
  readonly peer: string;
  readonly ratio: number;
}

const LABELS = 330;
const PLOT = 420;
const ROW = 20;
const TOP = 58;
/** The ratios at the ends of the logarithmic axis. */
const [LEAST, MOST] = [0.1, 4];

function bars(rows: readonly RowResult[]): Bar[] {
  return rows.flatMap((row) =>
    row.judgements.map(({ peer, ratio, ours }) => ({
      label: ours === undefined ? row.name : `${row.name} (${ours})`,
      peer,
      ratio: row.unit.better === "less" ? ratio.median : 1 / ratio.median,
    }))
  );
}

function x(ratio: number): number {
  const clamped = Math.min(Math.max(ratio, LEAST), MOST);
  return LABELS + PLOT * Math.log(clamped / LEAST) / Math.log(MOST / LEAST);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The chart as SVG. */
export function chart(rows: readonly RowResult[], caption: string): string {
  const all = bars(rows);
  const height = TOP + all.length * ROW + 24;
  const width = LABELS + PLOT + 70;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="10" y="20" font-size="15">Time of fusewire, the peer being 1 (shorter is faster)</text>`,
    `<text x="10" y="37" fill="#666666" font-size="11">${escape(caption)}</text>`,
  ];
  for (const tick of [0.1, 0.25, 0.5, 1, 2, 4]) {
    const at = x(tick).toFixed(1);
    const color = tick === 1 ? "#333333" : "#dddddd";
    lines.push(
      `<line x1="${at}" x2="${at}" y1="${TOP - 4}" y2="${height - 20}" stroke="${color}"/>`,
      `<text x="${at}" y="${height - 6}" text-anchor="middle" fill="#666666">${tick}</text>`,
    );
  }
  all.forEach(({ label, peer, ratio }, index) => {
    const y = TOP + index * ROW;
    const [from, to] = [Math.min(x(ratio), x(1)), Math.max(x(ratio), x(1))];
    const color = ratio <= 1 ? "#2a7f62" : "#c1666b";
    lines.push(
      `<text x="${LABELS - 8}" y="${y + 13}" text-anchor="end">${
        escape(`${label} : ${peer}`)
      }</text>`,
      `<rect x="${from.toFixed(1)}" y="${y + 3}" width="${(to - from).toFixed(1)}" height="${
        ROW - 7
      }" fill="${color}"/>`,
      `<text x="${(ratio <= 1 ? x(1) : to) + 5}" y="${y + 13}" fill="#333333">${
        readable(ratio)
      }</text>`,
    );
  });
  return `${lines.join("\n")}\n</svg>\n`;
}
