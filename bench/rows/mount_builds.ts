/**
 * How long does a build take on a directory that is passed through?
 *
 * @module
 */
import { MILLISECONDS, type MountRow, type Place } from "../report/row.ts";
import { GO_LOOPBACK, PASSTHROUGH_LL } from "../subjects/worlds.ts";
import { freshDirectory, own, timed } from "./working.ts";

const SOURCES = 6;
const ROUNDS = 7;

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

/** Compiles all there is in a directory, and links it; the directory and the compiler's options are arguments. */
const BUILD =
  `cd "$0" && for file in *.c; do gcc "$@" -O1 -c "$file" || exit 1; done && gcc "$@" -o all *.o`;

/**
 * Copies the parts of the compiler and the headers that the sources need to a directory. Their names are those that
 * gcc looks for (`-B`), and the headers keep their paths.
 */
const TOOLCHAIN = `set -e
mkdir -p "$0" && cd "$0"
for program in cc1 as collect2 ld; do
  cp "$(readlink -f "$(command -v "$(gcc -print-prog-name=$program)")")" $program
done
echo '#include <stdio.h>
#include <stdlib.h>
#include <string.h>' > all.c
gcc -O1 -M all.c | tr -s ' \\\\' '\n' | grep '^/' | xargs cp --parents -t .`;

/** Where gcc looks for headers: its own, those of the machine, and all others. */
const HEADERS = `gcc -print-file-name=include
echo "/usr/include/$(gcc -print-multiarch)"
echo /usr/include`;

/** The options with which gcc uses the toolchain of a directory. */
async function useToolchain({ path, run }: Place): Promise<string[]> {
  const folders = (await run("bash", "-c", HEADERS)).trim().split("\n");
  const toolchain = `${path}/toolchain`;
  const includes = folders.flatMap((folder) => ["-isystem", toolchain + folder]);
  return [`-B${toolchain}/`, "-nostdinc", ...includes];
}

/** The rows. */
export const rows: readonly MountRow[] = [
  {
    name: "C build",
    world: "directory",
    unit: MILLISECONDS,
    // To go-fuse nothing is promised: without any filesystem between it takes nine tenths of the time.
    targets: [{ peer: PASSTHROUGH_LL, ratio: 1 }],
    rounds: ROUNDS,
    prepare: makeSources,
    measure: (place) => timed(place, "bash", "-c", BUILD, own(place.path, place)),
  },
  {
    name: "C build, compiler and headers inside",
    world: "directory",
    unit: MILLISECONDS,
    targets: [{ peer: PASSTHROUGH_LL, ratio: 1 }, { peer: GO_LOOPBACK, ratio: 0.8 }],
    rounds: ROUNDS,
    setUp: async ({ backing, run }) => {
      await run("bash", "-c", TOOLCHAIN, `${backing}/toolchain`);
    },
    prepare: makeSources,
    measure: async (place) =>
      timed(place, "bash", "-c", BUILD, own(place.path, place), ...await useToolchain(place)),
  },
];
