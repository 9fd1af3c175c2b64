import { assert, assertEquals } from "@std/assert";
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../base/mod.ts";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  close,
  copyFileRange,
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  fallocate,
  fchmod,
  flock,
  fsync,
  fsyncAsync,
  ftruncate,
  getRecordLock,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  lseek,
  open,
  pread,
  pwrite,
  setRecordLock,
  StatfsBlock,
} from "./mod.ts";

/** A file that is open twice. */
class Scratch extends ScratchDirectory {
  readonly fd = open(`${this.path}/f`, O_RDWR | O_CREAT, 0o600);
  readonly other = open(`${this.path}/f`, O_RDWR);

  override [Symbol.dispose](): void {
    assertEquals([close(this.fd), close(this.other)], [0, 0]);
    super[Symbol.dispose]();
  }
}

Deno.test("sizes, holes and positions over 2^32 are exact", () => {
  using scratch = new Scratch();
  const far = 2 ** 40 + 3;
  assertEquals(ftruncate(scratch.fd, far), 0);
  assertEquals(lseek(scratch.fd, 0, SEEK_END), far);
  assertEquals(fallocate(scratch.fd, 0, 2 ** 33, 4096), 0);
  // On tmpfs, what was only allocated is a hole still.
  assertEquals(pwrite(scratch.fd, new Uint8Array(4096), 4096, 2 ** 33), 4096);
  assertEquals(lseek(scratch.fd, 0, SEEK_DATA), 2 ** 33);
  assertEquals(lseek(scratch.fd, 2 ** 33, SEEK_HOLE), 2 ** 33 + 4096);
  const punch = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE;
  assertEquals(fallocate(scratch.fd, punch, 2 ** 33, 4096), 0);
  assertEquals(lseek(scratch.fd, 0, SEEK_DATA), -6);
  assertEquals(lseek(scratch.fd, 0, SEEK_SET), 0);
  assertEquals([ftruncate(-1, 0), lseek(-1, 0, 0), fallocate(-1, 0, 0, 1)], [-9, -9, -9]);
  assertEquals(fallocate(scratch.fd, 0, 0, 0), -22);
});

Deno.test("copyFileRange() copies between offsets", () => {
  using scratch = new Scratch();
  assertEquals(pwrite(scratch.fd, new Uint8Array([1, 2, 3, 4]), 4, 0), 4);
  assertEquals(copyFileRange(scratch.fd, 1, scratch.other, 10, 3), 3);
  const bytes = new Uint8Array(20);
  assertEquals(pread(scratch.fd, bytes, 20, 0), 13);
  assertEquals([...bytes.subarray(9, 13)], [0, 2, 3, 4]);
  assertEquals(copyFileRange(scratch.fd, 0, scratch.fd, 2, 4), -22);
  assertEquals(copyFileRange(scratch.fd, 0, -1, 0, 4), -9);
});

Deno.test("fsync() and fchmod() reach the file", async () => {
  using scratch = new Scratch();
  assertEquals([fsync(scratch.fd, false), fsync(scratch.fd, true), fsync(-1, true)], [0, 0, -9]);
  assertEquals(await fsyncAsync(scratch.fd, true), 0);
  assertEquals(await fsyncAsync(scratch.fd, false), 0);
  assertEquals(await fsyncAsync(-1, false), -1);
  assertEquals([fchmod(scratch.fd, 0o640), fchmod(-1, 0)], [0, -9]);
  assertEquals(Deno.statSync(`${scratch.path}/f`).mode! & 0o777, 0o640);
});

Deno.test("fstatfs() tells sizes", () => {
  using scratch = new Scratch();
  const statfs = new StatfsBlock();
  assertEquals(statfs.fill(scratch.fd), 0);
  assert(statfs.bsize >= 512 && statfs.blocks >= statfs.bfree && statfs.namelen >= 255);
  assertEquals(statfs.fill(-1), -9);
  const proc = open("/proc", O_RDONLY);
  assertEquals(statfs.fill(proc), 0);
  assertEquals(statfs.type, 0x9fa0);
  assertEquals(close(proc), 0);
});

Deno.test("record locks of two open files conflict", () => {
  using scratch = new Scratch();
  assertEquals(setRecordLock(scratch.fd, F_WRLCK, 10, 5), 0);
  assertEquals(setRecordLock(scratch.other, F_RDLCK, 14, 1), -11);
  assertEquals(setRecordLock(scratch.other, F_RDLCK, 15, 0), 0);
  const found = getRecordLock(scratch.other, F_RDLCK, 0, 0);
  assertEquals(found, { type: F_WRLCK, start: 10, length: 5, pid: -1 });
  assertEquals(getRecordLock(scratch.fd, F_RDLCK, 0, 0), null);
  assertEquals(setRecordLock(scratch.fd, F_UNLCK, 0, 0), 0);
  assertEquals(getRecordLock(scratch.other, F_RDLCK, 0, 0), null);
  assertEquals(getRecordLock(-1, F_RDLCK, 0, 0), -9);
});

Deno.test("flock() locks of two open files conflict", () => {
  using scratch = new Scratch();
  assertEquals(flock(scratch.fd, LOCK_EX | LOCK_NB), 0);
  assertEquals(flock(scratch.other, LOCK_SH | LOCK_NB), -11);
  assertEquals(flock(scratch.fd, LOCK_UN), 0);
  assertEquals(flock(scratch.other, LOCK_SH | LOCK_NB), 0);
});
