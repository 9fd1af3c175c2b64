import { assert, assertEquals, assertThrows } from "@std/assert";
import { FsError, O_CLOEXEC, O_CREAT, O_NONBLOCK, O_RDONLY, O_RDWR } from "../base/mod.ts";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  close,
  dup,
  duplicate,
  eventfd,
  F_GETFL,
  fcntl,
  ioctl,
  MemoryBlock,
  open,
  poll,
  pollAsync,
  pread,
  pwrite,
  read,
  setNonblocking,
  write,
  writeAsync,
  writev,
} from "./mod.ts";

/** A new file, open for reading and writing. */
class Scratch extends ScratchDirectory {
  readonly fd = open(`${this.path}/file`, O_RDWR | O_CREAT, 0o600);

  override [Symbol.dispose](): void {
    assertEquals(close(this.fd), 0);
    super[Symbol.dispose]();
  }
}

Deno.test("write() and read() move bytes at addresses", () => {
  using scratch = new Scratch();
  const block = new MemoryBlock(16);
  block.bytes.set([1, 2, 3, 4]);
  assertEquals(write(scratch.fd, block.address + 1, 3), 3);
  const other = open(`${scratch.path}/file`, O_RDONLY);
  assertEquals(read(other, block.address + 8, 8), 3);
  assertEquals([...block.bytes.subarray(8, 12)], [2, 3, 4, 0]);
  assertEquals(read(other, block.address, 8), 0);
  assertEquals(write(other, block.address, 1), -9);
  assertEquals(close(other), 0);
  assertEquals(read(other, block.address, 8), -9);
});

Deno.test("pread() and pwrite() use views where they are", () => {
  using scratch = new Scratch();
  const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
  assertEquals(pwrite(scratch.fd, bytes.subarray(10, 20), 10, 5), 10);
  const whole = new Uint8Array(40);
  assertEquals(pread(scratch.fd, whole.subarray(20, 30), 10, 8), 7);
  assertEquals([...whole.subarray(19, 28)], [0, 13, 14, 15, 16, 17, 18, 19, 0]);
  assertEquals(pread(scratch.fd, new Uint8Array(0), 0, 0), 0);
  assertEquals(pread(-1, whole, 1, 0), -9);
  assertEquals(pwrite(-1, whole, 1, 0), -9);
});

Deno.test("pwrite() takes offsets over 2^32", () => {
  using scratch = new Scratch();
  const far = 2 ** 40 + 1;
  assertEquals(pwrite(scratch.fd, new Uint8Array([7]), 1, far), 1);
  const byte = new Uint8Array(1);
  assertEquals(pread(scratch.fd, byte, 1, far), 1);
  assertEquals(byte[0], 7);
});

Deno.test("writev() gathers", () => {
  using scratch = new Scratch();
  const block = new MemoryBlock(64);
  block.bytes.set([1, 2, 3], 32);
  block.view.setBigUint64(0, BigInt(block.address + 32), true);
  block.view.setBigUint64(8, 1n, true);
  block.view.setBigUint64(16, BigInt(block.address + 33), true);
  block.view.setBigUint64(24, 2n, true);
  assertEquals(writev(scratch.fd, block.address, 2), 3);
  assertEquals([...Deno.readFileSync(`${scratch.path}/file`)], [1, 2, 3]);
  assertEquals(writev(-1, block.address, 2), -9);
});

Deno.test("open() gives descriptors and errnos", () => {
  assertEquals(open("/nowhere/at/all", O_RDONLY), -2);
  assertEquals(open("/dev/null/below", O_RDONLY), -20);
  const before = openDescriptors();
  const fd = open("/dev/null", O_RDONLY);
  assertEquals(openDescriptors(), before + 1);
  const other = dup(fd);
  assert(other !== fd && other >= 0);
  assertEquals([close(fd), close(other), dup(fd)], [0, 0, -9]);
  assertEquals(openDescriptors(), before);
});

Deno.test("setNonblocking() sets the flag, and fails on what is not open", () => {
  using scratch = new Scratch();
  assertEquals(fcntl(scratch.fd, F_GETFL, 0) & O_NONBLOCK, 0);
  setNonblocking(scratch.fd);
  assertEquals(fcntl(scratch.fd, F_GETFL, 0) & O_NONBLOCK, O_NONBLOCK);
  const error = assertThrows(() => setNonblocking(-1), FsError);
  assertEquals(error.code, "EBADF");
});

Deno.test("ioctl() passes its request and refusal on", () => {
  using scratch = new Scratch();
  const block = new MemoryBlock(8);
  // FIONREAD of a file is what is left to read.
  assertEquals(pwrite(scratch.fd, new Uint8Array(5), 5, 0), 5);
  assertEquals(ioctl(scratch.fd, 0x541b, block.address), 0);
  assertEquals(block.view.getInt32(0, true), 5);
  assertEquals(ioctl(scratch.fd, 0x8004e500, block.address), -25);
});

Deno.test("poll() sees an eventfd become ready", async () => {
  const fd = eventfd();
  const block = new MemoryBlock(16);
  block.view.setInt32(0, fd, true);
  block.view.setInt16(4, 1, true);
  block.view.setUint32(8, 1, true);
  assertEquals(poll(block.address, 1, 0), 0);
  assertEquals(read(fd, block.address + 8, 8), -11);
  const waiting = pollAsync(block.address, 1, -1);
  assertEquals(write(fd, block.address + 8, 8), 8);
  assertEquals(await waiting, 1);
  assertEquals(poll(block.address, 1, 0), 1);
  assertEquals(block.view.getInt16(6, true), 1);
  assertEquals(close(fd), 0);
});

Deno.test("writeAsync() writes on another thread, and says only that it failed", async () => {
  using scratch = new Scratch();
  const block = new MemoryBlock(4);
  assertEquals(await writeAsync(scratch.fd, block.address, 4), 4);
  assertEquals(await writeAsync(-1, block.address, 4), -1);
});

Deno.test("duplicate() gives a file another number, which programs do not inherit", () => {
  const first = eventfd();
  const second = duplicate(first);
  assertEquals(close(first), 0);
  const flags = Deno.readTextFileSync(`/proc/self/fdinfo/${second}`).match(/flags:\s+(\d+)/)?.[1];
  assertEquals(Number.parseInt(flags ?? "", 8) & O_CLOEXEC, O_CLOEXEC);
  assertEquals(close(second), 0);
  assertThrows(() => duplicate(-1), FsError, "EBADF");
});
