import { assertEquals } from "@std/assert";
import { ITEMS_MAX, RecentCounts } from "./recent_counts.ts";

Deno.test("what was added is counted for the time, and forgotten after twice that", () => {
  const counts = new RecentCounts<string>(100);
  assertEquals(counts.of("a", 0), 0);
  counts.add("a", 0);
  counts.add("b", 90);
  counts.add("b", 95);
  assertEquals([counts.of("a", 99), counts.of("b", 99)], [1, 2]);
  counts.add("b", 110);
  assertEquals([counts.of("a", 110), counts.of("b", 190)], [1, 3]);
  counts.add("c", 195);
  assertEquals([counts.of("a", 210), counts.of("b", 210), counts.of("c", 210)], [0, 1, 1]);
  assertEquals(counts.of("c", 309), 1);
  assertEquals(counts.of("c", 310), 0);
});

Deno.test("nothing is counted over a long silence", () => {
  const counts = new RecentCounts<string>(100);
  counts.add("a", 0);
  assertEquals(counts.of("a", 250), 0);
  counts.add("b", 260);
  assertEquals(counts.of("b", 10_000), 0);
});

Deno.test("of very many items the oldest are forgotten, however long the time", () => {
  const counts = new RecentCounts<number>(1e12);
  for (let item = 0; item < 3 * ITEMS_MAX; item++) counts.add(item, 0);
  assertEquals([0, ITEMS_MAX, 3 * ITEMS_MAX - 1].map((item) => counts.of(item, 0)), [0, 0, 1]);
  assertEquals(counts.of(2 * ITEMS_MAX - 1, 0), 0);
});
