/**
 * Programs that walk, copy and build trees in the mount.
 *
 * @module
 */
import {
  counted,
  type DemoPlace,
  type DemoStep,
  linesOf,
  mustEqual,
  mustRun,
} from "./demo_step.ts";
import { NEW_FILE } from "./demo_git_steps.ts";
import { isProgram, runProgram } from "./run_program.ts";

/** The folder in the mount that the demo works in. */
export const SCRATCH = ".fusewire-demo";

/** Type, permissions, size and checksum of everything but git's own files, the scratch and *.env. */
const CHECKSUMS = `
  set -e
  skip() { find . \\( -path ./.git -o -path ./${SCRATCH} -o -name '*.env' \\) -prune -o "$@"; }
  skip -type f -print0 | sort -z | xargs -0 -r sha256sum
  skip -type l -printf '%p -> %l\\n' | sort
  skip \\( -type f -o -type d ! -name . \\) -printf '%y %m %p\\n' | sort
`;

/** A word that most texts have, in every language that people write programs in. */
const WORD = "e";

/** What `grep -r` counts in a folder, by file. */
export async function grepCounts(folder: string, signal: AbortSignal): Promise<string> {
  const command = [
    "grep",
    "-rIc",
    "--exclude-dir=.git",
    `--exclude-dir=${SCRATCH}`,
    `--exclude=${NEW_FILE}`,
    WORD,
    ".",
  ] as const;
  const { stdout } = await runProgram([...command], {
    cwd: folder,
    env: { LC_ALL: "C" },
    signal,
  });
  return linesOf(stdout).sort().join("\n");
}

/** A folder of its own below the scratch of the demo. */
async function freshFolder(place: DemoPlace, name: string): Promise<string> {
  const folder = `${place.scratch}/${name}`;
  await mustRun(place, ["mkdir", "-p", folder]);
  return folder;
}

const tarRoundTrip: DemoStep = {
  title: "tar round trip",
  async run(place) {
    const copy = await freshFolder(place, "copy");
    const archive = `${place.scratch}/all.tar`;
    const without = ["--exclude=./.git", `--exclude=./${SCRATCH}`, "--exclude=*.env"];
    await mustRun(place, ["tar", "-cf", archive, ...without, "."]);
    await mustRun(place, ["tar", "-xpf", archive, "-C", copy]);
    const original = await mustRun(place, ["sh", "-c", CHECKSUMS]);
    const extracted = await mustRun(place, ["sh", "-c", CHECKSUMS], copy);
    mustEqual("The tree that tar packed and unpacked", original, extracted);
    const files = linesOf(original).filter((line) => line.startsWith("f "));
    return `${counted(files.length, "file")} with equal checksums and modes`;
  },
};

function grep(expected: string): DemoStep {
  return {
    title: "grep -r",
    async run(place) {
      const counts = await grepCounts(place.mount, place.signal);
      mustEqual("What grep found", expected, counts);
      const matches = linesOf(counts)
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(":") + 1)), 0);
      const files = counted(linesOf(counts).length, "file");
      return `${counted(matches, "line")} in ${files}, as on the disk`;
    },
  };
}

const MAIN_C = `#include <stdio.h>
#include "sum.h"
int main(void) { printf("%d\\n", sum(40, 2)); return 0; }
`;
const MAIN_TS = `import { sum } from "./sum.ts";
console.log(sum(40, 2));
`;

const buildC: DemoStep = {
  title: "build (C)",
  async run(place) {
    const folder = await freshFolder(place, "build");
    await Deno.writeTextFile(`${folder}/main.c`, MAIN_C);
    await Deno.writeTextFile(`${folder}/sum.h`, "int sum(int a, int b);\n");
    await Deno.writeTextFile(`${folder}/sum.c`, "int sum(int a, int b) { return a + b; }\n");
    await mustRun(place, ["cc", "-c", "main.c", "-o", "main.o"], folder);
    await mustRun(place, ["cc", "-c", "sum.c", "-o", "sum.o"], folder);
    await mustRun(place, ["cc", "main.o", "sum.o", "-o", "answer"], folder);
    mustEqual("What the program printed", "42\n", await mustRun(place, ["./answer"], folder));
    return "compiled, linked and run: 42";
  },
};

const buildTypeScript: DemoStep = {
  title: "build (TypeScript)",
  async run(place) {
    const folder = await freshFolder(place, "build");
    await Deno.writeTextFile(`${folder}/deno.json`, "{}\n");
    await Deno.writeTextFile(`${folder}/main.ts`, MAIN_TS);
    const sum = "export const sum = (a: number, b: number): number => a + b;\n";
    await Deno.writeTextFile(`${folder}/sum.ts`, sum);
    const run = [Deno.execPath(), "run", "--quiet", "--check", "main.ts"] as const;
    mustEqual("What the program printed", "42\n", await mustRun(place, [...run], folder));
    return "type-checked and run: 42";
  },
};

const removal: DemoStep = {
  title: "rm -r",
  async run(place) {
    const found = await mustRun(place, ["find", place.scratch]);
    await mustRun(place, ["rm", "-r", place.scratch]);
    mustEqual("What is left", "", await mustRun(place, ["find", ".", "-name", SCRATCH]));
    return `${linesOf(found).length} files and directories`;
  },
};

/** tar, grep, a build with the compiler that is there, and the removal of all that they made. */
export async function treeSteps(grepExpected: string): Promise<DemoStep[]> {
  const build = await isProgram("cc") ? buildC : buildTypeScript;
  return [tarRoundTrip, grep(grepExpected), build, removal];
}
