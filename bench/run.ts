/**
 * `deno task bench`: ours and others in one run. `--help` says what can be asked for.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { importArguments } from "../conformance/tasks/registry.ts";
import { buildPeers } from "./peers/build.ts";
import { chart } from "./report/chart.ts";
import { compare } from "./report/compare.ts";
import { isAnother, type Machine, machineText, machineWarnings } from "./report/machine.ts";
import { mergeRows, readResults, type RowResult } from "./report/results.ts";
import type { MountRow, ProgramRows } from "./report/row.ts";
import { groupTable, rowLines, verdictTable } from "./report/table.ts";
import { mountGroups } from "./rows/all_rows.ts";
import { programs } from "./rows/programs.ts";
import { thisMachine } from "./subjects/machine.ts";
import { type Effort, measureWorld } from "./subjects/measure.ts";
import { runProgram } from "./subjects/programs.ts";

const USAGE = `Usage: deno task bench [--quick] [--no-store] [rows...]

  deno task bench                everything; stores results and chart
  deno task bench --quick        a part, in less than three minutes; says what moved
  deno task bench mount_stat     the rows of a file
  deno task bench "git status"   the rows whose name begins so
  --no-store                     leaves the stored results alone`;

const RESULTS = new URL("results.json", import.meta.url);
const CHART = new URL("results.svg", import.meta.url);
const README = new URL("README.md", import.meta.url);
const BUILT = decodeURIComponent(new URL("../.deno/bench", import.meta.url).pathname);
const MARK = { begin: "<!-- results -->", end: "<!-- /results -->" };

const FULL: Effort = { rounds: 11, ms: 300 };
const QUICK: Effort = { rounds: 5, ms: 150 };

function groupOf(row: MountRow): string {
  return Object.keys(mountGroups).find((group) => mountGroups[group]?.includes(row)) ?? "";
}

/** The rows to measure, and whether the programs whose group is named. */
function chosen(wanted: readonly string[], quick: boolean): [MountRow[], ProgramRows[]] {
  const isWanted = (name: string, group: string) =>
    wanted.length === 0 || wanted.some((word) => word === group || name.startsWith(word));
  const rows = Object.values(mountGroups).flat().filter((row) =>
    isWanted(row.name, groupOf(row)) && (!quick || row.quick === true)
  );
  return [
    rows,
    programs.filter(({ name, args, quick: isQuick }) =>
      (isWanted(name, name) ||
        wanted.some((word) => args[0] === word || args[0] === `bench/${word}_bench.ts`)) &&
      (!quick || isQuick === true)
    ),
  ];
}

/** Writes results, chart, and the tables in the middle of the README. */
async function store(rows: readonly RowResult[], machine: Machine): Promise<void> {
  await Deno.writeTextFile(RESULTS, JSON.stringify({ machine, rows }, null, 2));
  const caption = machineText(machine);
  const judged = rows.filter(({ group }) => group.startsWith("mount_"));
  await Deno.writeTextFile(CHART, chart(judged, caption));
  const text = await Deno.readTextFile(README);
  const groups = [...new Set(rows.map(({ group }) => group))];
  const tables = groups.map((group) =>
    `### ${group}\n\n${groupTable(rows.filter((row) => row.group === group))}`
  );
  const begin = text.indexOf(MARK.begin) + MARK.begin.length;
  const end = text.indexOf(MARK.end);
  const filled = `\n\n${caption}.\n\n${verdictTable(rows)}\n\n${tables.join("\n\n")}\n\n`;
  await Deno.writeTextFile(README, text.slice(0, begin) + filled + text.slice(end));
  const files = [RESULTS, README, CHART].map((url) => decodeURIComponent(url.pathname));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", ...files] }).output();
}

/** What the command line asks for; null for one that is wrong, which has been said. */
function wishes() {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        quick: { type: "boolean" },
        "no-store": { type: "boolean" },
      },
    });
    return { ...values, words: positionals };
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : thrown}\n\n${USAGE}`);
    return null;
  }
}

async function main(): Promise<number> {
  const wanted = wishes();
  if (wanted === null) return 2;
  const { words, quick = false } = wanted;
  if (wanted.help === true) {
    console.log(USAGE);
    return 0;
  }
  const [rows, ownRows] = chosen(words, quick);
  if (rows.length === 0 && ownRows.length === 0) {
    const names = [...Object.keys(mountGroups), ...programs.map(({ name }) => name)];
    console.error(`Nothing is called ${words.join(" ")}. There are: ${names.join(", ")}`);
    return 2;
  }
  const stored = await readResults(RESULTS);
  const measured: RowResult[] = [];
  const show = (row: RowResult) => {
    measured.push(row);
    console.log(`${rowLines(row).join("\n")}\n`);
  };
  const peers = await buildPeers(BUILT);
  for (const problem of peers.problems) console.error(problem);
  if (!peers.has("load")) return 1;
  const machine = await thisMachine(`${peers.folder}/load`);
  const warnings = machineWarnings(machine, stored?.machine);
  console.log(`${machineText(machine)}\n`);
  const effort = quick ? QUICK : FULL;
  for (const world of new Set(rows.map((row) => row.world))) {
    const own = rows.filter((row) => row.world === world);
    await measureWorld(world, own, groupOf, peers, effort, show);
  }
  const imports = ownRows.length === 0 ? [] : await importArguments();
  for (const program of ownRows) await runProgram(program, imports, show);
  for (const line of compare(stored, measured)) console.log(line);
  for (const line of warnings) console.log(line);
  if (quick || wanted["no-store"] === true) return 0;
  if (words.length > 0 && stored !== null && isAnother(machine, stored.machine)) {
    console.log("Not stored: the other rows are from that machine. All rows together would be");
    return 0;
  }
  const groups = new Set([...Object.keys(mountGroups), ...programs.map(({ name }) => name)]);
  await store(mergeRows(stored?.rows ?? [], measured, ({ group }) => groups.has(group)), machine);
  return 0;
}

Deno.exit(await main());
