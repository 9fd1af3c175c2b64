import { assert, assertEquals } from "@std/assert";
import { ERRNO, type Errno, S_IFREG } from "../base/mod.ts";
import type { EntryOut } from "../fuse/mod.ts";
import {
  type DirStream,
  type Inode,
  type Mount,
  newGeneratorDirStream,
  Node,
} from "../nodefs/mod.ts";
import type { NodeLookuper, NodeReaddirer } from "../nodefs/mod.ts";
import type { Context } from "../provider/mod.ts";
import { run, withNodes } from "./testing/with_mount.ts";

/** How many files are looked at. The long run: FUSEWIRE_SOAK=1000000 deno test --v8-flags=--expose-gc */
const FILES = Number(Deno.env.get("FUSEWIRE_SOAK") ?? 20_000);
/** Bytes in use, without garbage: null unless the test runs with `--v8-flags=--expose-gc`. */
async function usedHeap(): Promise<number | null> {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") return null;
  await new Promise((resolve) => setTimeout(resolve)); // what this turn still holds
  collect();
  return Deno.memoryUsage().heapUsed;
}

/** How many inodes one notice names. */
const PRUNE_SIZE = 1000;
/** What may be left of all forgotten files, in bytes. */
const LEFT_MAX = 32 * 1024 * 1024;

/** Has as many files as anybody wants, and remembers none. */
class Many extends Node implements NodeLookuper, NodeReaddirer {
  lookup(_context: Context, name: string, _out: EntryOut): Inode | Errno {
    const number = Number(name);
    if (!(number < FILES)) return ERRNO.ENOENT;
    return this.embeddedInode().newInode(new Node(), { mode: S_IFREG, ino: number + 2 });
  }
  readdir(): DirStream {
    return newGeneratorDirStream(this.#names());
  }
  *#names() {
    for (let index = 0; index < FILES; index++) {
      yield { name: String(index), type: S_IFREG, ino: index + 2 };
    }
  }
}

/** Has the kernel forget what nobody uses: by notices (7.45), or all of the machine's caches. */
async function forgetAll(mounted: Mount): Promise<void> {
  if ((mounted.agreement?.minor ?? 0) < 45) {
    await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
    return;
  }
  const nodeids = [...mounted.root.children().values()].map((inode) => inode.nodeid);
  for (let start = 0; start < nodeids.length; start += PRUNE_SIZE) {
    await mounted.notices.prune(nodeids.slice(start, start + PRUNE_SIZE));
  }
}

Deno.test("what the kernel has forgotten is gone here too", async () => {
  await withNodes(new Many(), async (directory, mounted) => {
    await run("ls", directory);
    const before = await usedHeap();
    const { stdout } = await run("sh", "-c", `ls -lU ${directory} | wc -l`);
    assertEquals(Number(stdout), FILES + 1);
    assert(mounted.inodeCount > FILES, `${mounted.inodeCount} inodes`);
    await forgetAll(mounted);
    const until = performance.now() + 30_000;
    while (mounted.inodeCount > 1 && performance.now() < until) await Deno.lstat(directory);
    assertEquals([mounted.inodeCount, mounted.root.children().size], [1, 0]);
    const after = await usedHeap();
    if (before === null || after === null) return;
    console.log(`${after - before} bytes more than before ${FILES} files`);
    assert(after - before < LEFT_MAX);
  }, { readdirPlus: "always", entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
});
