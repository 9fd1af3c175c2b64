import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError, O_PATH } from "../base/mod.ts";
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

/** Descriptors that a process needs for itself. */
const OWN_DESCRIPTORS = 100;

/** A process that refers to files of a directory, from one number to another, on command. */
class Holder implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #lines: AsyncIterator<Uint8Array>;

  constructor(directory: string, first: number, end: number) {
    const script = `const { open } = await import("${import.meta.resolve("../libc/mod.ts")}");
      const proceed = () => Deno.stdin.read(new Uint8Array(1));
      console.log("ready");
      await proceed();
      for (let number = ${first}; number < ${end}; number++) {
        const descriptor = open("${directory}/f" + number, ${O_PATH});
        if (descriptor < 0) throw new Error("f" + number + ": " + descriptor);
      }
      console.log("known");
      await proceed();`;
    const args = ["eval", "--no-lock", script];
    const options = { args, stdin: "piped", stdout: "piped" } as const;
    this.#process = new Deno.Command(Deno.execPath(), options).spawn();
    this.#lines = this.#process.stdout.values();
  }

  async says(word: string): Promise<void> {
    const { value } = await this.#lines.next();
    assertEquals(new TextDecoder().decode(value), `${word}\n`);
  }
  async proceed(): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#lines.return?.();
    await this.#process.status;
  }
}

Deno.test("20,500 known inodes hold no descriptor", async () => {
  await withLower(async (lower) => {
    for (let index = 0; index < FILES; index++) Deno.writeTextFileSync(`${lower}/f${index}`, "");
    await using root = newLoopbackRoot(lower);
    await withNodes(root, async (directory, mounted) => {
      const limits = await Deno.readTextFile("/proc/self/limits");
      const descriptorMax = Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? FILES * 2);
      const each = descriptorMax - OWN_DESCRIPTORS;
      await using stack = new AsyncDisposableStack();
      const holders: Holder[] = [];
      for (let first = 0; first < FILES; first += each) {
        holders.push(stack.use(new Holder(directory, first, Math.min(first + each, FILES))));
      }
      for (const holder of holders) await holder.says("ready");
      const descriptors = new DescriptorWatch();
      for (const holder of holders) await holder.proceed();
      for (const holder of holders) await holder.says("known");
      // The kernel forgets none that somebody refers to, whatever else it needs its memory for.
      assert(mounted.inodeCount > FILES, `${mounted.inodeCount} inodes`);
      await descriptors.nothingLeftOpen();
    }, { entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
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
