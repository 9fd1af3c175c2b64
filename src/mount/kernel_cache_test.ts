import { assert, assertEquals, assertRejects } from "@std/assert";
import { ERRNO, type Errno, S_IFDIR, S_IFREG } from "../base/mod.ts";
import { type AttrOut, type EntryOut, FOPEN, type OpenOut } from "../fuse/mod.ts";
import { type FileHandle, type Inode, MemRegularFile, type Mount, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type { Context } from "../provider/mod.ts";
import { undisturbed } from "./testing/undisturbed.ts";
import { run, withNodes } from "./testing/with_mount.ts";

/** Long enough that only a notice can make the kernel ask again. */
const FOR_EVER_MS = 1e9;
const FOR_EVER = {
  entryTimeoutMs: FOR_EVER_MS,
  attrTimeoutMs: FOR_EVER_MS,
  negativeTimeoutMs: FOR_EVER_MS,
};
const FILE = { mode: S_IFREG, ino: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file that counts what the kernel asks. */
class Counting extends Node implements nodefs.NodeGetattrer, nodefs.NodeOpener, nodefs.NodeReader {
  content = "first";
  openFlags: number = FOPEN.KEEP_CACHE;
  reads = 0;
  getattrs = 0;

  getattr(_context: Context, _file: FileHandle | null, out: AttrOut): void {
    this.getattrs++;
    out.attr.size = this.content.length;
    out.attr.mode = 0o644;
  }
  open(_context: Context, _flags: number, out: OpenOut): null {
    out.openFlags = this.openFlags;
    return null;
  }
  read(_context: Context, _file: FileHandle | null, buffer: Uint8Array, offset: number): number {
    this.reads++;
    const part = bytes(this.content).subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  }
}

/** A directory whose only name comes and goes. */
class Door extends Node implements nodefs.NodeLookuper {
  readonly file = new Counting();
  isThere = true;
  lookups = 0;
  inode: Inode | undefined;

  lookup(_context: Context, name: string, out: EntryOut): Inode | Errno {
    this.lookups++;
    if (name !== "file" || !this.isThere) return ERRNO.ENOENT;
    this.inode ??= this.embeddedInode().newPersistentInode(this.file, FILE);
    out.attr.size = this.file.content.length;
    return this.inode;
  }
}

const isThere = async (path: string): Promise<boolean> =>
  await Deno.lstat(path).then(() => true, () => false);

Deno.test(
  "KEEP_CACHE keeps content across opens until notifyContent()",
  undisturbed(async () => {
    const door = new Door();
    await withNodes(door, async (directory) => {
      const read = (): Promise<string> => Deno.readTextFile(`${directory}/file`);
      assertEquals([await read(), await read(), door.file.reads], ["first", "first", 1]);
      door.file.content = "again";
      assertEquals(await read(), "first");
      assertEquals(await door.inode?.notifyContent(), true);
      assertEquals(await read(), "again");
      assertEquals(door.file.reads, 2);
    }, FOR_EVER);
  }),
);

Deno.test(
  "without KEEP_CACHE every open reads anew",
  undisturbed(async () => {
    const door = new Door();
    door.file.openFlags = 0;
    await withNodes(door, async (directory) => {
      await Deno.readTextFile(`${directory}/file`);
      door.file.content = "later";
      assertEquals(await Deno.readTextFile(`${directory}/file`), "later");
      assertEquals(door.file.reads, 2);
    }, FOR_EVER);
  }),
);

Deno.test(
  "notifyContent() of attributes only leaves the data",
  undisturbed(async () => {
    const door = new Door();
    await withNodes(door, async (directory) => {
      await Deno.readTextFile(`${directory}/file`);
      await Deno.stat(`${directory}/file`); // the read has changed the access time
      const before = door.file.getattrs;
      await Deno.stat(`${directory}/file`);
      assertEquals(door.file.getattrs, before);
      await door.inode?.notifyContent(-1);
      await Deno.stat(`${directory}/file`);
      assertEquals(door.file.getattrs, before + 1);
      await Deno.readTextFile(`${directory}/file`);
      assertEquals(door.file.reads, 1);
    }, FOR_EVER);
  }),
);

Deno.test("DIRECT_IO reads what is there now, whatever the size says", async () => {
  const door = new Door();
  door.file.openFlags = FOPEN.DIRECT_IO;
  await withNodes(door, async (directory) => {
    assertEquals((await run("cat", `${directory}/file`)).stdout, "first");
    door.file.content = "longer than the size that the kernel knows";
    assertEquals((await run("cat", `${directory}/file`)).stdout, door.file.content);
  }, FOR_EVER);
});

Deno.test(
  "writeCache() and readCache() reach what the kernel has cached",
  undisturbed(async () => {
    const door = new Door();
    await withNodes(door, async (directory) => {
      await Deno.stat(`${directory}/file`);
      const { inode } = door;
      assert(inode !== undefined);
      const buffer = new Uint8Array(100);
      assertEquals(await inode.readCache(0, buffer), 0);
      assertEquals(await inode.writeCache(0, bytes("STORE")), true);
      assertEquals(await inode.readCache(0, buffer), 5);
      assertEquals(new TextDecoder().decode(buffer.subarray(0, 5)), "STORE");
      assertEquals(await inode.readCache(3, buffer), 2);
      assertEquals(await Deno.readTextFile(`${directory}/file`), "STORE");
      assertEquals(door.file.reads, 0);
    }, FOR_EVER);
  }),
);

Deno.test(
  "a missing name is remembered until notifyEntry(), a found one too",
  undisturbed(async () => {
    const door = new Door();
    door.isThere = false;
    await withNodes(door, async (directory) => {
      const path = `${directory}/file`;
      assertEquals([await isThere(path), await isThere(path), door.lookups], [false, false, 1]);
      door.isThere = true;
      assertEquals(await isThere(path), false);
      assertEquals(await door.embeddedInode().notifyEntry("file"), true);
      assertEquals([await isThere(path), await isThere(path), door.lookups], [true, true, 2]);
      door.isThere = false;
      assertEquals(await isThere(path), true);
      await door.embeddedInode().notifyEntry("file");
      assertEquals(await isThere(path), false);
      assertEquals(await door.embeddedInode().notifyEntry("never asked for"), false);
    }, FOR_EVER);
  }),
);

Deno.test("without a negative timeout a missing name is asked for every time", async () => {
  const door = new Door();
  door.isThere = false;
  await withNodes(door, async (directory) => {
    for (let count = 0; count < 3; count++) await isThere(`${directory}/file`);
    assertEquals(door.lookups, 3);
  });
});

Deno.test("a timeout of 0, of the mount or of one node, asks every time", async () => {
  const door = new Door();
  await withNodes(door, async (directory) => {
    for (let count = 0; count < 3; count++) await isThere(`${directory}/file`);
    assertEquals(door.lookups, 3);
  }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
  class Zero extends Door {
    override lookup(context: Context, name: string, out: EntryOut): Inode | Errno {
      const found = super.lookup(context, name, out);
      out.entryTimeoutMs = 0;
      return found;
    }
  }
  const zero = new Zero();
  await withNodes(zero, async (directory) => {
    for (let count = 0; count < 3; count++) await isThere(`${directory}/file`);
    assertEquals(zero.lookups, 3);
  }, FOR_EVER);
});

/** How long attributes hold at first, and at most, in milliseconds: longer where looking takes longer. */
const [ATTRIBUTES_MS, ATTRIBUTES_MAX_MS] = [200, 20_000];

Deno.test(
  "an attribute timeout ends by itself",
  undisturbed(async () => {
    let held = false;
    for (let attrTimeoutMs = ATTRIBUTES_MS; !held; attrTimeoutMs *= 2) {
      assert(attrTimeoutMs <= ATTRIBUTES_MAX_MS, "attributes never held");
      const door = new Door();
      await withNodes(door, async (directory) => {
        const path = `${directory}/file`;
        const begin = performance.now();
        await Deno.stat(path);
        door.file.content = "a new size";
        held = (await Deno.stat(path)).size === 5;
        if (!held) {
          assert(performance.now() - begin >= attrTimeoutMs, "attributes ended too early");
          return;
        }
        const until = performance.now() + 10 * attrTimeoutMs;
        while ((await Deno.stat(path)).size === 5) assert(performance.now() < until);
        assertEquals((await Deno.stat(path)).size, 10);
      }, { entryTimeoutMs: FOR_EVER_MS, attrTimeoutMs });
    }
  }),
);

Deno.test(
  "notifyDelete() takes the name away and tells who watches",
  undisturbed(async () => {
    const door = new Door();
    await withNodes(door, async (directory) => {
      assertEquals(await isThere(`${directory}/file`), true);
      // Another process: adding a watch here would wait for ourselves.
      const script = `const watcher = Deno.watchFs(Deno.args[0]);
      console.log("watching");
      for await (const { kind, paths } of watcher) {
        if (kind === "remove") { console.log(paths[0]); break; }
      }`;
      const args = ["eval", "--no-lock", script, `${directory}/file`];
      const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
      const lines = child.stdout.pipeThrough(new TextDecoderStream()).values();
      assertEquals((await lines.next()).value, "watching\n");
      door.isThere = false;
      const { inode } = door;
      assert(inode !== undefined);
      assertEquals(await door.embeddedInode().notifyDelete("file", inode), true);
      assertEquals((await lines.next()).value, `${directory}/file\n`);
      await lines.return?.();
      await child.status;
      assertEquals(await isThere(`${directory}/file`), false);
    }, FOR_EVER);
  }),
);

Deno.test(
  "a new epoch makes the kernel look every name up again",
  undisturbed(async () => {
    const door = new Door();
    await withNodes(door, async (directory, mounted) => {
      await isThere(`${directory}/file`);
      await isThere(`${directory}/file`);
      assertEquals(door.lookups, 1);
      // 7.43, Linux 6.16; an older kernel refuses a code that it does not know.
      if ((mounted.agreement?.minor ?? 0) < 43) {
        assertEquals(await mounted.notices.incrementEpoch(), false);
        return;
      }
      assertEquals(await mounted.notices.incrementEpoch(), true);
      await isThere(`${directory}/file`);
      assertEquals(door.lookups, 2);
    }, FOR_EVER);
  }),
);

Deno.test(
  "notifyPrune() makes the kernel forget what nobody uses",
  undisturbed(async () => {
    const root = new Node();
    let forgotten = 0;
    class Forgettable extends MemRegularFile {
      onForget(): void {
        forgotten++;
      }
    }
    const onAdd = (): void => {
      const inode = root.embeddedInode();
      inode.addChild("file", inode.newInode(new Forgettable(bytes("x")), FILE));
      inode.addChild("kept", inode.newPersistentInode(new Node(), { mode: S_IFDIR, ino: 0 }));
    };
    await withNodes(root, async (directory, mounted) => {
      await Deno.stat(`${directory}/file`);
      const inode = root.embeddedInode().getChild("file");
      assert(inode !== undefined);
      if ((mounted.agreement?.minor ?? 0) < 45) {
        assertEquals(await inode.notifyPrune(), false);
        return;
      }
      assertEquals(await inode.notifyPrune(), true);
      while (forgotten === 0) await Deno.stat(directory);
      assertEquals(root.embeddedInode().getChild("file"), undefined);
    }, { ...FOR_EVER, onAdd });
  }),
);

/** Has the kernel forget an inode that nobody uses. */
async function forget(inode: Inode, mounted: Mount): Promise<void> {
  while (inode.nodeid !== 0) {
    if ((mounted.agreement?.minor ?? 0) >= 45) await inode.notifyPrune();
    else await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
    await Deno.stat(mounted.mountpoint); // FORGET comes when it likes: before or after this
  }
}

Deno.test("a persistent inode outlives what the kernel knows, until forgetPersistent()", async () => {
  const root = new Node();
  const onAdd = (): void => {
    const inode = root.embeddedInode();
    inode.addChild("kept", inode.newPersistentInode(new MemRegularFile(bytes("x")), FILE));
  };
  await withNodes(root, async (directory, mounted) => {
    const inode = root.embeddedInode().getChild("kept");
    assert(inode !== undefined);
    for (let round = 0; round < 2; round++) {
      assertEquals(await Deno.readTextFile(`${directory}/kept`), "x");
      while (mounted.openCount > 0) await Deno.stat(directory);
      await forget(inode, mounted);
      assertEquals(root.embeddedInode().getChild("kept"), inode);
    }
    inode.forgetPersistent();
    await assertRejects(() => Deno.readTextFile(`${directory}/kept`), Deno.errors.NotFound);
  }, { ...FOR_EVER, onAdd });
});

Deno.test("newInode() of a known number is the known inode: two names, one file", async () => {
  class Twins extends Node implements nodefs.NodeLookuper {
    made: Inode[] = [];
    lookup(_context: Context, name: string, _out: EntryOut): Inode | Errno {
      if (name !== "one" && name !== "two") return ERRNO.ENOENT;
      const file = new MemRegularFile(bytes("shared"));
      const inode = this.embeddedInode().newInode(file, { mode: S_IFREG, ino: 77 });
      this.made.push(inode);
      return inode;
    }
  }
  const root = new Twins();
  await withNodes(root, async (directory) => {
    // Open, so that the kernel knows it until the end.
    const script = `exec 3< ${directory}/one; stat -c %i ${directory}/one ${directory}/two`;
    assertEquals((await run("sh", "-c", script)).stdout, "77\n77\n");
    assertEquals([root.made.length >= 2, new Set(root.made).size], [true, 1]);
    assertEquals(root.made[0]?.parents().map(({ name }) => name).sort(), ["one", "two"]);
  });
});
