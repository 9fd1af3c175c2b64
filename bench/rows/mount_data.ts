/**
 * How many bytes a second go through, from memory and from files, with and without the page cache?
 *
 * @module
 */
import { MEGABYTES, type MountRow, type Place, RATE, type Sample } from "../report/row.ts";
import { GO_LOOPBACK, LIBFUSE_NULL, NATIVE } from "../subjects/worlds.ts";

const SIZE = 2 ** 30;
const READ_FILE = 64 << 20;

/** The part of fio's report that is used. */
interface FioReport {
  readonly jobs: readonly {
    readonly read: FioSide;
    readonly write: FioSide;
    readonly usr_cpu: number;
    readonly sys_cpu: number;
  }[];
}

interface FioSide {
  readonly bw_bytes: number;
  readonly iops: number;
  readonly runtime: number;
}

interface FioJob {
  readonly rw: "read" | "write" | "randread" | "randwrite";
  readonly direct: boolean;
}

/** Runs one job of fio: 1 GiB in blocks of 1 MiB, or for some time at random in blocks of 4 KiB. */
async function fio(place: Place, path: string, { rw, direct }: FioJob): Promise<Sample> {
  const isRandom = rw.startsWith("rand");
  const extent = isRandom
    ? ["--bs=4k", "--time_based", `--runtime=${place.ms}ms`, "--norandommap"]
    : ["--bs=1M"];
  const output = await place.run(
    "fio",
    "--name=job",
    `--filename=${path}`,
    `--rw=${rw}`,
    `--size=${SIZE}`,
    `--direct=${direct ? 1 : 0}`,
    "--ioengine=psync",
    "--thread",
    "--fallocate=none",
    "--allow_file_create=0",
    "--output-format=json",
    ...extent,
  );
  const report: FioReport = JSON.parse(output.slice(output.indexOf("{")));
  const [job] = report.jobs;
  const side = rw.endsWith("read") ? job?.read : job?.write;
  if (job === undefined || side === undefined) throw new Error("fio reported no job");
  const seconds = side.runtime / 1000;
  return {
    value: isRandom ? side.iops : side.bw_bytes / 1e6,
    seconds,
    clientCpu: (job.usr_cpu + job.sys_cpu) / 100 * seconds,
  };
}

const WAYS: readonly (readonly [string, FioJob])[] = [
  ["sequential read, buffered", { rw: "read", direct: false }],
  ["sequential read, direct", { rw: "read", direct: true }],
  ["sequential write, buffered", { rw: "write", direct: false }],
  ["sequential write, direct", { rw: "write", direct: true }],
  ["random read 4 KiB, direct", { rw: "randread", direct: true }],
  ["random write 4 KiB, direct", { rw: "randwrite", direct: true }],
];

function isSequential(name: string): boolean {
  return name.startsWith("sequential");
}

async function makeBig({ backing, run }: Place): Promise<void> {
  const path = `${backing}/big`;
  try {
    if ((await Deno.stat(path)).size === SIZE) return;
  } catch {
    // Not made yet.
  }
  await run("dd", "if=/dev/zero", `of=${path}`, "bs=1M", `count=${SIZE / 2 ** 20}`);
}

function parallelReads(processes: number): MountRow {
  return {
    name: `read 128 KiB, direct, ${processes} processes`,
    world: "directory, data",
    unit: MEGABYTES,
    targets: processes === 8 ? [{ peer: GO_LOOPBACK, ratio: 1 }] : [],
    quick: processes === 8,
    without: [NATIVE],
    setUp: ({ backing }) => Deno.writeFile(`${backing}/read`, new Uint8Array(READ_FILE).fill(3)),
    measure: async ({ load, path }) => {
      const size = 128 << 10;
      const done = await load("read-direct", processes, `${path}/read`, size);
      const value = done.operations * size / 1e6 / done.seconds;
      return { value, seconds: done.seconds, clientCpu: done.cpu };
    },
  };
}

/** The rows. */
export const rows: readonly MountRow[] = [
  ...WAYS.map(([name, job]): MountRow => ({
    name: `null, ${name}`,
    world: "null",
    unit: isSequential(name) ? MEGABYTES : RATE,
    targets: isSequential(name) ? [{ peer: LIBFUSE_NULL, ratio: 0.9 }] : [],
    quick: isSequential(name),
    rounds: 7,
    measure: (place) => fio(place, place.path, job),
  })),
  ...WAYS.filter(([, { direct }]) => !direct).map(([name, job]): MountRow => ({
    name: `directory, ${name}`,
    world: "directory, data",
    unit: MEGABYTES,
    targets: [{ peer: NATIVE, ratio: 0.95 }],
    rounds: 7,
    quick: name === "sequential read, buffered",
    setUp: makeBig,
    measure: (place) => fio(place, `${place.path}/big`, job),
  })),
  ...[1, 2, 4, 8].map(parallelReads),
];
