import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryArena, PAGE_SIZE, SLAB_PAGES } from "./memory_arena.ts";

function slabs(arena: MemoryArena): number {
  return arena.bytes.filter((bytes) => bytes.length > 0).length;
}

Deno.test("allocate() hands out neighbours, beginning with a small slab", () => {
  const arena = new MemoryArena();
  assertEquals([arena.allocate(), arena.allocate(), arena.allocate()], [0, 1, 2]);
  assertEquals(arena.bytes[0]?.length, 16 * PAGE_SIZE);
  for (let page = 3; page < 16; page++) arena.allocate();
  assertEquals(arena.allocate(), SLAB_PAGES, "the next slab begins a new range of numbers");
});

Deno.test("allocate() says whether a page holds zeros", () => {
  const arena = new MemoryArena();
  const page = arena.allocate();
  assert(arena.isZeroed);
  arena.free(page);
  assertEquals(arena.allocate(), page);
  assert(!arena.isZeroed);
});

Deno.test("free() lets empty slabs go, but keeps one", () => {
  const arena = new MemoryArena();
  const pages = Array.from({ length: 16 + 64 + 4 * SLAB_PAGES }, () => arena.allocate());
  assertEquals(slabs(arena), 6);
  for (const page of pages) arena.free(page);
  assertEquals([slabs(arena), arena.pagesInUse], [2, 0], "the current one and a spare");
  for (let page = 0; page < 3 * SLAB_PAGES; page++) arena.allocate();
  assertEquals(arena.pagesInUse, 3 * SLAB_PAGES);
});

Deno.test("free() refuses a page of no slab", () => {
  assertThrows(() => new MemoryArena().free(9), RangeError, "no such slab");
});

Deno.test("no page has two owners, and none is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2000 }), { maxLength: 3000, size: "max" }), (steps) => {
      const arena = new MemoryArena();
      const owned: number[] = [];
      for (const step of steps) {
        if (step % 5 < 3 || owned.length === 0) {
          const page = arena.allocate();
          assert(!owned.includes(page));
          owned.push(page);
        } else {
          const at = step % owned.length;
          arena.free(owned[at]!);
          owned.splice(at, 1);
        }
        assertEquals(arena.pagesInUse, owned.length);
      }
      for (const page of owned) arena.free(page);
      assert(slabs(arena) <= 2);
    }),
    { numRuns: 20 },
  );
});
