import { assert, assertEquals } from "@std/assert";
import type { MaybePromise } from "../base/mod.ts";
import type { Inode } from "../nodefs/mod.ts";
import { Node } from "../nodefs/mod.ts";
import { type Context, Forward, type WatchEvent } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { run, withMount, withNodes } from "./testing/with_mount.ts";

/** More than Deno has threads for calls that block. */
const CHANGES = 1000;
const STUCK_MS = 20_000;

/** While a file is removed, it tells of changes in the directory, and needs one of those threads itself. */
class BusyDirectory extends Forward {
  readonly #begun = Promise.withResolvers<void>();
  readonly #told = Promise.withResolvers<void>();

  override unlink(path: string, context?: Context): MaybePromise<void> {
    this.#begun.resolve();
    return this.#told.promise.then(async () => {
      await Deno.stat("/");
      await super.unlink(path, context);
    });
  }

  override async *watch(_path: string, context?: Context): AsyncGenerator<WatchEvent> {
    await this.#begun.promise;
    for (let index = 0; index < CHANGES; index++) yield { kind: "entry", path: `/d/${index}` };
    // Time for each to reach the kernel, where it waits for the removal.
    setTimeout(this.#told.resolve, 300);
    const { promise, resolve } = Promise.withResolvers<void>();
    context?.signal?.addEventListener("abort", () => resolve());
    await promise;
  }
}

Deno.test("a mount goes on when many names change in a directory while it is changed itself", async () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  for (let index = 0; index < CHANGES; index++) {
    memory.writeFile(`/d/${index}`, new Uint8Array(1), 0o644);
  }
  await withMount(new BusyDirectory(memory), async (directory) => {
    // The kernel has to know them.
    assert((await run("ls", "-l", `${directory}/d`)).stdout.split("\n").length > CHANGES);
    const way = setTimeout(() => void run("umount", "-f", directory), STUCK_MS);
    assertEquals((await run("rm", `${directory}/d/1`)).stderr, "");
    clearTimeout(way);
  }, { watch: true });
});

Deno.test("what is told after the end of a mount does not go into somebody else's descriptor", async () => {
  const root = new Node();
  let inode: Inode | undefined;
  await withNodes(root, () => {
    inode = root.embeddedInode();
    return Promise.resolve();
  });
  const folder = await Deno.makeTempDir();
  // They get the numbers that the mount has given back.
  const files = Array.from({ length: 32 }, (_, index) => {
    return Deno.openSync(`${folder}/${index}`, { create: true, read: true, write: true });
  });
  assertEquals(await inode?.notifyEntry("name"), false);
  assertEquals(await inode?.notifyContent(), false);
  assertEquals(files.map((file) => file.statSync().size), files.map(() => 0));
  files.forEach((file) => file.close());
  await Deno.remove(folder, { recursive: true });
});
