import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryArena } from "./memory_arena.ts";
import { FRAGMENT_MAX, fragmentSize, MemoryFragments } from "./memory_fragments.ts";

Deno.test("fragmentSize() is the next power of two, from 64 to 2048", () => {
  const sizes = [1, 64, 65, 128, 129, 1000, 1024, 1025, FRAGMENT_MAX].map(fragmentSize);
  assertEquals(sizes, [64, 64, 128, 128, 256, 1024, 1024, 2048, 2048]);
});

Deno.test("fragments of one size share a page, and the page goes with the last", () => {
  const arena = new MemoryArena();
  const fragments = new MemoryFragments(arena);
  const some = Array.from({ length: 64 }, () => fragments.allocate(64));
  assertEquals(arena.pagesInUse, 1);
  some.push(fragments.allocate(64), fragments.allocate(2048));
  assertEquals(arena.pagesInUse, 3);
  for (const [index, fragment] of some.entries()) {
    fragments.free(fragment, index === 65 ? 2048 : 64);
  }
  assertEquals(arena.pagesInUse, 0);
});

Deno.test("free() refuses a fragment of no page", () => {
  assertThrows(
    () => new MemoryFragments(new MemoryArena()).free(640, 64),
    RangeError,
    "no such page",
  );
});

Deno.test("fragments never overlap, are aligned, and come as zeros", () => {
  const size = fc.constantFrom(64, 128, 256, 512, 1024, 2048);
  const step = fc.record({ size, isFree: fc.boolean(), at: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: "max" }), (steps) => {
      const arena = new MemoryArena();
      const fragments = new MemoryFragments(arena);
      const owned: { fragment: number; size: number }[] = [];
      const bytesOf = ({ fragment, size }: { fragment: number; size: number }): Uint8Array => {
        const start = MemoryFragments.offsetOf(fragment);
        return arena.bytes[fragment >> 14]!.subarray(start, start + size);
      };
      for (const [index, step] of steps.entries()) {
        if (step.isFree && owned.length > 0) {
          const [gone] = owned.splice(step.at % owned.length, 1);
          fragments.free(gone!.fragment, gone!.size);
          continue;
        }
        const made = { fragment: fragments.allocate(step.size), size: step.size };
        const bytes = bytesOf(made);
        assert(bytes.every((byte) => byte === 0));
        assertEquals(MemoryFragments.offsetOf(made.fragment) % made.size, 0);
        bytes.fill(index % 255 + 1);
        owned.push(made);
      }
      for (const one of owned) {
        const bytes = bytesOf(one);
        assert(
          bytes[0] !== 0 && bytes.every((byte) => byte === bytes[0]),
          "somebody else wrote here",
        );
        fragments.free(one.fragment, one.size);
      }
      assertEquals(arena.pagesInUse, 0);
    }),
    { numRuns: 50 },
  );
});
