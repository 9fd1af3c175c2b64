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
const SOAK = Deno.env.get("FUSEWIRE_SOAK");
const FILES = Number(SOAK ?? 20_000);

/** How often garbage is collected before memory is measured: finalizers free more. */
const GC_ROUNDS = 4;
/**
 * V8 keeps pages that a collection has emptied, and gives most of them back after some seconds or at a later
 * time: the size of the whole process is shown in the long run, and nothing depends on it.
 */
const PAGES_KEPT_MS = 12_000;
/** How often all files are looked at: once, and in the long run again, to see that nothing adds up. */
const LOOKS = SOAK === undefined ? 1 : 3;

/** Memory without garbage: null unless the test runs with `--v8-flags=--expose-gc`. */
async function usedMemory(): Promise<Deno.MemoryUsage | null> {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") return null;
  for (let round = 0; round < GC_ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve)); // what this turn still holds
    collect();
  }
  if (SOAK !== undefined) await new Promise((resolve) => setTimeout(resolve, PAGES_KEPT_MS));
  return Deno.memoryUsage();
}

/** How many inodes one notice names. */
const PRUNE_SIZE = 1000;
/** How much more than at the start may be in use when all files are forgotten. */
const LEFT_MAX = 0.1;

/** Has as many files as anybody wants, and remembers none. */
class Many extends Node implements NodeLookuper, NodeReaddirer {
  /** How many files there are. */
  files: number;
  /** How many files the kernel was told of. */
  told = 0;

  constructor(files: number) {
    super();
    this.files = files;
  }

  lookup(_context: Context, name: string, _out: EntryOut): Inode | Errno {
    const number = Number(name);
    if (!(number < this.files)) return ERRNO.ENOENT;
    this.told++;
    return this.embeddedInode().newInode(new Node(), { mode: S_IFREG, ino: number + 2 });
  }
  readdir(): DirStream {
    return newGeneratorDirStream(this.#names());
  }
  *#names() {
    for (let index = 0; index < this.files; index++) {
      yield { name: String(index), type: S_IFREG, ino: index + 2 };
    }
  }
}

/** Has the kernel forget what nobody uses: by notices (7.45), or, in the long run, all of the machine's caches. */
async function forgetAll(mounted: Mount): Promise<void> {
  if (SOAK !== undefined || (mounted.agreement?.minor ?? 0) < 45) {
    await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
    return;
  }
  const nodeids = [...mounted.root.children().values()].map((inode) => inode.nodeid);
  for (let start = 0; start < nodeids.length; start += PRUNE_SIZE) {
    await mounted.notices.prune(nodeids.slice(start, start + PRUNE_SIZE));
  }
}

Deno.test("what the kernel has forgotten is gone here too", async () => {
  const many = new Many(FILES / 10);
  await withNodes(many, async (directory, mounted) => {
    const list = async (): Promise<number> =>
      Number((await run("sh", "-c", `ls -lU ${directory} | wc -l`)).stdout);
    const forget = async (): Promise<void> => {
      while (mounted.inodeCount > 1) await forgetAll(mounted);
    };
    // Once with a tenth: what is compiled and cached by then stays.
    await list();
    await forget();
    const before = await usedMemory();
    many.files = FILES;
    for (let look = 1; look <= LOOKS; look++) {
      many.told = 0;
      assertEquals(await list(), FILES + 1);
      assert(many.told >= FILES, `${many.told} of ${FILES}`);
      const known = mounted.inodeCount;
      const peak = await usedMemory();
      await forget();
      assertEquals(mounted.root.children().size, 0);
      const after = await usedMemory();
      if (before === null || after === null) continue;
      console.log({ files: FILES, known, before, peak, after });
      assert(after.heapUsed < before.heapUsed * (1 + LEFT_MAX), "the heap has grown");
    }
  }, { readdirPlus: "always", entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
});

/** How many files are looked for again and again. */
const CONTESTED = 8;
/** How often all of them are looked for. */
const ROUNDS = 100;

/** Answers later, so that a FORGET can come while a lookup is under way. */
class Late extends Node implements NodeLookuper {
  async lookup(_context: Context, name: string, _out: EntryOut): Promise<Inode | Errno> {
    const inode = this.embeddedInode();
    const ino = Number(name) + 2;
    const found = inode.knownInode(ino, S_IFREG) ??
      inode.newInode(new Node(), { mode: S_IFREG, ino });
    await new Promise((resolve) => setTimeout(resolve));
    return found;
  }
}

Deno.test("files are found while the kernel forgets them, and every lookup is counted", async () => {
  await withNodes(new Late(), async (directory, mounted) => {
    const names = Array.from({ length: CONTESTED }, (_, index) => `${directory}/${index}`).join(
      " ",
    );
    const script = `i=0; while [ $i -lt ${ROUNDS} ]; do i=$((i+1)); stat -c %i ${names}; done`;
    const wanted = Array.from({ length: CONTESTED }, (_, index) => `${index + 2}\n`).join("");
    let done = false;
    const looking = Promise.all([1, 2, 3].map(() => run("sh", "-c", script)))
      .finally(() => done = true);
    const prune = async (): Promise<void> => {
      const nodeids = [...mounted.root.children().values()].map(({ nodeid }) => nodeid);
      if ((mounted.agreement?.minor ?? 0) >= 45) await mounted.notices.prune(nodeids);
      else {await Promise.all([...mounted.root.children().keys()].map((name) =>
          mounted.root.notifyEntry(name)
        ));}
    };
    while (!done) {
      await prune();
      await new Promise((resolve) => setTimeout(resolve));
    }
    for (const { stdout, stderr } of await looking) {
      assertEquals([stderr, stdout], ["", wanted.repeat(ROUNDS)]);
    }
    while (mounted.inodeCount > 1) await forgetAll(mounted);
    assertEquals(mounted.root.children().size, 0);
  }, { entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
});
