import { assert, assertEquals } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  close,
  CStringArea,
  IN_CREATE,
  IN_ISDIR,
  inotifyAddWatch,
  inotifyInit,
  inotifyRemoveWatch,
  MemoryBlock,
  read,
} from "./mod.ts";

Deno.test("a new name is reported to its watch, until that ends", () => {
  using scratch = new ScratchDirectory();
  const block = new MemoryBlock(1024);
  const path = new CStringArea();
  const queue = inotifyInit();
  const watch = inotifyAddWatch(queue, path.put(scratch.path), IN_CREATE);
  assert(watch > 0);
  assertEquals(inotifyAddWatch(queue, path.put(`${scratch.path}/missing`), IN_CREATE), -2);
  assertEquals(read(queue, block.address, 1024), -11);
  Deno.mkdirSync(`${scratch.path}/d`);
  assertEquals(read(queue, block.address, 1024), 32);
  assertEquals(block.view.getInt32(0, true), watch);
  assertEquals(block.view.getUint32(4, true), (IN_CREATE | IN_ISDIR) >>> 0);
  assertEquals(inotifyRemoveWatch(queue, watch), 0);
  assertEquals(inotifyRemoveWatch(queue, watch), -22);
  assertEquals(close(queue), 0);
});
