/**
 * How long do whole programs take on a directory that is passed through?
 *
 * @module
 */
import { MILLISECONDS, type MountRow, type Place, type Sample } from "../report/row.ts";
import { GO_LOOPBACK, PASSTHROUGH_LL } from "../subjects/worlds.ts";

const TARGETS = [{ peer: PASSTHROUGH_LL, ratio: 1 }, { peer: GO_LOOPBACK, ratio: 0.8 }];
const REPOSITORY_FILES = 10_000;
const ARCHIVE_FILES = 1000;
const SOURCES = 6;
const ROUNDS = 9;
/** A little longer than the timeouts. */
const REST_MS = 1100;

async function timed(place: Place, command: string, ...args: string[]): Promise<Sample> {
  // The shell's own clock of its children: seconds that passed, and of CPU for user and system.
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const script = `TIMEFORMAT='%3R %3U %3S'; exec 3>&2; { time ${quoted} >/dev/null 2>&3; } 2>&1`;
  const output = await place.run("bash", "-c", script);
  const [seconds = NaN, user = NaN, system = NaN] = output.trim().split(" ").map(Number);
  return { value: seconds * 1000, seconds, clientCpu: user + system };
}

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

/** How often each subject had its turn: every turn works in a directory that no cache knows. */
const turns = new Map<string, number>();

function own(base: string, { subject }: Place): string {
  return `${base}/work-${subject}-${turns.get(subject) ?? 0}`;
}

async function freshDirectory(place: Place): Promise<void> {
  await place.run("rm", "-rf", own(place.backing, place));
  turns.set(place.subject, (turns.get(place.subject) ?? 0) + 1);
  await Deno.mkdir(own(place.backing, place));
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

async function makeSources(place: Place): Promise<void> {
  await freshDirectory(place);
  const path = own(place.backing, place);
  for (let index = 0; index < SOURCES; index++) {
    const text =
      `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include "all.h"\n` +
      `int f${index}(int n) { return n < 1 ? ${index} : f${(index + 1) % SOURCES}(n - 1); }\n`;
    await Deno.writeTextFile(`${path}/part${index}.c`, text);
  }
  const names = Array.from({ length: SOURCES }, (_, index) => index);
  const header = names.map((index) => `int f${index}(int);\n`).join("");
  await Deno.writeTextFile(`${path}/all.h`, header);
  const main = `#include "all.h"\nint main(void) { return f0(9) > 99; }\n`;
  await Deno.writeTextFile(`${path}/main.c`, main);
}

const BUILD = `cd "$0" && for file in *.c; do gcc -O1 -c "$file" || exit 1; done && gcc -o all *.o`;

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
  {
    name: "C build",
    world: "directory",
    unit: MILLISECONDS,
    targets: TARGETS,
    rounds: 5,
    prepare: makeSources,
    measure: (place) => timed(place, "bash", "-c", BUILD, own(place.path, place)),
  },
];
