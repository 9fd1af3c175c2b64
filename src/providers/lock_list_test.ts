import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { FileLock } from "../provider/mod.ts";
import {
  conflictOf,
  type HeldLock,
  told,
  withoutHandle,
  withoutOwner,
  withRecordLock,
} from "./lock_list.ts";

const LAST = 15;

const HANDLES: readonly object[] = [{}, {}];

const lock: fc.Arbitrary<HeldLock> = fc.record({
  kind: fc.constant("posix" as const),
  type: fc.constantFrom("read" as const, "write" as const, "unlock" as const),
  range: fc.tuple(fc.nat({ max: LAST }), fc.nat({ max: LAST })),
  owner: fc.constantFrom(1, 2, 3),
  pid: fc.constant(7),
  handle: fc.constantFrom(...HANDLES),
}).map(({ range, ...rest }) => ({ ...rest, start: Math.min(...range), end: Math.max(...range) }));

/** What each owner holds on each byte. */
type Bytes = Map<FileLock["owner"], string[]>;

function bytesOf(locks: readonly FileLock[]): Bytes {
  const bytes: Bytes = new Map([1, 2, 3].map((owner) => [owner, Array(LAST + 1).fill("-")]));
  for (const { owner, type, start, end } of locks) {
    for (let at = start; at <= end; at++) {
      assertEquals(bytes.get(owner)![at], "-", "one owner's locks do not overlap");
      bytes.get(owner)![at] = type;
    }
  }
  return bytes;
}

Deno.test("record locks hold what a table of bytes holds, in as few ranges as can be", () => {
  fc.assert(fc.property(fc.array(lock, { maxLength: 30 }), (wanted) => {
    let locks: HeldLock[] = [];
    const model = bytesOf([]);
    for (const one of wanted) {
      const bytes = model.get(one.owner)!;
      let isFree = true;
      for (const [owner, held] of model) {
        for (let at = one.start; at <= one.end; at++) {
          if (owner === one.owner || held[at] === "-" || one.type === "unlock") continue;
          if (one.type === "write" || held[at] === "write") isFree = false;
        }
      }
      assertEquals(conflictOf(locks, one) === null, isFree);
      if (!isFree) continue;
      locks = withRecordLock(locks, one);
      bytes.fill(one.type === "unlock" ? "-" : one.type, one.start, one.end + 1);
      assertEquals(bytesOf(locks), model);
      const starts = locks.map(({ start }) => start);
      assertEquals(starts, starts.toSorted((one, other) => one - other));
    }
    const ranges = [...model.values()].map((bytes) =>
      bytes.filter((type, at) => type !== "-" && bytes[at - 1] !== type).length
    );
    assertEquals(locks.length, ranges.reduce((sum, count) => sum + count, 0));
  }));
});

Deno.test("a record lock is put in its place, and looks at each that is held at most once", () => {
  let looks = 0;
  const held = Array.from({ length: 1000 }, (_, index): HeldLock => ({
    kind: "posix",
    type: "write",
    get start() {
      looks++;
      return 4 * index;
    },
    end: 4 * index,
    owner: 1,
    pid: 7,
    handle: HANDLES[0]!,
  }));
  for (const at of [2, 2002, 3998]) {
    looks = 0;
    const wanted: HeldLock = { ...HELD[0]!, kind: "posix", type: "write", start: at, end: at };
    const locks = withRecordLock(held, wanted);
    // Bisection besides.
    assertLessOrEqual(looks, at / 4 + 12);
    assertEquals(locks.length, 1001);
    assertEquals(locks.findIndex(({ start }) => start === at), Math.ceil(at / 4));
  }
});

const HELD = [1, 2, 1].map((owner, index): HeldLock => ({
  kind: "flock",
  type: "read",
  start: 0,
  end: 1,
  owner,
  pid: 0,
  handle: HANDLES[index < 2 ? 0 : 1]!,
}));

Deno.test("withoutOwner() removes one owner's locks", () => {
  assertEquals(withoutOwner(HELD, 1).map((one) => one.owner), [2]);
  assertEquals(withoutOwner(HELD, 9), HELD);
});

Deno.test("withoutHandle() removes what was set through one handle, whoever owns it", () => {
  assertEquals(withoutHandle(HELD, HANDLES[0]!).map((one) => one.owner), [1]);
  assertEquals(withoutHandle(HELD, {}), HELD);
});

Deno.test("told() says nothing of handles", () => {
  assertEquals(told(HELD[0]!), { kind: "flock", type: "read", start: 0, end: 1, owner: 1, pid: 0 });
});
