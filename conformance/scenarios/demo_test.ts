// The demo, as people run it: from a directory, from memory, as an ordinary user, and interrupted.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FusewireProcess, runFusewire } from "./fusewire_process.ts";
import { ordinaryUser } from "./ordinary_user.ts";
import { scenario } from "./scenario.ts";

/** A small git work tree with a commit, a change, a new file, a link and a program. */
const MAKE_WORK_TREE = `
  set -e
  cd "$1"
  git init -q
  mkdir -p src/deep
  printf 'first\\nline\\n' >README.md
  printf 'here\\n' >src/deep/file.txt
  printf '#!/bin/sh\\n' >run.sh && chmod 755 run.sh
  ln -s src/deep/file.txt link
  git add -A
  git -c user.name=a -c user.email=a@b.invalid commit -qm first
  printf 'changed\\n' >src/deep/file.txt
  printf 'new\\n' >new.txt
`;

async function workTree(folder: string): Promise<string> {
  const tree = `${folder}/tree`;
  await Deno.mkdir(tree);
  const args = ["-c", MAKE_WORK_TREE, "sh", tree];
  const { success, stderr } = await new Deno.Command("sh", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return tree;
}

/** The demo works below `$TMPDIR`; what it leaves there is seen. */
async function emptyTemporary(folder: string): Promise<string> {
  const path = `${folder}/temporary`;
  await Deno.mkdir(path);
  await Deno.chmod(path, 0o1777);
  return path;
}

async function assertNothingLeft(temporary: string): Promise<void> {
  assertEquals(await Array.fromAsync(Deno.readDir(temporary)), []);
  const table = await Deno.readTextFile("/proc/self/mountinfo");
  assertEquals(table.split("\n").filter((line) => line.includes(temporary)), []);
}

const EVERYTHING = /Everything was as expected, and nothing is left of it/;

for (const options of [[], ["--memory"]]) {
  const name = ["the demo", ...options].join(" ");
  scenario(`${name} does what it says and leaves nothing behind`, async (folder) => {
    const [tree, temporary] = [await workTree(folder), await emptyTemporary(folder)];
    const args = ["demo", tree, ...options];
    const { code, output, errors } = await runFusewire(args, { TMPDIR: temporary });
    assertEquals([code, errors], [0, ""], output);
    assertMatch(output, /git status +2 changes, as on the disk/);
    assertMatch(output, /write secret\.env +.*Operation not permitted/);
    assertMatch(output, /plant a git hook +.*Operation not permitted/);
    assertMatch(output, /rename +\/secret\.txt +1 +1\n/);
    assertMatch(output, EVERYTHING);
    await assertNothingLeft(temporary);
  });
}

scenario("the demo works for an ordinary user, with fusermount3", async (folder) => {
  await using user = await ordinaryUser(folder);
  const [tree, temporary] = [await workTree(folder), await emptyTemporary(folder)];
  for (const options of [[], ["--memory"]]) {
    const { code, output, errors } = await user.run(["demo", tree, ...options], {
      TMPDIR: temporary,
    });
    assertEquals([code, errors], [0, ""], output);
    assertMatch(output, EVERYTHING);
    await assertNothingLeft(temporary);
  }
});

scenario("an interrupted demo cleans up and ends with 1", async (folder) => {
  const [tree, temporary] = [await workTree(folder), await emptyTemporary(folder)];
  await using demo = await FusewireProcess.start({ TMPDIR: temporary }, "demo", tree);
  while (!(await Deno.readTextFile("/proc/self/mountinfo")).includes(temporary)) {
    assert(!demo.hasEnded, "the demo ended before it had mounted anything");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { code, errors } = await demo.end("SIGINT");
  assertEquals(code, 1);
  assertMatch(errors, /Interrupted by SIGINT/);
  await assertNothingLeft(temporary);
});
