/**
 * Tables of text.
 *
 * @module
 */

/** A column: its heading, and whether its cells are numbers, which align at the right. */
export interface TextColumn {
  /** The heading. */
  readonly heading: string;
  /** Aligned at the right. */
  readonly numeric?: boolean;
}

/** The longest cell that is shown whole; a longer one loses its middle. */
const CELL_MAX = 60;

function shorten(cell: string): string {
  // A name may hold anything; a control character would move the cursor of whoever reads the table.
  // deno-lint-ignore no-control-regex -- the control characters are what is looked for
  const visible = cell.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
  if (visible.length <= CELL_MAX) return visible;
  const half = Math.floor((CELL_MAX - 3) / 2);
  return `${visible.slice(0, half)}...${visible.slice(-half)}`;
}

/** The rows under their headings, in columns, as lines that are indented by two spaces. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string {
  const headings = columns.map((column) => column.heading);
  const cells = [headings, ...rows.map((row) => row.map(shorten))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  const lines = cells.map((row) =>
    columns.map(({ numeric }, at) => {
      const cell = row[at] ?? "";
      return numeric === true ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
    })
  );
  const rule = widths.map((width) => "-".repeat(width));
  return [lines[0]!, rule, ...lines.slice(1)]
    .map((row) => `  ${row.join("  ")}`.trimEnd())
    .join("\n");
}
