/**
 * How long does one question of the kernel take? `stat` of a file that answers from memory.
 *
 * @module
 */
import {
  CPU_MICROSECONDS,
  MICROSECONDS,
  type MountRow,
  type Place,
  RATE,
  type Sample,
} from "../report/row.ts";
import { GO_FUSE, LIBFUSE_MULTI, LIBFUSE_SINGLE } from "../subjects/worlds.ts";

async function latency({ load, path }: Place): Promise<Sample> {
  const { operations, seconds, cpu } = await load("stat", 1, path);
  return { value: seconds * 1e6 / operations, seconds, clientCpu: cpu };
}

function parallel(processes: number): MountRow {
  return {
    name: `stat, timeout 0, ${processes} processes`,
    world: "hello, timeout 0",
    unit: RATE,
    targets: processes === 8 ? [{ peer: LIBFUSE_MULTI, ratio: 0.9 }] : [],
    quick: processes === 8,
    measure: async ({ load, path }) => {
      const { operations, seconds, cpu } = await load("stat", processes, path);
      return { value: operations / seconds, seconds, clientCpu: cpu };
    },
  };
}

/** The server's CPU for each question of a program that asks once a millisecond. */
async function paced({ load, path, serverCpu }: Place): Promise<Sample> {
  const before = serverCpu();
  const { operations, seconds, cpu } = await load("stat-paced", 1, path);
  return { value: (serverCpu() - before) * 1e6 / operations, seconds, clientCpu: cpu };
}

/** The server's CPU for each second in which nobody asks anything. */
async function idle({ ms, serverCpu }: Place): Promise<Sample> {
  const before = serverCpu();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { value: (serverCpu() - before) * 1e6 / (ms / 1000), seconds: ms / 1000, clientCpu: 0 };
}

/** The rows. */
export const rows: readonly MountRow[] = [
  {
    name: "stat, timeout 0",
    world: "hello, timeout 0",
    unit: MICROSECONDS,
    targets: [
      { peer: LIBFUSE_SINGLE, ratio: 0.5 },
      { peer: LIBFUSE_MULTI, ratio: 0.7 },
      { peer: GO_FUSE, ratio: 0.5 },
    ],
    quick: true,
    measure: latency,
  },
  {
    name: "stat, timeout 1 s",
    world: "hello, timeout 1",
    unit: MICROSECONDS,
    targets: [],
    measure: latency,
  },
  parallel(2),
  parallel(4),
  parallel(8),
  {
    name: "stat once a millisecond",
    world: "hello, timeout 0",
    unit: CPU_MICROSECONDS,
    targets: [],
    measure: paced,
  },
  {
    name: "nothing to do, a second",
    world: "hello, timeout 0",
    unit: CPU_MICROSECONDS,
    targets: [],
    prepare: async ({ load, path }) => {
      await load("stat", 1, path);
      // What still runs behind the last reply belongs to it.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    measure: idle,
  },
];
