import { assertEquals } from "@std/assert";
import { Crowd } from "./crowd.ts";

/** A window of requests of so many callers, each of whom asks so many times in a row. */
function isCrowd(processors: number, callers: number, inARow = 1): boolean {
  const crowd = new Crowd(processors);
  for (let index = 0; index < 64; index++) {
    assertEquals(crowd.isThere, false);
    crowd.add(1 + Math.floor(index / inARow) % callers);
  }
  return crowd.isThere;
}

Deno.test("more callers than processors who take turns are a crowd", () => {
  assertEquals([1, 2, 3, 8].map((callers) => isCrowd(2, callers)), [false, false, true, true]);
  assertEquals([4, 5, 64].map((callers) => isCrowd(4, callers)), [false, true, true]);
  assertEquals(isCrowd(64, 64), false);
});

Deno.test("programs that follow each other are none", () => {
  assertEquals([1, 2, 3, 8].map((inARow) => isCrowd(2, 8, inARow)), [true, true, false, false]);
});

Deno.test("a crowd is there until a window has none", () => {
  const crowd = new Crowd(2);
  const seen: boolean[] = [];
  for (const callers of [3, 1, 3, 3, 2]) {
    for (let index = 0; index < 64; index++) crowd.add(1 + index % callers);
    seen.push(crowd.isThere);
  }
  assertEquals(seen, [true, false, true, true, false]);
});

Deno.test("who finds nobody waiting has no crowd", () => {
  const crowd = new Crowd(2);
  const seen: boolean[] = [];
  for (const misses of [4, 5, 0]) {
    for (let index = 0; index < 64; index++) {
      crowd.add(1 + index % 3);
      if (index < misses) crowd.miss();
    }
    seen.push(crowd.isThere);
  }
  for (let misses = 1; misses <= 5; misses++) {
    crowd.miss();
    seen.push(crowd.isThere);
  }
  assertEquals(seen, [true, false, true, true, true, true, true, false]);
});
