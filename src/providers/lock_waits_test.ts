import { assert, assertEquals } from "@std/assert";
import type { FileLock } from "../provider/mod.ts";
import { isDeadlock, type LockWaits } from "./lock_waits.ts";

function lock(type: "read" | "write", owner: number, start = 0, end = 9): FileLock {
  return { kind: "posix", type, start, end, owner, pid: 1 };
}

function waiter(type: "read" | "write", owner: number): { readonly lock: FileLock } {
  return { lock: lock(type, owner) };
}

Deno.test("a wait is a deadlock when a chain of waits leads back to who asks", () => {
  const a: LockWaits = { posix: [lock("write", 1)], waiting: [waiter("write", 2)] };
  const b: LockWaits = { posix: [lock("read", 2), lock("read", 4)], waiting: [waiter("write", 3)] };
  const c: LockWaits = { posix: [lock("write", 3)], waiting: [] };
  assert(isDeadlock(c, lock("write", 1), [a, b, c]));
  assert(!isDeadlock(c, lock("write", 4, 0, 9), [a, c]));
  assert(!isDeadlock(c, lock("write", 5), [a, b, c]));
  assert(!isDeadlock(c, lock("write", 1, 10, 19), [a, b, c]));
});

Deno.test("who waits in two places is followed to both", () => {
  const a: LockWaits = { posix: [lock("write", 2)], waiting: [] };
  const b: LockWaits = { posix: [lock("write", 9)], waiting: [waiter("read", 2)] };
  const c: LockWaits = { posix: [lock("write", 1)], waiting: [waiter("read", 2)] };
  assert(isDeadlock(a, lock("write", 1), [a, b, c]));
  const flock = { lock: { ...lock("write", 2), kind: "flock" as const } };
  assert(!isDeadlock(a, lock("write", 1), [a, b, { ...c, waiting: [flock] }]));
});

Deno.test("many who hold and many who wait are each looked at once", () => {
  const count = 1000;
  let looks = 0;
  const shared: FileLock[] = Array.from({ length: count }, (_, owner) => ({
    ...lock("read", owner),
    get start() {
      looks++;
      return 0;
    },
  }));
  let listings = 0;
  const waiting = shared.map(({ owner }) => waiter("write", Number(owner)));
  const a: LockWaits = {
    posix: shared,
    get waiting() {
      listings++;
      return [];
    },
  };
  const b: LockWaits = {
    posix: shared,
    get waiting() {
      listings++;
      return waiting;
    },
  };
  looks = 0;
  assert(!isDeadlock(a, lock("write", count), [a, b]));
  assertEquals(listings, 2);
  assert(looks < 5 * count, `${looks} looks`);
});
