import { assert, assertEquals } from "@std/assert";
import { close, eventfd, poll, write } from "./descriptor.ts";
import { waitForAny } from "./descriptor_waits.ts";
import { eventLoopDescriptors } from "./event_loop.ts";
import { MemoryBlock } from "./memory_block.ts";
import { readinessOf } from "./poll_set.ts";

const POLLIN = 1;
const POLLFD_SIZE = 8;

Deno.test("what we wait for descriptors with is no event loop", async () => {
  const [before, counter] = [eventLoopDescriptors(), eventfd()];
  const other = readinessOf(counter);
  const wait = waitForAny([[counter, POLLIN]]);
  assertEquals(eventLoopDescriptors(), before);
  const one = new MemoryBlock(8);
  one.bytes[0] = 1;
  write(counter, one.address, 8);
  await wait;
  close(other);
  close(counter);
});

Deno.test("an event loop's descriptor is readable as soon as a child has written", async () => {
  const descriptors = eventLoopDescriptors();
  assert(descriptors.length > 0);
  const set = new MemoryBlock(POLLFD_SIZE * descriptors.length);
  for (const [index, descriptor] of descriptors.entries()) {
    set.view.setInt32(POLLFD_SIZE * index, descriptor, true);
    set.view.setInt16(POLLFD_SIZE * index + 4, POLLIN, true);
  }
  const ready = (timeoutMs: number): number => poll(set.address, descriptors.length, timeoutMs);
  const directory = await Deno.makeTempDir();
  const fifo = `${directory}/fifo`;
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  const child = new Deno.Command("cat", { args: [fifo], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const answer = reader.read();
  // What else the loop has to do is done before; from here to the end of the wait it does nothing.
  do await new Promise((resolve) => setTimeout(resolve, 1)); while (ready(0) > 0);
  Deno.writeTextFileSync(fifo, "answer");
  assert(ready(10_000) > 0);
  assertEquals(new TextDecoder().decode((await answer).value), "answer");
  await reader.cancel();
  assert((await child.status).success);
  await Deno.remove(directory, { recursive: true });
});
