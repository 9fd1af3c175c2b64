/**
 * Runs the benchmarks that measure their own rows, and takes up what they record.
 *
 * @module
 */
import { judge } from "../report/judge.ts";
import { RECORD_VARIABLE, type Recorded } from "../report/record.ts";
import type { RowResult, SubjectResult } from "../report/results.ts";
import type { ProgramRows } from "../report/row.ts";
import { busyPart } from "./mounted.ts";
import { OURS } from "./worlds.ts";

const ROOT = new URL("../../", import.meta.url);
const WATCH_MS = 300;

function rowOf(recorded: Recorded, group: string, at: string, othersBusy: number): RowResult {
  const { name, unit, values, targets = [] } = recorded;
  const subjects: Record<string, SubjectResult> = {};
  for (const [subject, value] of Object.entries(values)) {
    if (value === null) continue;
    subjects[subject] = { value: { median: value, low: value, high: value }, samples: 1 };
  }
  const judgements = targets.flatMap((target) => {
    const ours = values[target.ours ?? OURS];
    const theirs = values[target.peer];
    if (typeof ours !== "number" || typeof theirs !== "number") return [];
    const ratio = ours / theirs;
    return [judge(target, unit, { median: ratio, low: ratio, high: ratio })];
  });
  return { name: `${group}: ${name}`, group, unit, at, othersBusy, subjects, judgements };
}

/**
 * Runs one program; what it prints goes to the terminal.
 *
 * @param importArguments How imports are resolved here.
 * @throws {Error} When it fails.
 */
export async function runProgram(
  program: ProgramRows,
  importArguments: readonly string[],
  show: (row: RowResult) => void,
): Promise<void> {
  const file = await Deno.makeTempFile();
  try {
    const othersBusy = await busyPart(WATCH_MS);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...importArguments, "--lock=bench/deno.lock", ...program.args],
      cwd: ROOT,
      env: { [RECORD_VARIABLE]: file },
      stdout: "null",
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`${program.args.join(" ")} failed`);
    const at = new Date().toISOString();
    for (const line of (await Deno.readTextFile(file)).split("\n")) {
      if (line !== "") show(rowOf(JSON.parse(line), program.name, at, othersBusy));
    }
  } finally {
    await Deno.remove(file);
  }
}
