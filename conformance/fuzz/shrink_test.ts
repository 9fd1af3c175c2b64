// Shrinking: what is left is needed, and as simple as it can be.
import { assertEquals } from "@std/assert";
import { shrink } from "./shrink.ts";

/** Numbers get simpler by getting smaller. */
function* smaller(value: number): Generator<number> {
  for (const lower of [0, value >> 1, value - 1]) if (lower >= 0 && lower < value) yield lower;
}

async function shrunk(
  items: readonly number[],
  fails: (items: readonly number[]) => boolean,
  triesMax = 10_000,
): Promise<readonly number[]> {
  return await shrink(items, {
    simpler: smaller,
    fails: (some) => Promise.resolve(fails(some)),
    triesMax,
  });
}

const many = Array.from({ length: 100 }, (_, index) => index);

Deno.test("what is not needed goes, from anywhere", async () => {
  assertEquals(await shrunk(many, (items) => items.includes(3) && items.includes(97)), [3, 97]);
});

Deno.test("what is needed becomes as simple as it can", async () => {
  assertEquals(await shrunk(many, (items) => items.some((item) => item > 41)), [42]);
});

Deno.test("order is kept", async () => {
  const fails = (items: readonly number[]): boolean =>
    items.indexOf(80) >= 0 && items.indexOf(80) < items.indexOf(90);
  assertEquals(await shrunk(many, fails), [80, 90]);
});

Deno.test("what fails without anything becomes empty", async () => {
  assertEquals(await shrunk([7], () => true), []);
});

Deno.test("shrinking ends after so many tries with the best that it has", async () => {
  let tries = 0;
  const left = await shrunk(many, (items) => ++tries > 0 && items.includes(50), 10);
  assertEquals([tries, left.includes(50), left.length < 100], [10, true, true]);
});
