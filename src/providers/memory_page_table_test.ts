import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { HOLE, MemoryPageTable, RESERVED } from "./memory_page_table.ts";

const index = fc.oneof(
  fc.nat({ max: 600 }),
  fc.constantFrom(255, 256, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 41 - 1),
);

Deno.test("the table answers as a Map does, at any index", () => {
  const step = fc.record({ index, entry: fc.constantFrom(HOLE, RESERVED, 1, 7, 9) });
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), fc.array(index), (steps, asked) => {
    const table = new MemoryPageTable();
    const model = new Map<number, number>();
    for (const { index, entry } of steps) {
      table.setIn(table.leafFor(index), index, entry);
      if (entry === HOLE) model.delete(index);
      else model.set(index, entry);
    }
    for (const one of [...asked, ...steps.map((step) => step.index)]) {
      assertEquals(table.get(one), model.get(one) ?? HOLE);
    }
    assertEquals(table.count, model.size);
  }));
});

Deno.test("nextLeaf() skips what is not there and misses nothing that is", () => {
  fc.assert(fc.property(fc.uniqueArray(index, { minLength: 1 }), index, (pages, from) => {
    const table = new MemoryPageTable();
    for (const page of pages) table.setIn(table.leafFor(page), page, 1);
    const found: number[] = [];
    for (let at = table.nextLeaf(from); at !== Infinity; at = table.nextLeaf(at)) {
      const leaf = table.leafAt(at) ?? [];
      const start = at - at % 256;
      for (; at < start + 256; at++) if ((leaf[at % 256] ?? HOLE) !== HOLE) found.push(at);
    }
    assertEquals(found, pages.filter((page) => page >= from).toSorted((a, b) => a - b));
  }));
});

Deno.test("holes are counted, reserved and found as one by one", () => {
  const step = fc.record({ index, entry: fc.constantFrom(HOLE, RESERVED, 1, 7) });
  const range = fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }));
  fc.assert(fc.property(fc.array(step), range, range, (steps, [from, size], [start, length]) => {
    const table = new MemoryPageTable();
    for (const { index, entry } of steps) table.setIn(table.leafFor(index), index, entry);
    const count = table.count;
    const holes: number[] = [];
    for (let at = from; at < from + size; at++) if (table.get(at) === HOLE) holes.push(at);
    assertEquals(table.countHoles(from, from + size), holes.length);
    table.reserve(from, from + size);
    assertEquals(table.count, count + holes.length);
    for (const at of holes) assertEquals(table.get(at), RESERVED);
    const last = new Map(steps.map(({ index, entry }) => [index, entry]));
    for (const [at, entry] of last) {
      const isFilled = entry === HOLE && at >= from && at < from + size;
      assertEquals(table.get(at), isFilled ? RESERVED : entry);
    }
    assertEquals(table.countHoles(from, from + size), 0);
    for (const isData of [true, false]) {
      let at = start;
      while (at < start + length && table.get(at) > 0 !== isData) at++;
      assertEquals(table.find(isData, start, start + length), at);
    }
  }));
});

Deno.test("reserved space is one leaf for all, until something else is put there", () => {
  const [one, other] = [new MemoryPageTable(), new MemoryPageTable()];
  one.reserve(0, 1024);
  other.reserve(256, 512);
  assert(one.leafAt(0) === one.leafAt(300) && one.leafAt(0) === other.leafAt(256));
  one.setIn(one.leafFor(300), 300, 7);
  one.reserve(0, 1024);
  assertEquals([one.get(300), one.get(301), other.get(300), one.count], [
    7,
    RESERVED,
    RESERVED,
    1024,
  ]);
  assertEquals([one.removeReserved(256, 1024), one.removeReserved(512, 700)], [0, 0]);
  assertEquals([one.removeReserved(512, 768), one.count], [256, 768]);
  assertEquals([one.get(512), one.get(511), one.get(768)], [HOLE, RESERVED, RESERVED]);
  assertEquals([other.removeReserved(256, 512), other.count, other.nextLeaf(0)], [256, 0, 0]);
});

Deno.test("removeLeaf() removes the leaf and leaves the others", () => {
  const table = new MemoryPageTable();
  for (const page of [3, 70_000, 2 ** 33]) table.setIn(table.leafFor(page), page, page % 1000 + 1);
  table.setIn(table.leafFor(70_000), 70_000, HOLE);
  table.removeLeaf(70_000);
  assertEquals(table.leafAt(70_000), undefined);
  assertEquals([table.get(3), table.get(2 ** 33)], [4, 2 ** 33 % 1000 + 1]);
  assertEquals(table.nextLeaf(256), 2 ** 33, "nothing is left between");
  table.removeLeaf(2 ** 40);
  assertEquals(table.count, 2);
});
