/**
 * What POSIX programs rely on, by the names that go-fuse's `posixtest` has for it, and what is in
 * `linux_behaviours.ts` and `record_lock_behaviours.ts`. Run as a program, it tries
 * all of them, each in a new directory below the one that is named, and prints the outcomes as JSON.
 *
 * @module
 */
// Not @std/assert: this runs as a program of its own, without an import map.
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import {
  ERRNO,
  FALLOC_FL_KEEP_SIZE,
  isRegular,
  isSymlink,
  O_APPEND,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_WRONLY,
  SEEK_DATA,
  SEEK_HOLE,
  SEEK_SET,
} from "../../base/mod.ts";
import * as libc from "../../libc/mod.ts";
import { LINUX_BEHAVIOURS } from "./linux_behaviours.ts";
import { RECORD_LOCK_BEHAVIOURS } from "./record_lock_behaviours.ts";
import { at, at2, contentOf, entriesOf, fstat, namesLeft } from "./system_calls.ts";
import { open, put, refuses, stat } from "./system_calls.ts";

const { AT_FDCWD, check } = libc;
/** So many of the opens of a name that is replaced all the time may find it replaced twice. */
const STALE_SHARE = 1 / 50;
/** The lock of a process, which is what programs mean by a record lock (`fcntl_locking(2)`). */
const F_SETLK = 6;
const write = (name: string, text: string): void => Deno.writeTextFileSync(name, text);
const read = (name: string): string => Deno.readTextFileSync(name);

function append(fd: number, text: string): void {
  const block = new libc.MemoryBlock(text.length);
  block.bytes.set(new TextEncoder().encode(text));
  assertEquals(libc.write(fd, block.address, text.length), text.length);
}

function rename(from: string, to: string): number {
  return libc.renameat2(AT_FDCWD, at(from), AT_FDCWD, at2(to), 0);
}

function overwrite(destinationExists: boolean): void {
  write("source", "new");
  if (destinationExists) write("target", "old");
  const { ino } = stat("source");
  const fd = destinationExists ? open("target", O_RDONLY) : -1;
  check(rename("source", "target"), "rename");
  assertEquals([read("target"), stat("target").ino], ["new", ino]);
  refuses("ENOENT", rename("source", "other"));
  if (fd >= 0) {
    assertEquals([contentOf(fd), fstat(fd).nlink], ["old", 0]);
    libc.close(fd);
  }
}

/** Fills a directory and opens it. */
function directoryOf(count: number): { readonly fd: number; readonly names: string[] } {
  const names = Array.from({ length: count }, (_, index) => `file-${index}`);
  for (const name of names) libc.close(open(name));
  return { fd: open(".", O_RDONLY | O_DIRECTORY), names: names.toSorted() };
}

/** Each throws when the filesystem does not behave. */
export const BEHAVIOURS: Readonly<Record<string, () => void | Promise<void>>> = {
  ...LINUX_BEHAVIOURS,
  ...RECORD_LOCK_BEHAVIOURS,
  AppendWrite: () => {
    const [one, two] = [open("f", O_WRONLY | O_CREAT | O_APPEND), open("f", O_WRONLY | O_APPEND)];
    for (const text of ["a", "b", "c"]) {
      append(one, text);
      append(two, text.toUpperCase());
    }
    assertEquals(read("f"), "aAbBcC");
  },
  DirSeek: () => {
    const { fd } = directoryOf(168);
    const [, , , third, ...others] = entriesOf(fd, 512);
    assert(third !== undefined);
    namesLeft(fd);
    check(libc.lseek(fd, third.next, SEEK_SET), "lseek");
    assertEquals(entriesOf(fd, 512).slice(0, others.length), others);
  },
  DirectIO: () => {
    const fd = open("f", O_RDWR | O_CREAT | O_DIRECT);
    const block = new libc.MemoryBlock(3 * 4096);
    const aligned = Math.ceil(block.address / 4096) * 4096;
    block.bytes.fill(7);
    assertEquals(libc.write(fd, aligned, 4096), 4096);
    check(libc.lseek(fd, 0, SEEK_SET), "lseek");
    block.bytes.fill(0);
    assertEquals(libc.read(fd, aligned, 4096), 4096);
    const start = aligned - block.address;
    assert(block.bytes.subarray(start, start + 4096).every((byte) => byte === 7));
  },
  Fallocate: () => {
    const fd = open("f");
    check(libc.fallocate(fd, 0, 1024, 4096), "fallocate");
    assertEquals(stat("f").size, 5120);
    refuses("EINVAL", libc.fallocate(fd, 0, 0, 0));
  },
  FallocateKeepSize: () => {
    const fd = open("f");
    check(libc.fallocate(fd, FALLOC_FL_KEEP_SIZE, 1024, 4096), "fallocate");
    assertEquals(stat("f").size, 0);
  },
  FcntlFlockLocksFile: () => {
    const [one, two] = [open("f"), open("f")];
    check(libc.flock(one, libc.LOCK_EX), "flock");
    refuses("EAGAIN", libc.flock(two, libc.LOCK_EX | libc.LOCK_NB));
    check(libc.flock(one, libc.LOCK_UN), "flock");
    check(libc.flock(two, libc.LOCK_EX | libc.LOCK_NB), "flock");
  },
  FcntlFlockSetLk: () => {
    const [one, two] = [open("f"), open("f")];
    check(libc.setRecordLock(one, libc.F_WRLCK, 10, 5), "fcntl");
    const found = libc.getRecordLock(two, libc.F_WRLCK, 0, 0);
    assert(found !== null && typeof found !== "number");
    assertEquals([found.type, found.start, found.length], [libc.F_WRLCK, 10, 5]);
    refuses("EAGAIN", libc.setRecordLock(two, libc.F_RDLCK, 14, 1));
    check(libc.setRecordLock(two, libc.F_RDLCK, 15, 1), "fcntl");
    libc.close(one);
    assertEquals(libc.getRecordLock(two, libc.F_WRLCK, 0, 14), null);
  },
  FcntlCloseReleasesAll: () => {
    // A lock of the process, taken through one descriptor, goes when another one is closed.
    const [one, two, other] = [open("f"), open("f"), open("f")];
    const lock = new libc.MemoryBlock(32);
    lock.view.setInt16(0, libc.F_WRLCK, true);
    check(libc.fcntl(one, F_SETLK, lock.address), "fcntl");
    const found = libc.getRecordLock(other, libc.F_RDLCK, 0, 0);
    assert(found !== null && typeof found !== "number");
    libc.close(two);
    assertEquals(libc.getRecordLock(other, libc.F_RDLCK, 0, 0), null);
  },
  FdLeak: () => {
    // That the server holds nothing afterwards is for the server to check.
    write("f", "x");
    for (let count = 0; count < 100; count++) libc.close(open("f", O_RDONLY));
  },
  FileBasic: () => {
    write("f", "hello world");
    const info = stat("f");
    assertEquals([info.size, isRegular(info.mode), read("f")], [11, true, "hello world"]);
  },
  FstatDeleted: () => {
    const fds = Array.from({ length: 20 }, (_, index) => {
      const fd = open(`f${index}`);
      put(fd, "x".repeat(index));
      return fd;
    });
    for (const index of fds.keys()) check(libc.unlinkat(AT_FDCWD, at(`f${index}`), 0), "unlink");
    for (const [index, fd] of fds.entries()) {
      assertEquals([fstat(fd).nlink, fstat(fd).size], [0, index]);
      check(libc.ftruncate(fd, 100), "ftruncate");
      check(libc.fchmod(fd, 0o600), "fchmod");
      assertEquals([fstat(fd).size, fstat(fd).mode & 0o777], [100, 0o600]);
    }
  },
  Link: () => {
    write("a", "one");
    check(libc.linkat(AT_FDCWD, at("a"), AT_FDCWD, at2("b")), "link");
    assertEquals([stat("a").ino, stat("a").nlink, stat("b").nlink], [stat("b").ino, 2, 2]);
    write("b", "two");
    assertEquals(read("a"), "two");
    refuses("EEXIST", libc.linkat(AT_FDCWD, at("a"), AT_FDCWD, at2("b")));
  },
  LinkUnlinkRename: () => {
    write("a", "content");
    check(libc.linkat(AT_FDCWD, at("a"), AT_FDCWD, at2("b")), "link");
    check(libc.unlinkat(AT_FDCWD, at("a"), 0), "unlink");
    check(rename("b", "a"), "rename");
    assertEquals([read("a"), stat("a").nlink], ["content", 1]);
  },
  LseekEnxioCheck: () => {
    const fd = open("f");
    put(fd, "12345");
    for (const whence of [SEEK_DATA, SEEK_HOLE]) refuses("ENXIO", libc.lseek(fd, 6, whence));
  },
  LseekHoleSeeksToEOF: () => {
    const fd = open("f");
    put(fd, "12345");
    assertEquals([libc.lseek(fd, 0, SEEK_HOLE), libc.lseek(fd, 2, SEEK_DATA)], [5, 2]);
  },
  MkdirRmdir: () => {
    Deno.mkdirSync("d");
    refuses("EEXIST", libc.mkdirat(AT_FDCWD, at("d"), 0o755));
    check(libc.unlinkat(AT_FDCWD, at("d"), libc.AT_REMOVEDIR), "rmdir");
    refuses("ENOENT", libc.unlinkat(AT_FDCWD, at("d"), libc.AT_REMOVEDIR));
  },
  NlinkZero: () => {
    write("source", "s");
    write("target", "t");
    const fd = open("target", O_RDONLY);
    assertEquals(fstat(fd).nlink, 1);
    check(rename("source", "target"), "rename");
    assertEquals(fstat(fd).nlink, 0);
  },
  OpenAt: () => {
    Deno.mkdirSync("d");
    const directory = open("d", O_RDONLY | O_DIRECTORY);
    const fd = open("f", O_RDWR | O_CREAT, directory);
    put(fd, "relative");
    check(rename("d", "moved"), "rename");
    libc.close(open("g", O_RDWR | O_CREAT, directory));
    assertEquals([read("moved/f"), stat("moved/g").size], ["relative", 0]);
  },
  OpenSymlinkRace: async () => {
    write("target", "not this");
    const script = `for (let round = 0; round < 300; round++) {
        Deno.writeTextFileSync("file.new", "this");
        Deno.renameSync("file.new", "file");
        Deno.symlinkSync("target", "link.new");
        Deno.renameSync("link.new", "file");
      }
      self.postMessage("done");`;
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    let isDone = false;
    worker.onmessage = () => isDone = true;
    const seen = new Set<number | string>();
    let opens = 0;
    let stale = 0;
    while (!isDone) {
      const fd = libc.openat(AT_FDCWD, at("file"), O_RDONLY | O_NOFOLLOW, 0);
      opens++;
      if (fd === -ERRNO.ESTALE.number) stale++;
      else seen.add(fd < 0 ? fd : contentOf(fd));
      if (fd >= 0) libc.close(fd);
      await new Promise((resolve) => setTimeout(resolve));
    }
    worker.terminate();
    const allowed = new Set<number | string>([-40, -2, "this"]);
    assertEquals([...seen].filter((one) => !allowed.has(one)), []);
    // Of what is replaced twice while it is opened: see POSIX.md.
    assert(stale <= Math.max(1, opens * STALE_SHARE), `${stale} of ${opens} were ESTALE`);
  },
  ParallelFileOpen: async () => {
    write("f", "shared");
    const reads = Array.from({ length: 50 }, () => Deno.readTextFile("f"));
    assertEquals(new Set(await Promise.all(reads)), new Set(["shared"]));
  },
  ReadDir: () => {
    const { fd, names } = directoryOf(110);
    assertEquals(namesLeft(fd).toSorted(), names);
  },
  ReadDirConsistency: () => {
    const { fd, names } = directoryOf(500);
    const other = open(".", O_RDONLY | O_DIRECTORY);
    const seen: string[][] = [[], []];
    for (let left = true; left;) {
      const parts = [entriesOf(fd, 1024), entriesOf(other, 2048)];
      parts.forEach((part, index) => seen[index]?.push(...part.map((entry) => entry.name)));
      left = parts.some((part) => part.length > 0);
    }
    const isOwn = (name: string): boolean => name.startsWith("file-");
    for (const found of seen) assertEquals(found.filter(isOwn).toSorted(), names);
  },
  RenameOpenDir: () => {
    Deno.mkdirSync("source");
    Deno.mkdirSync("target");
    const fd = open("target", O_RDONLY | O_DIRECTORY);
    check(rename("source", "target"), "rename");
    assertEquals(fstat(fd).nlink, 0);
    refuses("ENOENT", libc.getdents64(fd, new libc.MemoryBlock(1024)));
    refuses("ENOENT", libc.openat(fd, at("new"), O_RDWR | O_CREAT, 0o644));
  },
  RenameOverwriteDestExist: () => overwrite(true),
  RenameOverwriteDestNoExist: () => overwrite(false),
  SetattrSymlink: () => {
    write("target", "x");
    const before = stat("target").mtime.sec;
    Deno.symlinkSync("target", "link");
    const time = { sec: 1000, nsec: 5 };
    check(libc.utimensat(AT_FDCWD, at("link"), time, time, libc.AT_SYMLINK_NOFOLLOW), "utimensat");
    check(libc.fchownat(AT_FDCWD, at("link"), 12, 34, libc.AT_SYMLINK_NOFOLLOW), "lchown");
    const link = stat("link");
    assertEquals([isSymlink(link.mode), link.mtime, link.uid, link.gid], [true, time, 12, 34]);
    assertEquals([stat("target").mtime.sec, stat("target").uid], [before, 0]);
  },
  SymlinkReadlink: () => {
    Deno.symlinkSync("some/where else", "link");
    assertEquals([Deno.readLinkSync("link"), stat("link").size], ["some/where else", 15]);
  },
  TruncateFile: () => {
    write("f", "0123456789");
    check(libc.truncate(at("f"), 4), "truncate");
    assertEquals(read("f"), "0123");
    check(libc.truncate(at("f"), 6), "truncate");
    assertEquals(read("f"), "0123\0\0");
  },
  TruncateNameless: () => {
    // The first one that is open is not for writing.
    const [reader, fd] = [open("f", O_RDONLY | O_CREAT), open("f", O_RDWR)];
    append(fd, "0123456789");
    Deno.removeSync("f");
    check(libc.truncate(at(`/proc/self/fd/${reader}`), 4), "truncate");
    assertEquals([contentOf(reader), fstat(fd).size], ["0123", 4]);
    const born = check(libc.open(".", O_TMPFILE | O_RDWR, 0o600), "open");
    append(born, "0123456789");
    check(libc.truncate(at(`/proc/self/fd/${born}`), 4), "truncate");
    assertEquals(fstat(born).size, 4);
  },
  TruncateNoFile: () => refuses("ENOENT", libc.truncate(at("none"), 4)),
  XAttr: () => {
    const fd = open("f");
    const block = new libc.MemoryBlock(100);
    const value = new TextEncoder().encode("value");
    refuses("ENODATA", libc.fgetxattr(fd, at("user.name"), block));
    check(libc.fsetxattr(fd, at("user.name"), value, 0), "fsetxattr");
    refuses("EEXIST", libc.fsetxattr(fd, at("user.name"), value, 1));
    assertEquals(libc.fgetxattr(fd, at("user.name"), block), 5);
    refuses("ERANGE", libc.fgetxattr(fd, at("user.name"), new libc.MemoryBlock(2)));
    assertEquals(libc.flistxattr(fd, block), "user.name".length + 1);
    check(libc.fremovexattr(fd, at("user.name")), "fremovexattr");
    refuses("ENODATA", libc.fremovexattr(fd, at("user.name")));
  },
};

if (import.meta.main) {
  const [top] = Deno.args;
  if (top === undefined) throw new TypeError("Name a directory");
  const outcomes: Record<string, string> = {};
  for (const [name, run] of Object.entries(BEHAVIOURS)) {
    Deno.mkdirSync(`${top}/${name}`);
    Deno.chdir(`${top}/${name}`);
    try {
      await run();
      outcomes[name] = "ok";
    } catch (thrown) {
      outcomes[name] = String(thrown);
    }
  }
  console.log(JSON.stringify(outcomes));
}
