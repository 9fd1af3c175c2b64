/**
 * Results as text: lines for a terminal, tables for `bench/README.md`.
 *
 * @module
 */
import type { Judgement } from "./judge.ts";
import type { RowResult } from "./results.ts";
import { CPU_MICROSECONDS } from "./row.ts";
import { readable } from "./statistics.ts";

function judged(row: RowResult, subject: string): Judgement[] {
  return row.judgements.filter(({ peer }) => peer === subject);
}

function bound(row: RowResult, { target }: Judgement): string {
  return `${row.unit.better === "less" ? "at most" : "at least"} ${readable(target)}`;
}

function load(row: RowResult): string {
  const percent = Math.round(row.othersBusy * 100);
  return percent < 10 ? "" : `, machine ${percent} % busy with other things`;
}

/** A row as lines. */
export function rowLines(row: RowResult): string[] {
  const lines = [`${row.name} (${row.unit.name}${load(row)})`];
  for (
    const [subject, { value, wallSeconds, serverCpu, clientCpu }] of Object.entries(row.subjects)
  ) {
    const cpu = wallSeconds === undefined || serverCpu === undefined
      ? ""
      : `  CPU server ${readable(serverCpu)} client ${readable(clientCpu ?? 0)} of ${
        readable(wallSeconds)
      } s`;
    const figure = `${readable(value.median)} (${readable(value.low)} to ${readable(value.high)})`;
    const verdicts = judged(row, subject).map((one) =>
      `  ${one.ours ?? "ours"}:theirs ${readable(one.ratio.median)}, ${
        bound(row, one)
      }: ${one.verdict}`
    );
    lines.push(`  ${subject.padEnd(24)} ${figure.padEnd(30)}${cpu}${verdicts.join("")}`);
  }
  return lines;
}

function cell(row: RowResult, subject: string): string {
  const result = row.subjects[subject];
  if (result === undefined) return "";
  const { value, wallSeconds, serverCpu } = result;
  const part = wallSeconds === undefined ? NaN : (serverCpu ?? NaN) / wallSeconds;
  // Of a time, the part that the server's processors worked; of a rate, how many of them did.
  const used = row.unit.better === "less" ? part * value.median : part;
  const cpu = Number.isNaN(part) || row.unit.name === CPU_MICROSECONDS.name
    ? ""
    : `, CPU ${readable(used)}`;
  return `${readable(value.median)} (${readable(value.low)}-${readable(value.high)})${cpu}`;
}

/** The rows of a group as a Markdown table: a column a subject. */
export function groupTable(rows: readonly RowResult[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.subjects)))];
  const lines = [`| | ${names.join(" | ")} |`, `|${" --- |".repeat(names.length + 1)}`];
  for (const row of rows) {
    const cells = names.map((name) => cell(row, name));
    lines.push(`| ${row.name}, ${row.unit.name} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

/** Every promise as a Markdown table. */
export function verdictTable(rows: readonly RowResult[]): string {
  const lines = ["| row | against | ours : theirs | promised | verdict |", "|---|---|---|---|---|"];
  for (const row of rows) {
    for (const one of row.judgements) {
      const { median, low, high } = one.ratio;
      const figure = `${readable(median)} (${readable(low)}-${readable(high)})`;
      const busy = row.othersBusy >= 0.1 ? `, ${Math.round(row.othersBusy * 100)} % busy` : "";
      const name = one.ours === undefined ? row.name : `${row.name}, ${one.ours}`;
      lines.push(
        `| ${name} | ${one.peer} | ${figure}${busy} | ${bound(row, one)} | ${one.verdict} |`,
      );
    }
  }
  return lines.join("\n");
}
