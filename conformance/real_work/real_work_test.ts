// Work of ordinary programs on mounts gives what it gives on ext4. The large form is a task: real-work.
import { assertEquals } from "@std/assert";
import { WITHOUT_FUSE } from "../tasks/fuse_device.ts";
import { missingOf } from "../tasks/programs.ts";
import { ALL_WORKS } from "./all_works.ts";
import { openReference } from "./reference.ts";
import { differences, runWork } from "./run_work.ts";
import { treeRecord } from "./tree_record.ts";

for (const work of ALL_WORKS) {
  if (work.byTaskOnly === true) continue;
  const missing = await missingOf(work.programs);
  for (const { command, package: name } of missing) {
    console.error(`${command} (${name}) is missing: the work "${work.name}" is IGNORED`);
  }
  Deno.test({
    name: `${work.name} on mounts: ${work.does}`,
    // Only root makes device nodes and gives files away; the task says that it leaves these out.
    ignore: Deno.env.get(WITHOUT_FUSE) === "1" || missing.length > 0 ||
      (work.needsRoot === true && Deno.uid() !== 0),
    async fn() {
      const outcomes = await runWork(work, { grounds: ["memory", "real-wire"], full: false });
      for (const { ground, problem } of outcomes) {
        assertEquals(problem, "", `${work.name} on ${ground}`);
      }
      assertEquals(outcomes.length, 2);
    },
  });
}

async function inFolder(use: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "fusewire-work-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("two records of the same tree are equal, and each change is a difference", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/d`);
    await Deno.writeTextFile(`${folder}/d/file`, "content");
    await Deno.symlink("file", `${folder}/d/link`);
    const options = { times: true };
    const before = treeRecord(folder, options);
    assertEquals(differences(before, treeRecord(folder, options)), "");
    const changes: (() => Promise<void>)[] = [
      () => Deno.utime(`${folder}/d/file`, 1, 2),
      () => Deno.chmod(`${folder}/d/file`, 0o600),
      () => Deno.writeTextFile(`${folder}/d/file`, "CONTENT"),
      () => Deno.link(`${folder}/d/file`, `${folder}/d/second`),
      () => Deno.remove(`${folder}/d/link`),
    ];
    for (const [at, change] of changes.entries()) {
      const old = treeRecord(folder, options);
      await change();
      const found = differences(old, treeRecord(folder, options));
      assertEquals(found === "", false, `change ${at}`);
    }
  });
});

Deno.test("a record tells which names are one inode, and leaves out what it is told to", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a`, "1");
    await Deno.link(`${folder}/a`, `${folder}/b`);
    await Deno.writeTextFile(`${folder}/c`, "2");
    const lines = treeRecord(folder, { leaveOut: (path) => path === "c" });
    assertEquals(lines.map((line) => line.split("  ")[0]), [".", "a", "b"]);
    assertEquals(lines[2]!.endsWith("is a"), true);
  });
});

Deno.test("lines in another order, or twice, are a difference", () => {
  assertEquals(differences(["a", "b"], ["a", "b"]), "");
  assertEquals(differences(["a", "b"], ["b", "a"]), 'line 0: expected "a", got "b"');
  assertEquals(differences(["a"], ["a", "a"]), 'line 1: expected "undefined", got "a"');
  assertEquals(differences(["a", "b"], ["a", "c"]), "- b\n+ c");
});

Deno.test("work that fails on the reference is an error, not an outcome", async () => {
  const work = {
    name: "broken",
    does: "nothing",
    programs: [],
    run: async (place: { step(name: string, script: string): Promise<string> }): Promise<void> => {
      await place.step("fall", "echo down >&2; exit 3");
    },
  };
  const problem = await runWork(work, { grounds: ["memory"], full: false }).then(
    () => "",
    (thrown) => String(thrown),
  );
  assertEquals(problem, "StepFailure: fall exited with 3:\ndown");
});

Deno.test("the reference is a filesystem of the kernel's own", async () => {
  await inFolder(async (folder) => {
    await using reference = await openReference(folder);
    await Deno.writeTextFile(`${reference.folder}/file`, "");
    if (Deno.uid() === 0) assertEquals(["ext4", "tmpfs"].includes(reference.type), true);
  });
});
