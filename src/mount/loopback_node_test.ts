import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import type { EntryOut } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import { LoopbackNode, newLoopbackRoot } from "./loopback_node.ts";
import type { ProviderNode } from "./provider_node.ts";
import { DescriptorWatch } from "./testing/descriptor_watch.ts";
import { run, withNodes } from "./testing/with_mount.ts";

/** More than the usual limit of open files, 1,024, and than many a larger one. */
const FILES = 20_500;

/** A directory of the host for one test. */
async function withLower(use: (lower: string) => Promise<void>): Promise<void> {
  const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
  try {
    await use(lower);
  } finally {
    await Deno.remove(lower, { recursive: true });
  }
}

Deno.test("a loopback tree shows what is below it, and changes it", async () => {
  await withLower(async (lower) => {
    await Deno.writeTextFile(`${lower}/before`, "host");
    await using root = newLoopbackRoot(lower);
    await withNodes(root, async (directory) => {
      assertEquals(await Deno.readTextFile(`${directory}/before`), "host");
      await Deno.mkdir(`${directory}/new/deep`, { recursive: true });
      await Deno.writeTextFile(`${directory}/new/deep/file`, "mount");
      await Deno.rename(`${directory}/new`, `${directory}/moved`);
      assertEquals(await Deno.readTextFile(`${lower}/moved/deep/file`), "mount");
      const [above, below] = [await Deno.stat(directory), await Deno.stat(lower)];
      assertEquals([above.ino, above.mode], [below.ino, below.mode]);
      await assertRejects(() => Deno.stat(`${directory}/none`), Deno.errors.NotFound);
    });
  });
});

Deno.test("permissions of 0 are shown as 0 when nullPermissions says so", async () => {
  await withLower(async (lower) => {
    await Deno.writeTextFile(`${lower}/secret`, "");
    await Deno.chmod(`${lower}/secret`, 0);
    await using root = newLoopbackRoot(lower);
    await withNodes(root, async (directory) => {
      assertEquals((await run("stat", "-c", "%a", `${directory}/secret`)).stdout, "0\n");
    }, { nullPermissions: true });
  });
});

Deno.test("20,500 known inodes hold no descriptor", async () => {
  await withLower(async (lower) => {
    for (let index = 0; index < FILES; index++) Deno.writeTextFileSync(`${lower}/f${index}`, "");
    await using root = newLoopbackRoot(lower);
    await withNodes(root, async (directory, mounted) => {
      const descriptors = new DescriptorWatch();
      const { stdout } = await run("sh", "-c", `ls -l ${directory} | wc -l`);
      assertEquals(Number(stdout), FILES + 1);
      assert(mounted.inodeCount > FILES, `${mounted.inodeCount} inodes`);
      while (mounted.openCount > 0) await Deno.lstat(directory);
      await descriptors.nothingLeftOpen();
    }, { readdirPlus: "always", entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
  });
});

Deno.test("a class that extends LoopbackNode changes what it overrides, for all children", async () => {
  class Hiding extends LoopbackNode {
    protected override newNode(): ProviderNode {
      return new Hiding(this.provider);
    }
    override lookup(context: Context, name: string, out: EntryOut) {
      if (name.startsWith("hidden")) throw new FsError("ENOENT", { syscall: "lookup", path: name });
      return super.lookup(context, name, out);
    }
  }
  await withLower(async (lower) => {
    await Deno.mkdir(`${lower}/d`);
    for (const name of ["hidden", "d/hidden", "d/shown"]) {
      await Deno.writeTextFile(`${lower}/${name}`, name);
    }
    await using source = newLoopbackRoot(lower);
    await withNodes(new Hiding(source.source), async (directory) => {
      assertEquals(await Deno.readTextFile(`${directory}/d/shown`), "d/shown");
      await assertRejects(() => Deno.stat(`${directory}/hidden`), Deno.errors.NotFound);
      await assertRejects(() => Deno.stat(`${directory}/d/hidden`), Deno.errors.NotFound);
    });
  });
});

Deno.test("a directory that is missing cannot be a loopback root", () => {
  assertThrows(() => newLoopbackRoot("/no/such/directory"), FsError, "ENOENT");
});

Deno.test("a file that others have removed can be made again at once", async () => {
  await withLower(async (lower) => {
    await using root = newLoopbackRoot(lower);
    await withNodes(root, async (directory) => {
      await Deno.writeTextFile(`${lower}/file`, "old");
      assertEquals(await Deno.readTextFile(`${directory}/file`), "old");
      await Deno.remove(`${lower}/file`);
      // The kernel still takes it for there, and opens where it should create.
      assertEquals((await run("sh", "-c", `echo new > ${directory}/file`)).stderr, "");
      assertEquals(await Deno.readTextFile(`${lower}/file`), "new\n");
      await Deno.remove(`${lower}/file`);
      const { stderr } = await run("cat", `${directory}/file`);
      assertEquals(stderr.includes("No such file"), true, stderr);
    }, { nullPermissions: true, entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
  });
});
