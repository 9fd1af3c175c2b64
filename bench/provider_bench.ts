/**
 * MemoryProvider beside other filesystems in memory, and beside tmpfs through Deno.
 *
 *     deno run -A --lock=bench/deno.lock bench/provider_bench.ts                  every row and subject, in processes of their own
 *     deno run -A --lock=bench/deno.lock bench/provider_bench.ts --rows stat      the rows with "stat" in their names ("memory", too)
 *     deno run -A --lock=bench/deno.lock bench/provider_bench.ts --one fusewire   one subject, in this process
 *
 * Each subject first proves that it does the work. Then all take turns, so that what else the machine does
 * meets them alike. Prints operations per second of CPU time, the median of the turns, and marks the fastest of each row;
 * "ahead" is ours divided by the best other; the last column is what an operation of ours costs with four times as
 * many files or bytes, compared to what it costs here.
 *
 * @module
 */
import process from "node:process";
import { chain, isPromise, type MaybePromise } from "../src/base/mod.ts";
import { MemoryProvider } from "../src/providers/mod.ts";
import { type Subject, SUBJECTS, verify } from "./provider_subjects.ts";
import { record } from "./report/record.ts";
import type { Unit } from "./report/row.ts";

const FILES = 100_000;
const RANDOM = 200_000;
const PAGE = 4096;
const MIB = 2 ** 20;
const BIG = 64 * MIB;
const DEPTH = 64;
/** Turns of each subject. */
const TURNS = 3;
/** Rounds of a turn, of which the best counts: the first also warms up. */
const ROUNDS = 2;
/** CPU time for a row, in milliseconds. */
const BUDGET_MS = 700;
/** Who is slower than this works with fewer files, which is in its favour. */
const FILL_BUDGET_MS = 4000;

const RATE_OF_CPU: Unit = { name: "/s of CPU time", better: "more" };
const BYTES: Unit = { name: "bytes", better: "less" };
const ARRAYS_ROW = "an empty array, as readdir of 100k returns one";
const MEMORY_ROW = "memory of each of a million small files";

/**
 * Calls `run` with 0, 1, 2, ... `count` times or until the time is up. Returns calls per second of CPU time, of
 * all threads: work that is left to the collector's threads counts, waiting for somebody else's programs does not.
 */
async function rate(
  count: number,
  run: (index: number) => MaybePromise<unknown>,
  budgetMs = BUDGET_MS,
): Promise<number> {
  const before = process.cpuUsage();
  const used = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  let done = 0;
  let mask = 0;
  while (done < count) {
    const result = run(done++);
    if (isPromise(result)) await result;
    // Looking at the clock costs as much as a fast operation.
    if (done === 1000) mask = 63;
    if ((done & mask) === 0 && used() * 1000 > budgetMs) break;
  }
  return done / used();
}

/** Numbers below `limit` without order, the same in every run. */
function scattered(index: number, limit: number): number {
  return (Math.imul(index + 1, 0x9e37_79b1) >>> 0) % limit;
}

type Row = (subject: Subject, scale: number) => MaybePromise<number | null>;

const nothing = new Uint8Array(0);

async function fill(subject: Subject, directory: string, count: number): Promise<number> {
  await subject.mkdir(directory);
  return await rate(
    count,
    (index) => subject.create(`${directory}/file-${index}`, nothing),
    FILL_BUDGET_MS,
  );
}

function bigFile(
  subject: Subject,
  isWritten: boolean,
): ReturnType<NonNullable<Subject["open"]>> | null {
  if (subject.open === undefined || (isWritten && subject.readsOnly)) return null;
  const path = `${subject.root}/big`;
  subject.create(path, new Uint8Array(BIG).fill(7));
  return subject.open(path);
}

/** One question each; null where the subject does not offer it. */
const ROWS: Readonly<Record<string, Row>> = {
  "create 100k files in one directory": (subject, scale) =>
    fill(subject, `${subject.root}/many`, FILES * scale),
  "stat, hit": async (subject, scale) => {
    await fill(subject, `${subject.root}/many`, FILES * scale);
    const made = (await subject.readdir(`${subject.root}/many`)).length;
    return rate(
      RANDOM,
      (index) => subject.stat(`${subject.root}/many/file-${scattered(index, made)}`),
    );
  },
  "stat, miss": async (subject, scale) => {
    await fill(subject, `${subject.root}/many`, FILES * scale);
    return rate(RANDOM, (index) => {
      try {
        const result = subject.stat(`${subject.root}/many/none-${index}`);
        return isPromise(result) ? result.catch(() => {}) : result;
      } catch {
        return undefined;
      }
    });
  },
  "readdir of 100k": async (subject, scale) => {
    await fill(subject, `${subject.root}/many`, FILES * scale);
    return rate(RANDOM, () => subject.readdir(`${subject.root}/many`));
  },
  "make a file, readdir of 100k": async (subject, scale) => {
    await fill(subject, `${subject.root}/many`, FILES * scale);
    return rate(RANDOM, (index) => {
      const made = subject.create(`${subject.root}/many/new-${index}`, nothing);
      return chain(made, () => subject.readdir(`${subject.root}/many`));
    });
  },
  "4 KiB random read in 64 MiB": (subject) => {
    const file = bigFile(subject, false);
    const buffer = new Uint8Array(PAGE);
    return file &&
      rate(RANDOM * 4, (index) => file.readAt(buffer, scattered(index, BIG / PAGE) * PAGE));
  },
  "4 KiB random write in 64 MiB": (subject) => {
    const file = bigFile(subject, true);
    const data = new Uint8Array(PAGE).fill(9);
    return file &&
      rate(RANDOM * 4, (index) => file.writeAt(data, scattered(index, BIG / PAGE) * PAGE));
  },
  "grow by 1 MiB writes": async (subject, scale) => {
    if (subject.open === undefined || subject.readsOnly) return null;
    await subject.create(`${subject.root}/grown`, nothing);
    const file = subject.open(`${subject.root}/grown`);
    const data = new Uint8Array(MIB).fill(3);
    return rate(256 * scale, (index) => file.writeAt(data, index * MIB));
  },
  "append 1 KiB": (subject, scale) => {
    const append = subject.appender?.(`${subject.root}/log`);
    const data = new Uint8Array(1024).fill(5);
    return append === undefined ? null : rate(FILES * scale, () => append(data));
  },
  "stat at depth 64": async (subject) => {
    let path = subject.root;
    for (let depth = 1; depth < DEPTH; depth++) await subject.mkdir(path += `/d${depth}`);
    await subject.create(`${path}/f`, nothing);
    await subject.create(`${path}/g`, nothing);
    return rate(RANDOM, (index) => subject.stat(path + (index & 1 ? "/f" : "/g")));
  },
  "rename a directory with 10k descendants": async (subject, scale) => {
    const [here, there] = [`${subject.root}/here`, `${subject.root}/there`];
    await fill(subject, here, 10_000 * scale);
    return rate(
      RANDOM,
      (index) => index & 1 ? subject.rename(there, here) : subject.rename(here, there),
    );
  },
};

/**
 * Arrays of so many entries that V8 makes in a second of CPU time. A listing is such an array, and from
 * 1 MiB (131,072 entries) on V8 takes about three times as long for each entry, without anything in it.
 */
function emptyArrays(entries: number): Promise<number> {
  return rate(RANDOM, () => new Array(entries));
}

/** With `--expose-gc`, which the processes of a measurement are given. */
function collectGarbage(): void {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
}

/** The best of {@linkcode ROUNDS} rounds of a row, each with an empty filesystem. */
async function measure(name: string, row: string, scale: number): Promise<number | null> {
  let best: number | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    // What a round leaves behind is not the next one's work.
    collectGarbage();
    const subject = await SUBJECTS[name]!();
    const value = await ROWS[row]!(subject, scale);
    subject.end?.();
    if (value === null) return null;
    best = Math.max(best ?? 0, value);
  }
  return best;
}

/** Bytes a file of a million, 100 in each directory, with 32 bytes of content. */
function bytesPerFile(): number {
  const used = (): number => {
    collectGarbage();
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const memory = new MemoryProvider();
  const content = new Uint8Array(32).fill(1);
  for (let directory = 0; directory < 10_000; directory++) {
    memory.mkdir(`/directory-${directory}`, 0o755);
    for (let file = 0; file < 100; file++) {
      memory.writeFile(`/directory-${directory}/source-file-${file}.ts`, content, 0o644);
    }
  }
  const bytes = (used() - before) / 1_000_000;
  if (memory.statfs("/").ffree < 0) {
    throw new Error("Cannot be: the tree must stay alive until here");
  }
  return bytes;
}

/** The names of peers resolve as in the process that asks, whichever map it was given. */
function importMap(): string[] {
  return ["--import-map", new URL("../conformance/offline/import_map.json", import.meta.url).href];
}

/** Runs this file again, to measure one thing in a process of its own. */
async function inProcess(...what: readonly string[]): Promise<number | null> {
  const flags = ["-A", "--no-lock", "--v8-flags=--expose-gc", ...importMap()];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, import.meta.url, ...what],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure ${what.join(", ")}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function show(value: number | null): string {
  if (value === null) return "-";
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

/** Measures one row in turns and prints its line. */
async function line(row: string): Promise<void> {
  const others = Object.keys(SUBJECTS).filter((name) => name !== "fusewire");
  const turns: (number | null)[][] = [[], [], ...others.map(() => [])];
  for (let turn = 0; turn < TURNS; turn++) {
    turns[0]!.push(await inProcess("--one", "fusewire", row, "1"));
    turns[1]!.push(await inProcess("--one", "fusewire", row, "4"));
    for (const [index, name] of others.entries()) {
      turns[index + 2]!.push(await inProcess("--one", name, row, "1"));
    }
  }
  const [ours, larger, ...theirs] = turns.map(median);
  const values = Object.fromEntries(others.map((name, index) => [name, theirs[index] ?? null]));
  record({ name: row, unit: RATE_OF_CPU, values: { fusewire: ours!, ...values } });
  const best = Math.max(...theirs.map((value) => value ?? 0));
  const rates = [ours!, ...theirs];
  const cells = rates.map((value) =>
    value === Math.max(ours!, best) ? `**${show(value)}**` : show(value)
  );
  const ahead = `${(ours! / best).toFixed(2)} times`;
  const dearer = `${(ours! / larger!).toFixed(2)} times`;
  console.log(`| ${row} | ${cells.join(" | ")} | ${ahead} | ${dearer} |`);
}

/** What part of the readdir row is V8's. */
async function lineOfArrays(): Promise<void> {
  const rates: (number | null)[] = [];
  for (const entries of [FILES, 4 * FILES]) {
    const turns: (number | null)[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      turns.push(await inProcess("--one", "arrays", String(entries)));
    }
    rates.push(median(turns));
  }
  const [small, large] = rates;
  console.log(
    `| ${ARRAYS_ROW} | ${show(small!)} |${" |".repeat(6)} ${show(small! / large!)} times |`,
  );
}

/** Row by row, so that what else the machine does meets all subjects alike. */
async function main(wanted: string): Promise<void> {
  for (const make of Object.values(SUBJECTS)) await verify(await make());
  const names = Object.keys(SUBJECTS).join(" | ");
  console.log(
    `| operations per second of CPU time | ${names} | ahead | cost at 4 times the size |`,
  );
  console.log(`|${" --- |".repeat(Object.keys(SUBJECTS).length + 3)}`);
  for (const row of Object.keys(ROWS)) if (row.includes(wanted)) await line(row);
  if (ARRAYS_ROW.includes(wanted)) await lineOfArrays();
  if (!MEMORY_ROW.includes(wanted)) return;
  const bytes = await inProcess("--one", "memory");
  record({ name: MEMORY_ROW, unit: BYTES, values: { fusewire: bytes } });
  console.log(`\nA million files of 32 bytes: ${show(bytes)} bytes each`);
}

if (import.meta.main) {
  const [task, name, row, scale] = Deno.args;
  if (task !== "--one" || name === undefined) await main(task === "--rows" ? name ?? "" : "");
  else if (name === "memory") console.log(JSON.stringify(bytesPerFile()));
  else if (name === "arrays") console.log(JSON.stringify(await emptyArrays(Number(row))));
  else {
    for (const one of row === undefined ? Object.keys(ROWS) : [row]) {
      console.log(JSON.stringify(await measure(name, one, Number(scale ?? 1))));
    }
  }
}
