import { assertEquals, assertThrows } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError } from "../base/mod.ts";
import {
  close,
  CStringArea,
  eventfd,
  IN_CREATE,
  inotifyAddWatch,
  inotifyInit,
  MemoryBlock,
  POLLIN,
  POLLOUT,
  PollSet,
  read,
  readinessOf,
  write,
} from "./mod.ts";

const EAGAIN = -11;

/** A counter at 0, and the number one. */
function counter(isSemaphore = false): { fd: number; one: MemoryBlock } {
  const one = new MemoryBlock(8);
  one.view.setUint32(0, 1, true);
  return { fd: eventfd(isSemaphore), one };
}

Deno.test("a set says how many of its descriptors have what is waited for, without waiting", () => {
  const { fd, one } = counter();
  const set = new PollSet([fd, POLLIN], [fd, POLLOUT]);
  assertEquals(set.look(), 1);
  write(fd, one.address, 8);
  assertEquals(set.look(), 2);
  assertEquals(new PollSet([fd, 0]).look(), 0);
  close(fd);
  assertEquals(set.look(), 2, "what is closed has something to say too");
});

Deno.test("a set waits on another thread until one of them has something", async () => {
  const { fd, one } = counter();
  const waiting = new PollSet([fd, POLLIN]).wait();
  write(fd, one.address, 8);
  await waiting;
  close(fd);
});

Deno.test("a semaphore gives one at a time, another counter all at once", () => {
  for (const isSemaphore of [true, false]) {
    const { fd, one } = counter(isSemaphore);
    write(fd, one.address, 8);
    write(fd, one.address, 8);
    const taken = new MemoryBlock(8);
    assertEquals(read(fd, taken.address, 8), 8);
    assertEquals(taken.view.getUint32(0, true), isSemaphore ? 1 : 2);
    assertEquals(new PollSet([fd, POLLIN]).look(), isSemaphore ? 1 : 0);
    close(fd);
  }
});

Deno.test("the readiness of a queue can be seen, and the queue not be touched", () => {
  using scratch = new ScratchDirectory();
  const queue = inotifyInit();
  inotifyAddWatch(queue, new CStringArea().put(scratch.path), IN_CREATE);
  const readiness = readinessOf(queue);
  const set = new PollSet([readiness, POLLIN]);
  assertEquals(set.look(), 0);
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  assertEquals([set.look(), set.look()], [1, 1]);
  const block = new MemoryBlock(1024);
  assertEquals(read(readiness, block.address, 1024), -22);
  assertEquals(set.look(), 1);
  assertEquals(read(queue, block.address, 1024), 32);
  assertEquals(read(queue, block.address, 1024), EAGAIN);
  assertEquals(set.look(), 0);
  Deno.writeTextFileSync(`${scratch.path}/g`, "");
  close(queue);
  assertEquals(set.look(), 0, "it does not keep the queue");
  close(readiness);
  assertThrows(() => readinessOf(-1), FsError, "EBADF");
});
