import { assert, assertEquals } from "@std/assert";
import { close, eventfd, MemoryBlock, read, write } from "./mod.ts";

Deno.test("the address of a block stays when everything else moves", () => {
  const blocks = Array.from({ length: 200 }, (_, index) => new MemoryBlock(index));
  for (const [index, block] of blocks.entries()) {
    assertEquals([block.bytes.length, block.view.byteLength], [index, index]);
    assert(Number.isSafeInteger(block.address) && block.address > 0);
  }
  const garbage: Uint8Array[] = [];
  for (let round = 0; round < 20_000; round++) garbage[round % 100] = new Uint8Array(round % 500);
  const fd = eventfd();
  for (const block of blocks.slice(8)) {
    block.view.setBigUint64(0, 3n, true);
    assertEquals(write(fd, block.address, 8), 8);
    block.bytes.fill(0);
    assertEquals(read(fd, block.address, 8), 8);
    assertEquals(block.view.getBigUint64(0, true), 3n);
  }
  assertEquals(close(fd), 0);
});
