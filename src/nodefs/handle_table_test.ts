// The numbers of what is open.
import { assertEquals } from "@std/assert";
import { HandleTable } from "./handle_table.ts";
import { Node } from "./node.ts";
import { Tree } from "./tree.ts";

const { root } = new Tree(new Node(), { mode: 0o040000, ino: 1 }, 1n << 63n);

/** Opens so many times; returns the numbers. */
function open(table: HandleTable, count: number): number[] {
  return Array.from(
    { length: count },
    () => table.add({ inode: root, file: null, directory: null }),
  );
}

Deno.test("a number is given again when it has been released, and not before", () => {
  const table = new HandleTable();
  assertEquals(open(table, 3), [1, 2, 3]);
  table.remove(2);
  assertEquals(table.get(2), undefined);
  assertEquals(open(table, 2), [2, 4]);
  assertEquals(table.numbers(), [1, 2, 3, 4]);
  assertEquals(table.remove(9), undefined);
  assertEquals(table.size, 4);
});

Deno.test("when many were open and none is, the numbers begin again", () => {
  const table = new HandleTable();
  const [first, ...others] = open(table, 5000);
  for (const number of others) table.remove(number);
  // The first is still open.
  assertEquals(open(table, 1), [5000]);
  for (const number of [first!, 5000]) table.remove(number);
  assertEquals(table.size, 0);
  assertEquals(open(table, 2), [1, 2]);
});
