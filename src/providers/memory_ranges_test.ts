import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  FALLOC_FL_COLLAPSE_RANGE,
  FALLOC_FL_INSERT_RANGE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  O_APPEND,
  O_CREAT,
  O_PATH,
  O_RDWR,
  O_WRONLY,
  SEEK_DATA,
  SEEK_HOLE,
} from "../base/mod.ts";
import type { MemoryHandle } from "./mod.ts";
import { MemoryPageTable } from "./memory_page_table.ts";
import { COPY_BYTES_MAX } from "./memory_ranges.ts";
import { MemoryProvider } from "./mod.ts";

const PAGE = 4096;
const PUNCH = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

function open(memory = new MemoryProvider(), path = "/f", flags = O_RDWR | O_CREAT): MemoryHandle {
  return memory.open(path, flags, 0o644);
}

function used(memory: MemoryProvider): number {
  const { blocks, bfree } = memory.statfs("/");
  return blocks - bfree;
}

Deno.test("allocate() pays for space, grows the file, and writing there cannot fail", () => {
  const memory = new MemoryProvider({ maxBytes: 4 * PAGE });
  const file = open(memory);
  file.allocate(0, 100, 3 * PAGE);
  assertEquals([file.stat().size, file.stat().blocks, used(memory)], [100 + 3 * PAGE, 32, 4]);
  assertThrows(() => open(memory, "/g").writeAt(Uint8Array.of(1), 0), Error, "ENOSPC");
  assertEquals(file.writeAt(new Uint8Array(4 * PAGE).fill(1), 0), 4 * PAGE);
});

Deno.test("allocate() with KEEP_SIZE leaves the size, and truncate() takes the space back", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.allocate(FALLOC_FL_KEEP_SIZE, 0, 3 * PAGE);
  assertEquals([file.stat().size, used(memory)], [0, 3]);
  file.truncate(0);
  assertEquals(used(memory), 0);
});

Deno.test("allocate() with PUNCH_HOLE frees whole pages and clears the rest", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.writeAt(new Uint8Array(3 * PAGE).fill(7), 0);
  file.allocate(PUNCH, 100, 2 * PAGE);
  assertEquals([file.stat().size, used(memory)], [3 * PAGE, 2]);
  const bytes = memory.readFile("/f");
  assert(bytes.subarray(0, 100).every((byte) => byte === 7));
  assert(bytes.subarray(100, 100 + 2 * PAGE).every((byte) => byte === 0));
  assert(bytes.subarray(100 + 2 * PAGE).every((byte) => byte === 7));
});

Deno.test("allocate() with PUNCH_HOLE frees the page of a small file when all of it goes", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.writeAt(new Uint8Array(50).fill(7), 0);
  file.allocate(PUNCH, 0, PAGE);
  assertEquals([file.stat().size, used(memory)], [50, 0]);
  assertEquals(memory.readFile("/f"), new Uint8Array(50));
});

Deno.test("allocate() with ZERO_RANGE clears, keeps the space, and grows unless told not to", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.writeAt(new Uint8Array(2 * PAGE).fill(7), 0);
  file.allocate(FALLOC_FL_ZERO_RANGE, PAGE, 2 * PAGE);
  assertEquals([file.stat().size, used(memory)], [3 * PAGE, 3]);
  file.allocate(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 0, 5 * PAGE);
  assertEquals([file.stat().size, used(memory)], [3 * PAGE, 5]);
  assertEquals(memory.readFile("/f"), new Uint8Array(3 * PAGE));
});

Deno.test("allocate() refuses what it cannot do", () => {
  const memory = new MemoryProvider({ maxBytes: 4 * PAGE, maxFileSize: 100 * PAGE });
  const file = open(memory);
  const refused: [number, number, number, string][] = [
    [0, -1, 10, "EINVAL"],
    [0, 0, 0, "EINVAL"],
    [0, 0.5, 10, "EINVAL"],
    [FALLOC_FL_PUNCH_HOLE, 0, 10, "EOPNOTSUPP"],
    [FALLOC_FL_COLLAPSE_RANGE, 0, PAGE, "EOPNOTSUPP"],
    [FALLOC_FL_INSERT_RANGE, 0, PAGE, "EOPNOTSUPP"],
    [PUNCH | FALLOC_FL_ZERO_RANGE, 0, PAGE, "EOPNOTSUPP"],
    [0, 0, 101 * PAGE, "EFBIG"],
    [0, 0, 5 * PAGE, "ENOSPC"],
  ];
  for (const [mode, offset, length, code] of refused) {
    assertThrows(() => file.allocate(mode, offset, length), Error, code);
  }
  assertEquals([file.stat().size, used(memory)], [0, 0]);
  assertThrows(() => open(memory, "/f", 0).allocate(0, 0, 1), Error, "EBADF");
});

Deno.test("allocate() and seekHole() look at 256 pages at once", () => {
  const file = open();
  const pages = 2 ** 18;
  const { get, leafAt, leafFor } = MemoryPageTable.prototype;
  let calls = 0;
  MemoryPageTable.prototype.get = function (page) {
    calls++;
    return get.call(this, page);
  };
  MemoryPageTable.prototype.leafAt = function (page) {
    calls++;
    return leafAt.call(this, page);
  };
  MemoryPageTable.prototype.leafFor = function (page) {
    calls++;
    return leafFor.call(this, page);
  };
  try {
    file.allocate(0, 0, pages * PAGE);
    assertThrows(() => file.seekHole(0, SEEK_DATA), Error, "ENXIO");
  } finally {
    Object.assign(MemoryPageTable.prototype, { get, leafAt, leafFor });
  }
  assertEquals(file.stat().blocks, pages * 8);
  assert(calls <= 3 * pages / 256, `${calls} calls`);
});

Deno.test("allocate() says ENOSPC without looking at every page", () => {
  const file = open(new MemoryProvider({ maxBytes: PAGE }));
  assertThrows(() => file.allocate(0, 0, 2 ** 52), Error, "ENOSPC");
});

Deno.test("seekHole() finds data and holes page by page", () => {
  const file = open();
  file.writeAt(Uint8Array.of(1), 2 * PAGE + 5);
  file.writeAt(Uint8Array.of(1), 1000 * PAGE);
  file.truncate(2000 * PAGE);
  assertEquals(file.seekHole(0, SEEK_DATA), 2 * PAGE);
  assertEquals(file.seekHole(0, SEEK_HOLE), 0);
  assertEquals(file.seekHole(2 * PAGE + 9, SEEK_DATA), 2 * PAGE + 9);
  assertEquals(file.seekHole(2 * PAGE + 9, SEEK_HOLE), 3 * PAGE);
  assertEquals(file.seekHole(3 * PAGE, SEEK_DATA), 1000 * PAGE);
  assertEquals(file.seekHole(1000 * PAGE, SEEK_HOLE), 1001 * PAGE);
  assertThrows(() => file.seekHole(1001 * PAGE, SEEK_DATA), Error, "ENXIO");
});

Deno.test("seekHole() crosses a petabyte at once", () => {
  const file = open();
  file.writeAt(Uint8Array.of(1), 2 ** 52);
  assertEquals(file.seekHole(0, SEEK_DATA), 2 ** 52);
});

Deno.test("seekHole() refuses the end, other questions and directories", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.writeAt(new Uint8Array(10), 0);
  assertEquals(file.seekHole(3, SEEK_HOLE), 10);
  for (const offset of [10, 11, -1]) {
    assertThrows(() => file.seekHole(offset, SEEK_DATA), Error, "ENXIO");
    assertThrows(() => file.seekHole(offset, SEEK_HOLE), Error, "ENXIO");
  }
  assertThrows(() => file.seekHole(0, 0), Error, "EINVAL");
  assertThrows(() => open(memory, "/", 0).seekHole(0, SEEK_DATA), Error, "EINVAL");
});

Deno.test("copyRange() copies between files and within one, and keeps holes", () => {
  const memory = new MemoryProvider();
  const source = open(memory);
  source.writeAt(new Uint8Array(100).fill(5), 10 * PAGE);
  const target = open(memory, "/g");
  assertEquals(source.copyRange(0, target, 0, 2 ** 40), 10 * PAGE + 100);
  assertEquals(memory.readFile("/g"), memory.readFile("/f"));
  assertEquals(target.stat().blocks, 8);
  assertEquals(source.copyRange(10 * PAGE, source, 20, 50), 50);
  assertEquals(memory.readFile("/f").subarray(20, 70), new Uint8Array(50).fill(5));
  assertEquals(source.copyRange(2 ** 40, target, 0, 5), 0);
});

Deno.test("copyRange() crosses a petabyte of nothing at once", () => {
  const memory = new MemoryProvider();
  const source = open(memory);
  source.writeAt(Uint8Array.of(7), 2 ** 50);
  assertEquals(source.copyRange(1, open(memory, "/g"), 0, 2 ** 51), 2 ** 50);
  const last = new Uint8Array(2);
  assertEquals(open(memory, "/g").readAt(last, 2 ** 50 - 1), 1);
  assertEquals(last[0], 7);
});

Deno.test("copyRange() copies so much and no more in one turn, and all of it in the end", () => {
  const memory = new MemoryProvider();
  const [source, target] = [open(memory), open(memory, "/g")];
  const size = COPY_BYTES_MAX * 2 + 5000;
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += 999) data[at] = at & 255;
  source.writeAt(data, 0);
  const parts: number[] = [];
  const copyAll = (from: MemoryHandle, length: number): void => {
    parts.length = 0;
    for (let done = 0, copied = -1; copied !== 0; done += copied) {
      copied = from.copyRange(done, target, done, length - done);
      parts.push(copied);
    }
  };
  copyAll(source, size);
  assertEquals(parts, [COPY_BYTES_MAX, COPY_BYTES_MAX, 5000, 0]);
  assertEquals(memory.readFile("/g"), data);

  // A hole over data that is there, which has to be cleared; then space that is only reserved.
  const hole = open(memory, "/hole");
  hole.truncate(size);
  copyAll(hole, size);
  assert(parts.length > 2, `${parts}`);
  assert(memory.readFile("/g").every((byte) => byte === 0));
  hole.allocate(0, 0, 2 ** 30);
  target.truncate(0);
  copyAll(hole, 2 ** 30);
  assert(parts.length > 2, `${parts}`);
  assertEquals([target.stat().size, target.stat().blocks], [2 ** 30, 0]);
});

Deno.test("copyRange() within a small file survives the move of its data", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.writeAt(new Uint8Array(1500).fill(5), 0);
  assertEquals(file.copyRange(0, file, 1500, 1500), 1500);
  assertEquals(memory.readFile("/f"), new Uint8Array(3000).fill(5));
});

Deno.test("copyRange() refuses overlap, strangers, directories and the wrong modes", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.writeAt(new Uint8Array(100), 0);
  assertThrows(() => file.copyRange(0, file, 50, 51), Error, "EINVAL");
  assertThrows(() => file.copyRange(0, open(), 0, 1), Error, "EXDEV");
  assertThrows(() => file.copyRange(0, open(memory, "/", 0), 0, 1), Error, "EISDIR");
  assertThrows(() => file.copyRange(0, open(memory, "/f", 0), 0, 1), Error, "EBADF");
  assertThrows(() => file.copyRange(0, open(memory, "/f", O_PATH), 0, 1), Error, "EBADF");
  assertThrows(
    () => file.copyRange(0, open(memory, "/f", O_RDWR | O_APPEND), 0, 1),
    Error,
    "EBADF",
  );
  assertThrows(() => open(memory, "/f", O_WRONLY).copyRange(0, file, 200, 1), Error, "EBADF");
  assertThrows(() => file.copyRange(-1, file, 200, 1), Error, "EINVAL");
});

Deno.test("copyRange() copies what fits", () => {
  const memory = new MemoryProvider({ maxBytes: 5 * PAGE });
  const source = open(memory);
  source.writeAt(new Uint8Array(3 * PAGE).fill(1), 0);
  const target = open(memory, "/g");
  assertEquals(source.copyRange(0, target, 0, 3 * PAGE), 2 * PAGE);
  assertThrows(() => source.copyRange(0, target, 2 * PAGE, PAGE), Error, "ENOSPC");
});
