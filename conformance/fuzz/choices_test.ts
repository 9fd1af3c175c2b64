// Random choices can be made again, and lowered.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Choices, randomNumbers, seedOf } from "./choices.ts";

const draw = (choices: Choices): number[] => [5, 100, 2, 7].map((limit) => choices.below(limit));

Deno.test("the same seed makes the same choices, another makes others", () => {
  const some = (seed: number): number[] => {
    const numbers = randomNumbers(seed);
    return Array.from({ length: 20 }, () => numbers());
  };
  assertEquals(some(1), some(1));
  assertNotEquals(some(1), some(2));
  assert(new Set(some(1)).size > 15);
});

Deno.test("choices that were made can be made again", () => {
  const first = Choices.random(randomNumbers(3));
  const drawn = draw(first);
  assertEquals(first.made, drawn);
  assertEquals(draw(Choices.again(first.made)), drawn);
});

Deno.test("where a list of choices ends or says too much, the first is chosen", () => {
  assertEquals(draw(Choices.again([4, 200])), [4, 0, 0, 0]);
  assertEquals(Choices.again([1]).pick(["a", "b"]), "b");
  assertEquals(Choices.again([9]).pick(["a", "b"]), "a");
});

Deno.test("the first sequence of a run has the seed of the run", () => {
  assertEquals(seedOf(42, 0), 42);
  assertEquals(new Set(Array.from({ length: 1000 }, (_, number) => seedOf(42, number))).size, 1000);
});
