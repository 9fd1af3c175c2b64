/**
 * What do names and small files cost on a directory that is passed through?
 *
 * @module
 */
import { MICROSECONDS, type MountRow, type Place, type Sample } from "../report/row.ts";
import { GO_LOOPBACK, PASSTHROUGH_LL } from "../subjects/worlds.ts";

const FILES = 10_000;
const TARGETS = [{ peer: PASSTHROUGH_LL, ratio: 0.8 }, { peer: GO_LOOPBACK, ratio: 0.6 }];

async function perOperation(place: Place, operation: string, path: string): Promise<Sample> {
  const { operations, seconds, cpu } = await place.load(operation, 1, path);
  return { value: seconds * 1e6 / operations, seconds, clientCpu: cpu };
}

async function makeSmall({ backing }: Place): Promise<void> {
  await Deno.writeFile(`${backing}/small`, new Uint8Array(4096).fill(1));
}

async function makeMany({ backing }: Place): Promise<void> {
  await Deno.mkdir(`${backing}/many`, { recursive: true });
  for (let index = 0; index < FILES; index++) {
    await Deno.writeTextFile(`${backing}/many/file-${index}`, "content");
  }
}

async function makeOwn({ backing, subject }: Place): Promise<void> {
  await Deno.mkdir(`${backing}/work-${subject}`, { recursive: true });
}

/** The rows. */
export const rows: readonly MountRow[] = [
  {
    name: "open, read 4 KiB, close",
    world: "directory",
    unit: MICROSECONDS,
    targets: TARGETS,
    quick: true,
    setUp: makeSmall,
    measure: (place) => perOperation(place, "open", `${place.path}/small`),
  },
  {
    name: "create, write 4 KiB, close, unlink",
    world: "directory",
    unit: MICROSECONDS,
    targets: TARGETS,
    quick: true,
    prepare: makeOwn,
    measure: (place) => perOperation(place, "create", `${place.path}/work-${place.subject}`),
  },
  {
    name: "readdir of 10,000, an entry",
    world: "directory",
    unit: MICROSECONDS,
    targets: [],
    setUp: makeMany,
    measure: (place) => perOperation(place, "list", `${place.path}/many`),
  },
  {
    name: "readdir and stat of 10,000, an entry",
    world: "directory",
    unit: MICROSECONDS,
    targets: TARGETS,
    quick: true,
    setUp: makeMany,
    measure: (place) => perOperation(place, "list+stat", `${place.path}/many`),
  },
];
