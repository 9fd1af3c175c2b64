/**
 * Asks every subject of a world, in turns.
 *
 * @module
 */
import type { Peers } from "../peers/build.ts";
import { judge, type Judgement } from "../report/judge.ts";
import type { RowResult, SubjectResult } from "../report/results.ts";
import type { MountRow, Place, Sample } from "../report/row.ts";
import { type Spread, spread } from "../report/statistics.ts";
import { busyPart, Mounted } from "./mounted.ts";
import { OURS, serversOf } from "./worlds.ts";

/** How thoroughly. */
export interface Effort {
  /** How often each subject has its turn in a row. */
  readonly rounds: number;
  /** How long a measurement by time takes, in milliseconds. */
  readonly ms: number;
}

/** How long the machine is watched before a row, in milliseconds. */
const WATCH_MS = 300;
/** The machine is at rest when it uses less than this part of its processors. */
const AT_REST = 0.05;
/** For how long to wait for that, in milliseconds. */
const REST_MAX_MS = 6000;

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}

/** A place in memory, so that no disk is measured. */
async function scratchFolder(): Promise<string> {
  try {
    return await Deno.makeTempDir({ dir: "/dev/shm", prefix: "bench-" });
  } catch {
    return await Deno.makeTempDir({ prefix: "bench-" });
  }
}

/** What a subject did so far. */
class Tally {
  readonly values: number[] = [];
  #seconds = 0;
  #serverCpu = 0;
  #clientCpu = 0;

  add({ value, seconds, clientCpu }: Sample, serverCpu: number): void {
    this.values.push(value);
    this.#seconds += seconds;
    this.#serverCpu += serverCpu;
    this.#clientCpu += clientCpu;
  }

  result(): SubjectResult {
    return {
      value: spread(this.values),
      samples: this.values.length,
      wallSeconds: this.#seconds,
      serverCpu: this.#serverCpu,
      clientCpu: this.#clientCpu,
    };
  }
}

function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(ours.map((value, round) => value / (theirs[round] ?? NaN)));
}

/**
 * Has the kernel forget the inodes that nobody uses: `passthrough_ll` holds a descriptor for each that is
 * known, and has no more of them after a few rows.
 */
async function forgetInodes(): Promise<void> {
  await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
}

/**
 * Waits until the machine is at rest: the servers have been told of all those inodes. What part of it is used in the
 * end, by whomever.
 */
async function rest(): Promise<number> {
  const deadline = performance.now() + REST_MAX_MS;
  let part = await busyPart(WATCH_MS);
  while (part >= AT_REST && performance.now() < deadline) part = await busyPart(WATCH_MS);
  return part;
}

async function measureRow(
  row: MountRow,
  group: string,
  subjects: readonly Mounted[],
  placeOf: (subject: Mounted) => Place,
  rounds: number,
): Promise<RowResult> {
  const taking = subjects.filter(({ name }) => !row.without?.includes(name));
  const [first] = taking;
  if (first !== undefined) await row.setUp?.(placeOf(first));
  await forgetInodes();
  const othersBusy = await rest();
  const tallies = new Map(taking.map(({ name }) => [name, new Tally()]));
  // The first round warms up and does not count.
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < taking.length; turn++) {
      // Whoever begins changes, so that nobody always follows the same one.
      const subject = taking[(turn + round + 1) % taking.length];
      if (subject === undefined) continue;
      const place = placeOf(subject);
      await row.prepare?.(place);
      const before = subject.cpuSeconds();
      const sample = await row.measure(place);
      if (round >= 0) tallies.get(subject.name)?.add(sample, subject.cpuSeconds() - before);
    }
  }
  const judgements: Judgement[] = [];
  for (const target of row.targets) {
    const ours = tallies.get(target.ours ?? OURS);
    const theirs = tallies.get(target.peer);
    if (ours === undefined || theirs === undefined) continue;
    judgements.push(judge(target, row.unit, ratios(ours.values, theirs.values)));
  }
  const results = [...tallies].map(([name, tally]) => [name, tally.result()] as const);
  const { name, unit } = row;
  const at = new Date().toISOString();
  return { name, group, unit, at, othersBusy, subjects: Object.fromEntries(results), judgements };
}

/**
 * Measures rows that belong to one world: its subjects are mounted once, for all of them.
 *
 * @param groupOf The group of a row.
 * @param show Called with each row as it is there.
 */
export async function measureWorld(
  world: string,
  rows: readonly MountRow[],
  groupOf: (row: MountRow) => string,
  peers: Peers,
  effort: Effort,
  show: (row: RowResult) => void,
): Promise<void> {
  const folder = await scratchFolder();
  const backing = `${folder}/backing`;
  await Deno.mkdir(backing);
  const subjects: Mounted[] = [];
  try {
    for (const server of await serversOf(world, { folder, backing, peers })) {
      subjects.push(await Mounted.start(server));
    }
    const load: Place["load"] = async (operation, processes, path, size = 4096) => {
      const program = `${peers.folder}/load`;
      const numbers = [String(processes), String(effort.ms)];
      return JSON.parse(await run(program, operation, ...numbers, path, String(size)));
    };
    const placeOf = (subject: Mounted): Place => {
      const serverCpu = () => subject.cpuSeconds();
      const { name, path } = subject;
      return { subject: name, path, backing, ms: effort.ms, serverCpu, run, load };
    };
    for (const row of rows) {
      const rounds = Math.min(row.rounds ?? effort.rounds, effort.rounds);
      show(await measureRow(row, groupOf(row), subjects, placeOf, rounds));
    }
  } finally {
    for (const subject of subjects) await subject[Symbol.asyncDispose]();
    await run("rm", "-rf", "--one-file-system", folder);
  }
}
