import { assertEquals, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { close, eventfd, open } from "./mod.ts";
import { SharedMemory } from "./shared_memory.ts";

const SIZE = 1 << 16;

/** The mappings of this process, which tells whether memory was given back. */
function mappings(): number {
  return Deno.readTextFileSync("/proc/self/maps").split("memfd:fusewire").length - 1;
}

Deno.test("what one side writes the other one reads, in both directions", () => {
  const before = mappings();
  const { memory, fd } = SharedMemory.make(SIZE);
  const other = SharedMemory.map(fd, SIZE);
  close(fd);
  const [mine, theirs] = [new Uint8Array(memory.buffer), new Uint8Array(other.buffer)];
  assertEquals([mine.length, theirs.length, mine[0]], [SIZE, SIZE, 0]);
  mine[5] = 7;
  theirs[SIZE - 1] = 9;
  assertEquals([theirs[5], mine[SIZE - 1]], [7, 9]);
  assertEquals(mappings(), before + 2);
  memory.close();
  memory.close();
  other.close();
  assertEquals(mappings(), before);
});

Deno.test("memory that might shrink, is too small, or is none is refused", () => {
  const { memory, fd } = SharedMemory.make(SIZE);
  assertThrows(() => SharedMemory.map(fd, SIZE + 1), FsError, "EINVAL");
  close(fd);
  memory.close();
  const path = Deno.makeTempFileSync({ dir: "/dev/shm" });
  Deno.truncateSync(path, SIZE);
  const file = open(path, 2);
  assertThrows(() => SharedMemory.map(file, SIZE), FsError, "EINVAL");
  close(file);
  Deno.removeSync(path);
  const counter = eventfd();
  assertThrows(() => SharedMemory.map(counter, SIZE), FsError, "EINVAL");
  close(counter);
  assertThrows(() => SharedMemory.map(-1, SIZE), FsError, "EINVAL");
});
