import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type FileLock, LOCK_END_MAX } from "../provider/mod.ts";
import { isLockRange, normalLock, normalOwner } from "./lock_request.ts";

const LOCK: FileLock = { kind: "posix", type: "write", start: 0, end: 9, owner: 1, pid: 1 };

Deno.test("a lock's range is whole numbers in order, from 0 to the largest end", () => {
  assert(isLockRange(LOCK));
  assert(isLockRange({ ...LOCK, start: 3, end: 3 }));
  assert(isLockRange({ ...LOCK, end: LOCK_END_MAX }));
  for (const [start, end] of [[-1, 9], [5, 4], [0.5, 9], [NaN, 9], [0, LOCK_END_MAX + 1]]) {
    assert(!isLockRange({ ...LOCK, start: start ?? 0, end: end ?? 0 }), `${start} to ${end}`);
  }
});

Deno.test("an owner is one value, whether a number or a bigint says it", () => {
  for (const owner of [0, 7, 2 ** 52 + 5, Number.MAX_SAFE_INTEGER]) {
    assertStrictEquals(normalOwner(BigInt(owner)), owner);
    assertStrictEquals(normalOwner(owner), owner);
  }
  // As large as the kernel's owners are: no number could tell two of them apart.
  assertStrictEquals(normalOwner(2n ** 53n), 2n ** 53n);
  assertStrictEquals(normalOwner(2n ** 64n - 1n), 2n ** 64n - 1n);
});

Deno.test("a flock covers the whole file", () => {
  assertEquals(normalLock({ ...LOCK, kind: "flock", start: 5, end: 6 }), {
    ...LOCK,
    kind: "flock",
    start: 0,
    end: LOCK_END_MAX,
  });
  assertStrictEquals(normalLock(LOCK), LOCK);
});
