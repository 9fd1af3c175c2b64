import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { InodeNumbers } from "./real_inode_numbers.ts";

Deno.test("inodes of the root's filesystem keep their numbers", () => {
  const numbers = new InodeNumbers(5);
  assertStrictEquals(numbers.of(5, 17), 17);
  assertStrictEquals(numbers.of(5, 2n ** 63n), 2n ** 63n);
});

Deno.test("inodes of other filesystems do not meet them, nor each other", () => {
  const numbers = new InodeNumbers(5);
  const shown = new Set<number | bigint>();
  const devices = Array.from({ length: 100 }, (_, index) => index);
  const inodes = [1, 2, 2 ** 47, 2 ** 48, Number.MAX_SAFE_INTEGER, 2n ** 53n];
  for (const device of devices) for (const ino of inodes) shown.add(numbers.of(device, ino));
  assertEquals(shown.size, devices.length * inodes.length);
  assertEquals(numbers.of(7, 1), numbers.of(7, 1));
  assertNotEquals(numbers.of(7, 1), numbers.of(8, 1));
});

Deno.test("a number stays a number where it can", () => {
  const numbers = new InodeNumbers(5);
  assertEquals(typeof numbers.of(6, 12_345), "number");
  assertEquals(typeof numbers.of(6, 2 ** 48 - 1), "number");
});
