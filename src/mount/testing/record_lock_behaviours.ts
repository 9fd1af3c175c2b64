/**
 * Whose record locks go when (`fcntl_locking(2)`). Tried as `posix_behaviours.ts` says.
 *
 * @module
 */
// Not @std/assert: this runs as a program of its own, without an import map.
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import * as libc from "../../libc/mod.ts";
import { open } from "./system_calls.ts";

const { check, F_RDLCK, F_WRLCK } = libc;
/** The lock of a process; those of `libc.setRecordLock` are an open file's. */
const F_SETLK = 6;
/** RELEASE is sent when the last descriptor has gone, and nobody waits for it. */
const RELEASED_MS = 60;
const PATIENCE_MS = 30_000;

/** Locks bytes for this process. */
function lock(fd: number, start: number, length: number): void {
  const block = new libc.MemoryBlock(32);
  block.view.setInt16(0, F_WRLCK, true);
  block.view.setBigInt64(8, BigInt(start), true);
  block.view.setBigInt64(16, BigInt(length), true);
  check(libc.fcntl(fd, F_SETLK, block.address), "fcntl");
}

/** What somebody else would meet, from a descriptor that is open before: closing one lets go of locks. */
function met(fd: number, start: number): string {
  const found = libc.getRecordLock(fd, F_RDLCK, start, 1);
  assert(typeof found !== "number");
  return found === null ? "nothing" : `${found.start}+${found.length}`;
}

/** A program that has open what is open here now, until its end. */
function startHolder(): { end(): Promise<void> } {
  const child = new Deno.Command("sleep", { args: ["600"], stdin: "null" }).spawn();
  return {
    async end() {
      child.kill("SIGKILL");
      await child.status;
      await new Promise((resolve) => setTimeout(resolve, RELEASED_MS));
    },
  };
}

/** Each throws when the filesystem does not behave. */
export const RECORD_LOCK_BEHAVIOURS: Readonly<Record<string, () => Promise<void> | void>> = {
  "a lock stays when an open file goes that its process had locked and closed before": async () => {
    const watcher = open("f");
    const first = open("f");
    lock(first, 0, 10);
    const holder = startHolder();
    libc.close(first);
    assertEquals(met(watcher, 0), "nothing");
    const second = open("f");
    lock(second, 0, 10);
    await holder.end();
    assertEquals(met(watcher, 0), "0+10");
  },
  "a lock stays when an open file of others goes that was locked while its process closed one":
    async () => {
      const watcher = open("f");
      const other = open("f");
      check(libc.setRecordLock(other, F_WRLCK, 20, 5), "fcntl");
      const holder = startHolder();
      libc.close(other);
      const first = open("f");
      lock(first, 0, 10);
      libc.close(first);
      const second = open("f");
      lock(second, 0, 10);
      assertEquals([met(watcher, 0), met(watcher, 20)], ["0+10", "20+5"]);
      await holder.end();
      assertEquals(met(watcher, 0), "0+10");
      const until = performance.now() + PATIENCE_MS;
      while (met(watcher, 20) !== "nothing" && performance.now() < until);
      assertEquals(met(watcher, 20), "nothing");
    },
  "what a process does not hold it does not take from others by closing": async () => {
    const watcher = open("f");
    const other = open("f");
    // As SQLite does: the range that is locked last lies before the first.
    check(libc.setRecordLock(other, F_RDLCK, 20, 5), "fcntl");
    check(libc.setRecordLock(other, F_WRLCK, 10, 1), "fcntl");
    const holder = startHolder();
    const first = open("f");
    lock(first, 0, 5);
    libc.close(first);
    assertEquals([met(watcher, 0), met(watcher, 10)], ["nothing", "10+1"]);
    assertEquals(libc.setRecordLock(watcher, F_WRLCK, 20, 1), -11);
    await holder.end();
    libc.close(other);
  },
  "a process lets go of what it locked through every descriptor when it closes one": () => {
    const watcher = open("f");
    const [first, second, third] = [open("f"), open("f"), open("f")];
    lock(first, 0, 10);
    lock(second, 20, 10);
    libc.close(third);
    assertEquals([met(watcher, 0), met(watcher, 20)], ["nothing", "nothing"]);
    lock(first, 0, 10);
    libc.close(second);
    assertEquals(met(watcher, 0), "nothing");
    libc.close(first);
  },
};
