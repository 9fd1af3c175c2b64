import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { ERRNO } from "../base/mod.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { MemoryClock } from "./memory_clock.ts";
import { MemoryData } from "./memory_data.ts";
import { MemoryFile } from "./memory_inode.ts";
import { allocateRange, copyRange, seekRange } from "./memory_ranges.ts";

const PAGE = 4096;

function fixture(options = {}): { data: MemoryData; file: MemoryFile; other: MemoryFile } {
  const data = new MemoryData(new MemoryBudget(options));
  const make = (ino: number): MemoryFile => new MemoryFile(ino, 0o100644, 0, 0, new MemoryClock());
  return { data, file: make(1), other: make(2) };
}

function free(data: MemoryData): number {
  return data.budget.statfs().bfree;
}

function readAll(data: MemoryData, file: MemoryFile): Uint8Array {
  const bytes = new Uint8Array(file.size).fill(0xee);
  assertEquals(data.read(file, bytes, 0), file.size);
  return bytes;
}

Deno.test("a file that grows byte by byte keeps what was there", () => {
  const { data, file } = fixture();
  const wanted: number[] = [];
  for (let at = 0; at < 9000; at++) {
    assertEquals(data.write(file, Uint8Array.of(at & 255), at), 1);
    wanted.push(at & 255);
  }
  assertEquals(readAll(data, file), Uint8Array.from(wanted));
  assertEquals(data.arena.pagesInUse, 3, "its fragments have been given back");
});

Deno.test("read() ends at the end of the file", () => {
  const { data, file } = fixture();
  data.write(file, new Uint8Array(10).fill(1), 0);
  assertEquals(data.read(file, new Uint8Array(20), 4), 6);
  assertEquals(data.read(file, new Uint8Array(20), 10), 0);
  assertEquals(data.read(file, new Uint8Array(20), 2 ** 40), 0);
});

Deno.test("a small write far away costs one page", () => {
  const { data, file } = fixture();
  const before = free(data);
  assertEquals(data.write(file, Uint8Array.of(1), 2 ** 50), 1);
  assertEquals([file.size, file.blocksOf(), before - free(data)], [2 ** 50 + 1, 8, 1]);
  assertEquals(data.truncate(file, 0), null);
  assertEquals([file.blocksOf(), free(data)], [0, before]);
});

Deno.test("write() writes what fits and says ENOSPC when nothing does", () => {
  const { data, file } = fixture({ maxBytes: 3 * PAGE });
  assertEquals(data.write(file, new Uint8Array(5 * PAGE).fill(1), 100), 3 * PAGE - 100);
  assertStrictEquals(data.write(file, Uint8Array.of(1), 3 * PAGE), ERRNO.ENOSPC);
  assertEquals(file.size, 3 * PAGE);
  assertEquals(data.write(file, new Uint8Array(PAGE), 0), PAGE, "there is no need of space there");
});

Deno.test("a small file pays for a page before it gets a byte", () => {
  const { data, file, other } = fixture({ maxBytes: PAGE });
  assertEquals(data.write(file, new Uint8Array(10), 0), 10);
  assertStrictEquals(data.write(other, new Uint8Array(10), 0), ERRNO.ENOSPC);
  data.discard(file);
  assertEquals(data.write(other, new Uint8Array(10), 0), 10);
});

Deno.test("write() and truncate() say EFBIG beyond the largest size", () => {
  const { data, file } = fixture({ maxFileSize: 1000 });
  assertEquals(data.write(file, new Uint8Array(20), 990), 10);
  assertStrictEquals(data.write(file, new Uint8Array(1), 1000), ERRNO.EFBIG);
  assertStrictEquals(data.truncate(file, 1001), ERRNO.EFBIG);
  assertEquals(data.truncate(file, 1000), null);
});

/** What a file must be: its bytes, one by one. */
class Model {
  bytes: number[] = [];

  write(part: readonly number[], at: number): void {
    if (part.length === 0) return;
    while (this.bytes.length < at + part.length) this.bytes.push(0);
    this.bytes.splice(at, part.length, ...part);
  }

  truncate(size: number): void {
    while (this.bytes.length < size) this.bytes.push(0);
    this.bytes.length = size;
  }
}

const place = fc.oneof(
  fc.nat({ max: 200 }),
  fc.constantFrom(2047, 2048, 2049, 4095, 4096, 4097, 8191, 8192, 12_288, 20_000),
);
const step = fc.record({
  op: fc.constantFrom("write", "write", "write", "truncate", "punch", "zero", "allocate", "copy"),
  at: place,
  size: place,
  to: place,
  fill: fc.integer({ min: 1, max: 255 }),
  isOther: fc.boolean(),
});

Deno.test("any sequence leaves the bytes of a plain array, and gives all space back", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const { data, file, other } = fixture();
      const before = free(data);
      const files = [{ file, model: new Model() }, { file: other, model: new Model() }] as const;
      for (const { op, at, size, to, fill, isOther } of steps) {
        const { file, model } = files[isOther ? 1 : 0];
        if (op === "write") {
          const part = Array.from({ length: size }, (_, index) => (index + fill) & 255);
          data.write(file, Uint8Array.from(part), at);
          model.write(part, at);
        } else if (op === "truncate") {
          data.truncate(file, size);
          model.truncate(size);
        } else if (op === "copy") {
          const target = files[isOther ? 0 : 1];
          const part = model.bytes.slice(at, at + size);
          assertEquals(copyRange(data, file, at, target.file, to, size), part.length);
          target.model.write(part, to);
        } else if (size > 0) {
          const mode = { punch: 3, zero: 16, allocate: 0 }[op] ?? 0;
          assertEquals(allocateRange(data, file, mode, at, size), null);
          if (op !== "punch") model.truncate(Math.max(model.bytes.length, at + size));
          if (op !== "allocate") model.bytes.fill(0, at, at + size);
        }
      }
      for (const { file, model } of files) {
        assertEquals(readAll(data, file), Uint8Array.from(model.bytes));
        checkHoles(data, file);
        data.discard(file);
      }
      assertEquals([free(data), data.arena.pagesInUse], [before, 0]);
    }),
    { numRuns: 300 },
  );
});

/** What SEEK_HOLE calls a hole reads as zeros, and data and holes take turns. */
function checkHoles(data: MemoryData, file: MemoryFile): void {
  let at = 0;
  while (at < file.size) {
    const start = seekRange(file, at, 3);
    const end = typeof start === "number" ? start : file.size;
    const hole = new Uint8Array(end - at);
    data.read(file, hole, at);
    assert(hole.every((byte) => byte === 0));
    if (typeof start !== "number") return;
    const next = seekRange(file, start, 4);
    assert(typeof next === "number" && next > start);
    at = next;
  }
}
