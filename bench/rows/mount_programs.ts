/**
 * How long do whole programs take on a directory that is passed through?
 *
 * @module
 */
import { MILLISECONDS, type MountRow, type Place, type Sample } from "../report/row.ts";
import { GO_LOOPBACK, PASSTHROUGH_LL } from "../subjects/worlds.ts";
import { freshDirectory, own, timed } from "./working.ts";

const TARGETS = [{ peer: PASSTHROUGH_LL, ratio: 1 }, { peer: GO_LOOPBACK, ratio: 0.8 }];
const REPOSITORY_FILES = 10_000;
const ARCHIVE_FILES = 1000;
const ROUNDS = 9;
/** A little longer than the timeouts. */
const REST_MS = 1100;

async function makeRepository({ backing, run }: Place): Promise<void> {
  const path = `${backing}/repository`;
  await Deno.mkdir(path, { recursive: true });
  for (let index = 0; index < REPOSITORY_FILES; index++) {
    const folder = `${path}/folder-${index % 100}`;
    if (index < 100) await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/file-${index}`, `content ${index}\n`);
  }
  await run("git", "-C", path, "init", "-q");
  await run("git", "-C", path, "add", ".");
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  await run("git", "-C", path, ...identity, "commit", "-qm", "files");
}

async function makeArchive({ backing, run }: Place): Promise<void> {
  const path = `${backing}/archived`;
  for (let index = 0; index < ARCHIVE_FILES; index++) {
    const folder = `${path}/folder-${index % 40}`;
    await Deno.mkdir(folder, { recursive: true });
    const text = `line ${index}\n`.repeat(20 + (index * 7) % 900);
    await Deno.writeTextFile(`${folder}/file-${index}.txt`, text);
  }
  await run("tar", "-C", path, "-cf", `${backing}/archive.tar`, ".");
}

const lastUse = new Map<string, number>();

/** Lets the timeouts of names and attributes run out: those of all subjects are one second. */
async function rest({ subject }: Place): Promise<void> {
  const left = (lastUse.get(subject) ?? -Infinity) + REST_MS - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}

async function status(place: Place): Promise<Sample> {
  const repository = `${place.path}/repository`;
  const sample = await timed(place, "git", "--no-optional-locks", "-C", repository, "status", "-s");
  lastUse.set(place.subject, performance.now());
  return sample;
}

async function unpack(place: Place): Promise<void> {
  await freshDirectory(place);
  await place.run("tar", "-C", own(place.backing, place), "-xf", `${place.backing}/archive.tar`);
}

/** The rows. */
export const rows: readonly MountRow[] = [
  {
    name: "git status of 10,000 files",
    world: "directory",
    unit: MILLISECONDS,
    targets: TARGETS,
    quick: true,
    rounds: ROUNDS,
    setUp: makeRepository,
    prepare: rest,
    measure: status,
  },
  {
    name: "tar x of 1,000 files",
    world: "directory",
    unit: MILLISECONDS,
    targets: TARGETS,
    quick: true,
    rounds: ROUNDS,
    setUp: makeArchive,
    prepare: freshDirectory,
    measure: (place) =>
      timed(place, "tar", "-C", own(place.path, place), "-xf", `${place.backing}/archive.tar`),
  },
  {
    name: "rm -r of 1,000 files",
    world: "directory",
    unit: MILLISECONDS,
    targets: TARGETS,
    rounds: ROUNDS,
    setUp: makeArchive,
    prepare: unpack,
    measure: (place) => timed(place, "rm", "-r", own(place.path, place)),
  },
];
