import { assertEquals, assertStrictEquals } from "@std/assert";
import { ERRNO, S_IFDIR, S_IFREG } from "../base/mod.ts";
import { AttrOut, EntryOut, OpenOut, Request, SetAttrIn } from "../fuse/mod.ts";
import { Processor } from "../libc/mod.ts";
import {
  type DirStream,
  MemRegularFile,
  newGeneratorDirStream,
  newNodeFS,
  NO_CALLBACKS,
  Node,
  type ServerCallbacks,
  type StreamEntry,
} from "./mod.ts";

const FILE = { mode: S_IFREG, ino: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

class Root extends Node {
  added = 0;

  onAdd(): void {
    this.added++;
    const inode = this.embeddedInode();
    inode.addChild("file", inode.newPersistentInode(new MemRegularFile(bytes("12345")), FILE));
  }
}

Deno.test("newNodeFS() calls the root's onAdd once, or the option in its place", () => {
  const root = new Root();
  newNodeFS(root).init();
  assertEquals(root.added, 1);
  const other = new Root();
  let calls = 0;
  newNodeFS(other, { onAdd: () => void calls++ }).init();
  assertEquals([other.added, calls], [0, 1]);
});

Deno.test("a tree is tested without a mount: lookup, open, read, release, forget", async () => {
  const root = new Root();
  const fs = newNodeFS(root);
  const entry = new EntryOut();
  assertEquals(await fs.lookup(Request.about(1), "file", entry), undefined);
  assertEquals([entry.attr.size, entry.attr.mode], [5, S_IFREG | 0o644]);
  const opened = new OpenOut();
  await fs.open(Request.about(entry.nodeid), 0, opened);
  const buffer = new Uint8Array(10);
  assertEquals(await fs.read(Request.about(entry.nodeid), opened.fh, buffer, 3), 2);
  await fs.release(Request.about(entry.nodeid), opened.fh);
  assertEquals(fs.openCount, 0);
  fs.forget(entry.nodeid, 1);
  assertEquals(await fs.getattr(Request.about(entry.nodeid), 0, new AttrOut()), ERRNO.ESTALE);
});

Deno.test("what a node does not implement answers as seed 2 documents", async () => {
  const fs = newNodeFS(new Node());
  const on = Request.about(1);
  const entry = new EntryOut();
  const opened = new OpenOut();
  const refused = {
    mkdir: await fs.mkdir(on, "d", 0o755, entry),
    mknod: await fs.mknod(on, "n", 0o644, 0, entry),
    symlink: await fs.symlink(on, "s", "target", entry),
    create: await fs.create(on, "f", 0, 0o644, entry, opened),
    unlink: await fs.unlink(on, "f"),
    rmdir: await fs.rmdir(on, "d"),
    rename: await fs.rename(on, "a", 1, "b", 0),
    link: await fs.link(on, 1, "l", entry),
    getxattr: await fs.getxattr(on, "user.a"),
    setxattr: await fs.setxattr(on, "user.a", bytes("v"), 0),
    removexattr: await fs.removexattr(on, "user.a"),
    open: await fs.open(on, 0, opened),
    setattr: await fs.setattr(on, new SetAttrIn(), new AttrOut()),
    readlink: await fs.readlink(on),
  };
  const codes = Object.fromEntries(
    Object.entries(refused).map(([name, errno]) => [name, String(errno)]),
  );
  assertEquals(codes, {
    mkdir: "EROFS",
    mknod: "EROFS",
    symlink: "EROFS",
    create: "EROFS",
    unlink: "EROFS",
    rmdir: "EROFS",
    rename: "EROFS",
    link: "EROFS",
    getxattr: "ENODATA",
    setxattr: "ENODATA",
    removexattr: "ENODATA",
    open: "EOPNOTSUPP",
    setattr: "EOPNOTSUPP",
    readlink: "EINVAL",
  });
  assertEquals(await fs.listxattr(on), []);
  assertEquals(await fs.access(on, 4), undefined);
});

Deno.test("an open file without operations answers ENOTSUP, flush and release succeed", async () => {
  class Handleless extends Node {
    open(): null {
      return null;
    }
  }
  const root = new Node();
  const fs = newNodeFS(root, {
    onAdd: () => {
      const inode = root.embeddedInode();
      inode.addChild("bare", inode.newPersistentInode(new Handleless(), FILE));
    },
  });
  const entry = new EntryOut();
  await fs.lookup(Request.about(1), "bare", entry);
  const on = Request.about(entry.nodeid);
  const opened = new OpenOut();
  assertEquals(await fs.open(on, 0, opened), undefined);
  const { fh } = opened;
  const lock = { kind: "posix", type: "read", start: 0, end: 1, owner: 1, pid: 1 } as const;
  const answers = [
    await fs.read(on, fh, new Uint8Array(1), 0),
    await fs.write(on, fh, bytes("x"), 0, 0, 0),
    await fs.fsync(on, fh, false),
    await fs.fallocate(on, fh, 0, 0, 1),
    await fs.getlk(on, fh, lock),
    await fs.setlk(on, fh, lock, false),
    await fs.setlk(on, fh, lock, true),
    await fs.copyFileRange(on, fh, 0, fh, 1, 1),
  ];
  assertEquals(answers.map(String), answers.map(() => "EOPNOTSUPP"));
  assertEquals(await fs.flush(on, fh, 0), undefined);
  assertEquals(await fs.release(on, fh), undefined);
  assertEquals(await fs.release(on, fh), ERRNO.EBADF);
});

Deno.test("without lseek, a file is data to its end and a hole behind it", async () => {
  const fs = newNodeFS(new Root());
  const entry = new EntryOut();
  await fs.lookup(Request.about(1), "file", entry);
  const on = Request.about(entry.nodeid);
  const { fh } = await opening(fs, on);
  const [SEEK_DATA, SEEK_HOLE] = [3, 4];
  assertEquals(await fs.lseek(on, fh, 2, SEEK_DATA), 2);
  assertEquals(await fs.lseek(on, fh, 2, SEEK_HOLE), 5);
  assertEquals(await fs.lseek(on, fh, 5, SEEK_DATA), ERRNO.ENXIO);
});

async function opening(fs: ReturnType<typeof newNodeFS>, on: Request): Promise<OpenOut> {
  const out = new OpenOut();
  await fs.open(on, 0, out);
  return out;
}

Deno.test("notices go to serverCallbacks; of what the kernel does not know, none is sent", async () => {
  const sent: unknown[] = [];
  const take = (...notice: unknown[]): Promise<boolean> => {
    sent.push(notice);
    return Promise.resolve(true);
  };
  const serverCallbacks: ServerCallbacks = {
    ...NO_CALLBACKS,
    invalidateInode: (...args) => take("inode", ...args),
    invalidateEntry: (...args) => take("entry", ...args),
    deleteEntry: (...args) => take("delete", ...args),
    store: (nodeid, offset, data) => take("store", nodeid, offset, data.length),
    retrieve: () => Promise.resolve(bytes("cached")),
    prune: (nodeids) => take("prune", ...nodeids),
  };
  const root = new Root();
  const fs = newNodeFS(root, { serverCallbacks });
  const inode = root.embeddedInode();
  const file = inode.getChild("file");
  if (file === undefined) throw new Error("onAdd was not called");
  assertEquals(await file.notifyContent(), false);
  assertEquals(await file.writeCache(0, bytes("x")), false);
  assertEquals(await file.readCache(0, new Uint8Array(4)), 0);
  assertEquals(sent, []);
  const entry = new EntryOut();
  await fs.lookup(Request.about(1), "file", entry);
  const { nodeid } = entry;
  await file.notifyContent(10, 20);
  await inode.notifyEntry("file");
  await inode.notifyDelete("file", file);
  await file.writeCache(4, bytes("data"));
  await file.notifyPrune();
  assertEquals(sent, [
    ["inode", nodeid, 10, 20],
    ["entry", 1, "file"],
    ["delete", 1, nodeid, "file"],
    ["store", nodeid, 4, 4],
    ["prune", nodeid],
  ]);
  assertEquals(await file.readCache(0, new Uint8Array(10)), 6);
});

Deno.test("a persistent inode that is let go leaves when the kernel forgets it", async () => {
  const root = new Root();
  const fs = newNodeFS(root);
  const entry = new EntryOut();
  await fs.lookup(Request.about(1), "file", entry);
  fs.forget(entry.nodeid, 1);
  const file = root.embeddedInode().getChild("file");
  await fs.lookup(Request.about(1), "file", entry);
  assertStrictEquals(fs.tree.get(entry.nodeid), file);
  file?.forgetPersistent();
  assertStrictEquals(root.embeddedInode().getChild("file"), file);
  fs.forget(entry.nodeid, 1);
  assertEquals(root.embeddedInode().getChild("file"), undefined);
});

Deno.test("a generator is a listing, and is ended when the listing is closed early", async () => {
  let ended = 0;
  function* names(): Generator<StreamEntry> {
    try {
      for (let index = 0;; index++) yield { name: `f${index}`, type: S_IFREG, ino: 0 };
    } finally {
      ended++;
    }
  }
  async function* later(): AsyncGenerator<StreamEntry> {
    try {
      yield { name: await Promise.resolve("d"), type: S_IFDIR, ino: 0 };
    } finally {
      ended++;
    }
  }
  const name = async (stream: DirStream): Promise<string | null> => {
    const entry = await stream.next();
    return entry !== null && "name" in entry ? entry.name : null;
  };
  const endless = newGeneratorDirStream(names());
  assertEquals([await name(endless), await name(endless)], ["f0", "f1"]);
  endless.close();
  assertEquals(ended, 1);
  const short = newGeneratorDirStream(later());
  assertEquals([await name(short), await name(short)], ["d", null]);
  assertEquals(ended, 2);
  short.close();
});

const place = Processor.ofThread();
const why = "needs CAP_SYS_NICE or RLIMIT_NICE, and two processors";
if (place === null) {
  console.log(`Left out: how the last handle of a removed file is released ${why}`);
}

Deno.test({
  name:
    "the last handle of a removed file is released by a thread that takes part: that may take long",
  ignore: place === null,
  fn: async () => {
    for (const isRemoved of [false, true]) {
      const root = new Root();
      const fs = newNodeFS(root);
      const out = new EntryOut();
      await fs.lookup(Request.about(1), "file", out);
      const opened = new OpenOut();
      await fs.open(Request.about(out.nodeid), 0, opened);
      if (isRemoved) root.embeddedInode().rmChild("file");
      place?.standBack();
      try {
        await fs.release(Request.about(out.nodeid), opened.fh);
        assertEquals(place?.isBack, !isRemoved);
      } finally {
        place?.standUp();
      }
    }
  },
});
