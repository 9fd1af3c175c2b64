import { assert, assertEquals } from "@std/assert";
import { ERRNO, type Errno, S_IFDIR, S_IFLNK, S_IFREG } from "../base/mod.ts";
import type { AttrOut, EntryOut, OpenOut, SetAttrIn } from "../fuse/mod.ts";
import { FOPEN } from "../fuse/mod.ts";
import type { DirStream, FileHandle, Inode, InodeEmbedder } from "../nodefs/mod.ts";
import { newListDirStream, NO_SIZES, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type { Context, FileLock, StatFs } from "../provider/mod.ts";
import { inChild, run, withNodes } from "./testing/with_mount.ts";

const EVERY_TIME = { entryTimeoutMs: 0, attrTimeoutMs: 0, enableLocks: true };

/** For scripts of children: system calls, and memory for them. */
const LIBC = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
  const area = new libc.CStringArea();
  const block = new libc.MemoryBlock(4096);`;

/** What a program does to an open file; flock waits when nothing forbids it. */
const USE_FILE = `const fd = libc.open("file", 2);
  libc.read(fd, block.address, 10);
  libc.write(fd, block.address, 3);
  libc.lseek(fd, 0, 2);
  libc.ftruncate(fd, 5);
  libc.fsync(fd, false);
  libc.fsync(fd, true);
  libc.fallocate(fd, 0, 0, 100);
  libc.lseek(fd, 1, 4);
  print(JSON.stringify(libc.getRecordLock(fd, 1, 0, 10)));
  libc.setRecordLock(fd, 1, 0, 10);
  libc.flock(fd, libc.LOCK_EX);
  libc.close(fd);`;

/** A handle that notes what is done with it. */
class NotingHandle {
  readonly #calls: string[];
  constructor(calls: string[]) {
    this.#calls = calls;
  }
  read(_: Context, buffer: Uint8Array, offset: number): number {
    this.#calls.push(`read ${offset}`);
    return Math.min(buffer.length, 10);
  }
  write(_: Context, data: Uint8Array, offset: number): number {
    this.#calls.push(`write ${data.length} ${offset}`);
    return data.length;
  }
  getattr(_: Context, out: AttrOut): void {
    this.#calls.push("getattr");
    out.attr.size = 10;
  }
  setattr(_: Context, input: SetAttrIn, out: AttrOut): void {
    this.#calls.push(`setattr size ${input.size}`);
    out.attr.size = input.size;
  }
  flush(): void {
    this.#calls.push("flush");
  }
  release(): void {
    this.#calls.push("release");
  }
  fsync(_: Context, dataOnly: boolean): void {
    this.#calls.push(`fsync ${dataOnly}`);
  }
  allocate(_: Context, offset: number, size: number): void {
    this.#calls.push(`allocate ${offset} ${size}`);
  }
  lseek(_: Context, offset: number, whence: number): number {
    this.#calls.push(`lseek ${offset} ${whence}`);
    return 7;
  }
  getlk(_: Context, lock: FileLock): FileLock {
    this.#calls.push(`getlk ${lock.start} ${lock.end}`);
    return { ...lock, type: "write", start: 4, end: 5, pid: 0 };
  }
  setlk(_: Context, lock: FileLock): void {
    this.#calls.push(`setlk ${lock.kind} ${lock.type}`);
  }
  setlkw(_: Context, lock: FileLock): void {
    this.#calls.push(`setlkw ${lock.kind} ${lock.type}`);
  }
}

const EXPECTED = [
  "read 0",
  "write 3 10",
  "getattr",
  "setattr size 5",
  "fsync false",
  "fsync true",
  "allocate 0 100",
  "lseek 1 4",
  "getlk 0 9",
  "setlk posix write",
  "setlkw flock write",
  "flush",
  "release",
];

/** A root with `file`. */
function rootWith(file: Node): Node {
  class Root extends Node {
    onAdd(): void {
      const inode = this.embeddedInode();
      inode.addChild("file", inode.newPersistentInode(file, { mode: S_IFREG, ino: 0 }));
    }
  }
  return new Root();
}

/** What has been called, each once, in order; the kernel may ask for attributes as often as it likes. */
function distinct(calls: readonly string[]): string[] {
  return [...new Set(calls)];
}

async function usedFile(file: Node, calls: string[]): Promise<void> {
  await withNodes(rootWith(file), async (directory, mounted) => {
    const said = await inChild(directory, LIBC + USE_FILE);
    assertEquals(JSON.parse(said), { type: 1, start: 4, length: 2, pid: -1 });
    while (mounted.openCount > 0) await Deno.lstat(directory);
    assertEquals(distinct(calls).filter((call) => EXPECTED.includes(call)), EXPECTED);
  }, EVERY_TIME);
}

Deno.test("every operation of an open file reaches its handle", async () => {
  const calls: string[] = [];
  class Opener extends Node implements nodefs.NodeOpener {
    open(_: Context, _flags: number, out: OpenOut): FileHandle {
      out.openFlags = FOPEN.DIRECT_IO;
      return new NotingHandle(calls);
    }
  }
  await usedFile(new Opener(), calls);
});

Deno.test("what a node implements itself has precedence over its handle", async () => {
  const calls: string[] = [];
  const noting = new NotingHandle(calls);
  class Own extends Node
    implements
      nodefs.NodeOpener,
      nodefs.NodeReader,
      nodefs.NodeWriter,
      nodefs.NodeGetattrer,
      nodefs.NodeSetattrer,
      nodefs.NodeFlusher,
      nodefs.NodeReleaser,
      nodefs.NodeFsyncer,
      nodefs.NodeAllocater,
      nodefs.NodeLseeker,
      nodefs.NodeGetlker,
      nodefs.NodeSetlker,
      nodefs.NodeSetlkwer {
    open(_: Context, _flags: number, out: OpenOut): FileHandle {
      out.openFlags = FOPEN.DIRECT_IO;
      return new NotingHandle(["never used"]);
    }
    read(context: Context, _: FileHandle | null, buffer: Uint8Array, offset: number): number {
      return noting.read(context, buffer, offset);
    }
    write(context: Context, _: FileHandle | null, data: Uint8Array, offset: number): number {
      return noting.write(context, data, offset);
    }
    getattr(context: Context, _: FileHandle | null, out: AttrOut): void {
      // Only what is asked through the handle counts: others would come first.
      if (_ !== null) noting.getattr(context, out);
      out.attr.size = 10;
    }
    setattr(context: Context, _: FileHandle | null, input: SetAttrIn, out: AttrOut): void {
      noting.setattr(context, input, out);
    }
    flush(): void {
      noting.flush();
    }
    release(): void {
      noting.release();
    }
    fsync(context: Context, _: FileHandle | null, dataOnly: boolean): void {
      noting.fsync(context, dataOnly);
    }
    allocate(context: Context, _: FileHandle | null, offset: number, size: number): void {
      noting.allocate(context, offset, size);
    }
    lseek(context: Context, _: FileHandle | null, offset: number, whence: number): number {
      return noting.lseek(context, offset, whence);
    }
    getlk(context: Context, _: FileHandle | null, lock: FileLock): FileLock {
      return noting.getlk(context, lock);
    }
    setlk(context: Context, _: FileHandle | null, lock: FileLock): void {
      noting.setlk(context, lock);
    }
    setlkw(context: Context, _: FileHandle | null, lock: FileLock): void {
      noting.setlkw(context, lock);
    }
  }
  await usedFile(new Own(), calls);
});

/** A node that says yes to everything and notes it. */
class Noting extends Node
  implements
    nodefs.NodeLookuper,
    nodefs.NodeStatfser,
    nodefs.NodeOpendirer,
    nodefs.NodeReaddirer,
    nodefs.NodeMkdirer,
    nodefs.NodeMknoder,
    nodefs.NodeSymlinker,
    nodefs.NodeLinker,
    nodefs.NodeCreater,
    nodefs.NodeUnlinker,
    nodefs.NodeRmdirer,
    nodefs.NodeRenamer,
    nodefs.NodeReadlinker,
    nodefs.NodeGetxattrer,
    nodefs.NodeSetxattrer,
    nodefs.NodeListxattrer,
    nodefs.NodeRemovexattrer,
    nodefs.NodeCopyFileRanger {
  readonly #calls: string[];
  constructor(calls: string[]) {
    super();
    this.#calls = calls;
  }
  getattr(_: Context, _file: FileHandle | null, out: AttrOut): void {
    out.attr.size = 10;
  }
  #child(call: string, type: number): Inode {
    this.#calls.push(call);
    const node = new Noting(this.#calls);
    return this.embeddedInode().newInode(node, { mode: type, ino: 0 });
  }
  lookup(_: Context, name: string, out: EntryOut): Inode | Errno {
    this.#calls.push(`lookup ${name}`);
    out.attr.size = 10;
    return this.embeddedInode().getChild(name) ?? ERRNO.ENOENT;
  }
  statfs(): StatFs {
    return { ...NO_SIZES, blocks: 77 };
  }
  opendir(): void {
    this.#calls.push("opendir");
  }
  readdir(): DirStream {
    return newListDirStream([{ name: "listed", type: S_IFREG, ino: 5 }]);
  }
  mkdir(_: Context, name: string, mode: number, _out: EntryOut): Inode {
    return this.#child(`mkdir ${name} ${mode.toString(8)}`, S_IFDIR);
  }
  mknod(_: Context, name: string, mode: number): Inode {
    return this.#child(`mknod ${name} ${mode.toString(8)}`, mode);
  }
  symlink(_: Context, target: string, name: string): Inode {
    return this.#child(`symlink ${target} ${name}`, S_IFLNK);
  }
  link(_: Context, target: InodeEmbedder, name: string, out: EntryOut): Inode {
    out.attr.size = 10;
    this.#calls.push(`link ${target.embeddedInode().path()} ${name}`);
    return target.embeddedInode();
  }
  create(
    _: Context,
    name: string,
    _flags: number,
    mode: number,
    out: EntryOut,
  ): nodefs.Created {
    out.attr.size = 10;
    return { inode: this.#child(`create ${name} ${mode.toString(8)}`, S_IFREG), file: {} };
  }
  unlink(_: Context, name: string): void {
    this.#calls.push(`unlink ${name}`);
  }
  rmdir(_: Context, name: string): void {
    this.#calls.push(`rmdir ${name}`);
  }
  rename(_: Context, name: string, to: InodeEmbedder, newName: string, flags: number): void {
    this.#calls.push(`rename ${name} ${to.embeddedInode().path()} ${newName} ${flags}`);
  }
  readlink(): Uint8Array {
    return new TextEncoder().encode("the target");
  }
  getxattr(_: Context, name: string): Uint8Array | Errno {
    // The kernel asks for security.capability by itself before it changes a file.
    if (!name.startsWith("user.")) return ERRNO.ENODATA;
    return new TextEncoder().encode(`value of ${name}`);
  }
  setxattr(_: Context, name: string, value: Uint8Array, flags: number): void {
    this.#calls.push(`setxattr ${name} ${value.length} ${flags}`);
  }
  listxattr(): string[] {
    return ["user.one", "user.two"];
  }
  removexattr(_: Context, name: string): void {
    this.#calls.push(`removexattr ${name}`);
  }
  copyFileRange(
    _: Context,
    _file: FileHandle | null,
    offset: number,
    target: Inode,
    _targetFile: FileHandle | null,
    targetOffset: number,
    length: number,
  ): number {
    this.#calls.push(`copy ${offset} ${target.path()} ${targetOffset} ${length}`);
    return 5;
  }
}

const USE_TREE = `Deno.umask(0);
  const at = libc.AT_FDCWD;
  const name = (text) => area.put(text);
  const area2 = new libc.CStringArea();
  const name2 = (text) => area2.put(text);
  print([...Deno.readDirSync(".")].map((entry) => entry.name).join());
  Deno.mkdirSync("d", { mode: 0o750 });
  libc.mknodat(at, name("p"), 0o10600, 0);
  Deno.symlinkSync("there", "s");
  print(Deno.readLinkSync("s"));
  const fd = libc.open("f", 0o102, 0o640);
  const fd2 = libc.open("f2", 0o102, 0o640);
  libc.linkat(at, name("f"), at, name2("l"));
  print(libc.copyFileRange(fd, 1, fd2, 2, 9));
  const statfs = new libc.StatfsBlock();
  statfs.fill(fd);
  print(statfs.blocks);
  const size = libc.fgetxattr(fd, name("user.x"), block);
  print(text(block.bytes.slice(0, size)));
  libc.fsetxattr(fd, name("user.y"), bytes("abc"), 1);
  print(libc.flistxattr(fd, block));
  libc.fremovexattr(fd, name("user.y"));
  libc.renameat2(at, name("f2"), at, name2("d/f3"), 1);
  libc.unlinkat(at, name("l"), 0);
  Deno.mkdirSync("e");
  Deno.removeSync("e");`;

Deno.test("every operation on names and attributes reaches its node", async () => {
  const calls: string[] = [];
  await withNodes(new Noting(calls), async (directory, mounted) => {
    const said = await inChild(directory, LIBC + USE_TREE);
    assertEquals(said, "listed\nthe target\n5\n77\nvalue of user.x\n18");
    const expected = [
      "opendir",
      "lookup d",
      "mkdir d 750",
      "mknod p 10600",
      "symlink there s",
      "create f 100640",
      "link /f l",
      "copy 1 /f2 2 9",
      "setxattr user.y 3 1",
      "removexattr user.y",
      "rename f2 /d f3 1",
      "unlink l",
      "rmdir e",
    ];
    for (const call of expected) assert(calls.includes(call), `${call}: ${calls.join("; ")}`);
    while (mounted.openCount > 0) await Deno.lstat(directory);
  }, EVERY_TIME);
});

Deno.test("a blocking lock waits in setlkw() until it is granted, or a signal comes", async () => {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const granted = Promise.withResolvers<void>();
  class Locker extends Node implements nodefs.NodeOpener, nodefs.NodeSetlkwer {
    open(): FileHandle {
      return {};
    }
    setlkw(context: Context): Promise<void> {
      const { signal } = context;
      asked.resolve(signal);
      return new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        granted.promise.then(resolve);
      });
    }
  }
  await withNodes(rootWith(new Locker()), async (directory) => {
    const path = `${directory}/file`;
    const child = new Deno.Command("flock", { args: [path, "echo", "never"], stdout: "piped" });
    const waiting = child.spawn();
    const signal = await asked.promise;
    waiting.kill("SIGTERM");
    assertEquals((await waiting.output()).signal, "SIGTERM");
    assertEquals(signal?.aborted, true);
    granted.resolve();
    assertEquals((await run("flock", path, "echo", "locked")).stdout, "locked\n");
  }, EVERY_TIME);
});
