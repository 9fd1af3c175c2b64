import { assert, assertEquals } from "@std/assert";
import {
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  RENAME_NOREPLACE,
  S_IFCHR,
  S_IFIFO,
} from "../base/mod.ts";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  chmod,
  close,
  CStringArea,
  fchownat,
  getdents64,
  linkat,
  MemoryBlock,
  mkdirat,
  mknodat,
  open,
  openat,
  openat2,
  readlinkat,
  renameat2,
  RESOLVE_BENEATH,
  RESOLVE_IN_ROOT,
  StatxBlock,
  symlinkat,
  truncate,
  unlinkat,
  UTIME_NOW,
  UTIME_OMIT,
  utimensat,
} from "./mod.ts";

const one = new CStringArea();
const two = new CStringArea();
const isRoot = Deno.uid() === 0;

/** A directory that is open. */
class Scratch extends ScratchDirectory {
  readonly fd = open(this.path, O_RDONLY | O_DIRECTORY);
  readonly statx = new StatxBlock();

  stat(name: string): number {
    return this.statx.fill(this.fd, one.put(name), AT_SYMLINK_NOFOLLOW);
  }

  override [Symbol.dispose](): void {
    assertEquals(close(this.fd), 0);
    super[Symbol.dispose]();
  }
}

Deno.test("openat() and openat2() open below a directory", () => {
  using scratch = new Scratch();
  const made = openat(scratch.fd, one.put("file"), O_RDWR | O_CREAT, 0o640);
  assert(made >= 0);
  assertEquals(scratch.stat("file"), 0);
  assertEquals(scratch.statx.mode & 0o7777, 0o640);
  const again = openat2(scratch.fd, one.put("file"), O_RDONLY, 0, RESOLVE_BENEATH);
  assertEquals([close(made), close(again)], [0, 0]);
  assertEquals(openat(scratch.fd, one.put("missing"), O_RDONLY, 0), -2);
  assertEquals(openat2(scratch.fd, one.put("../x"), O_RDONLY, 0, RESOLVE_BENEATH), -18);
  assertEquals(openat2(scratch.fd, one.put("/x"), O_RDONLY, 0, RESOLVE_IN_ROOT), -2);
});

Deno.test("directories are made and removed", () => {
  using scratch = new Scratch();
  assertEquals(mkdirat(scratch.fd, one.put("d"), 0o700), 0);
  assertEquals(mkdirat(scratch.fd, one.put("d"), 0o700), -17);
  assertEquals(unlinkat(scratch.fd, one.put("d"), 0), -21);
  assertEquals(unlinkat(scratch.fd, one.put("d"), AT_REMOVEDIR), 0);
  assertEquals(unlinkat(scratch.fd, one.put("d"), AT_REMOVEDIR), -2);
});

Deno.test("links are made, read and not followed", () => {
  using scratch = new Scratch();
  const block = new MemoryBlock(16);
  assertEquals(symlinkat(one.put("nowhere"), scratch.fd, two.put("l")), 0);
  assertEquals(symlinkat(one.put(""), scratch.fd, two.put("m")), -2);
  assertEquals(readlinkat(scratch.fd, one.put("l"), block), 7);
  assertEquals(new TextDecoder().decode(block.bytes.subarray(0, 7)), "nowhere");
  assertEquals(linkat(scratch.fd, one.put("l"), scratch.fd, two.put("hard")), 0);
  assertEquals(scratch.stat("hard"), 0);
  assertEquals([scratch.statx.mode >> 12, scratch.statx.nlink], [0o12, 2]);
  assertEquals(readlinkat(scratch.fd, one.put("missing"), block), -2);
  assertEquals(openat(scratch.fd, one.put("l"), O_RDONLY | O_NOFOLLOW, 0), -40);
});

Deno.test("renameat2() moves, and heeds its flags", () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(`${scratch.path}/a`, "a");
  Deno.writeTextFileSync(`${scratch.path}/b`, "b");
  const refused = renameat2(scratch.fd, one.put("a"), scratch.fd, two.put("b"), RENAME_NOREPLACE);
  assertEquals(refused, -17);
  assertEquals(renameat2(scratch.fd, one.put("a"), scratch.fd, two.put("b"), 0), 0);
  assertEquals(Deno.readTextFileSync(`${scratch.path}/b`), "a");
});

Deno.test("special files keep their numbers", { ignore: !isRoot }, () => {
  using scratch = new Scratch();
  assertEquals(mknodat(scratch.fd, one.put("pipe"), S_IFIFO | 0o600, 0), 0);
  // makedev(3) of 511:74565 packs the minor number on both sides of the major one.
  const rdev = (0x45 | (0x1ff << 8) | (0x123 << 20)) >>> 0;
  assertEquals(mknodat(scratch.fd, one.put("device"), S_IFCHR | 0o600, rdev), 0);
  assertEquals(scratch.stat("device"), 0);
  assertEquals(scratch.statx.rdev, rdev);
  assertEquals(mknodat(scratch.fd, one.put("device"), S_IFCHR, rdev), -17);
});

Deno.test("owners and times change, those left out stay", { ignore: !isRoot }, () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  assertEquals(fchownat(scratch.fd, one.put("f"), 12, -1, AT_SYMLINK_NOFOLLOW), 0);
  assertEquals(scratch.stat("f"), 0);
  assertEquals([scratch.statx.uid, scratch.statx.gid], [12, 0]);
  const old = { sec: -86_400, nsec: 123_456_789 };
  assertEquals(utimensat(scratch.fd, one.put("f"), old, old, 0), 0);
  const changes = [{ sec: 0, nsec: UTIME_OMIT }, { sec: 0, nsec: UTIME_NOW }] as const;
  assertEquals(utimensat(scratch.fd, one.put("f"), ...changes, 0), 0);
  assertEquals(scratch.stat("f"), 0);
  assertEquals(scratch.statx.atime, old);
  assert(Math.abs(scratch.statx.mtime.sec - Date.now() / 1000) < 100);
  assertEquals(utimensat(scratch.fd, one.put("x"), old, old, 0), -2);
  assertEquals(fchownat(-1, one.put(""), 1, 1, AT_EMPTY_PATH), -9);
});

Deno.test("chmod() and truncate() take host paths", () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(`${scratch.path}/f`, "content");
  assertEquals(truncate(one.put(`${scratch.path}/f`), 2 ** 33), 0);
  assertEquals(chmod(one.put(`${scratch.path}/f`), 0o4711), 0);
  assertEquals(scratch.stat("f"), 0);
  assertEquals([scratch.statx.mode & 0o7777, scratch.statx.size], [0o4711, 2 ** 33]);
  assertEquals(chmod(one.put(`${scratch.path}/x`), 0), -2);
  assertEquals(truncate(one.put(scratch.path), 0), -21);
});

Deno.test("getdents64() lists, and refuses what is no directory", () => {
  using scratch = new Scratch();
  const block = new MemoryBlock(1024);
  assert(getdents64(scratch.fd, block) > 0);
  assertEquals(getdents64(scratch.fd, block), 0);
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  const file = open(`${scratch.path}/f`, O_RDONLY);
  assertEquals(getdents64(file, block), -20);
  assertEquals(close(file), 0);
});

Deno.test("statx() agrees with Deno", () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(`${scratch.path}/f`, "content");
  const info = Deno.lstatSync(`${scratch.path}/f`);
  assertEquals(scratch.stat("f"), 0);
  const { statx } = scratch;
  assertEquals(
    [statx.mode, statx.size, statx.ino, statx.nlink, statx.uid, statx.gid, statx.blocks],
    [info.mode, info.size, info.ino, info.nlink, info.uid, info.gid, info.blocks],
  );
  assertEquals(Math.floor(statx.mtime.sec), Math.floor(info.mtime!.getTime() / 1000));
  assertEquals(statx.hasBirthtime, true);
  assertEquals(scratch.stat("missing"), -2);
  const located = open(`${scratch.path}/f`, O_PATH);
  assertEquals(statx.fill(located, one.put(""), AT_EMPTY_PATH), 0);
  assertEquals(statx.ino, info.ino);
  assertEquals(close(located), 0);
  assertEquals(statx.fill(AT_FDCWD, one.put(`${scratch.path}/f`), 0), 0);
});
