import { assertEquals } from "@std/assert";
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
