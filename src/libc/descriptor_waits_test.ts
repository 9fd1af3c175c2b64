import { assertEquals } from "@std/assert";
import { close, eventfd, MemoryBlock, open, POLLIN, POLLOUT, waitForAny, write } from "./mod.ts";

const one = new MemoryBlock(8);
one.view.setUint32(0, 1, true);

/** Has somebody who waits for it woken. */
function wake(fd: number): void {
  write(fd, one.address, 8);
}

/** Whether it resolves before the event loop has nothing else to do. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  let isOver = false;
  wait.then(() => isOver = true);
  for (let turn = 0; turn < 50 && !isOver; turn++) await new Promise((go) => setTimeout(go, 2));
  return isOver;
}

Deno.test("any number of waits leave Deno's threads to others", async () => {
  const counters = Array.from({ length: 200 }, () => eventfd());
  const waits = counters.map((fd) => waitForAny([[fd, POLLIN]]));
  assertEquals(typeof await Deno.readTextFile("/proc/self/stat"), "string");
  assertEquals(await isOver(Promise.race(waits)), false);
  wake(counters[77]!);
  await waits[77];
  assertEquals(await isOver(Promise.race(waits.toSpliced(77, 1))), false);
  for (const fd of counters.toSpliced(77, 1)) wake(fd);
  await Promise.all(waits);
  counters.forEach(close);
});

Deno.test("two wait for the same descriptor, each for what he wants", async () => {
  const [counter, other] = [eventfd(), eventfd()];
  const toRead = waitForAny([[counter, POLLIN], [other, POLLIN]]);
  const both = waitForAny([[counter, POLLOUT], [counter, POLLIN]]);
  await both;
  assertEquals(await isOver(toRead), false);
  wake(other);
  await toRead;
  close(counter);
  close(other);
});

Deno.test("what is no descriptor, or cannot be waited for, is not waited for", async () => {
  await waitForAny([[1_000_000, POLLIN]]);
  const file = open("/proc/self/exe", 0);
  await waitForAny([[file, POLLIN]]);
  close(file);
});

Deno.test("a number that was closed while somebody waited for it is waited for anew", async () => {
  const [first, wakes] = [eventfd(), eventfd()];
  const old = waitForAny([[first, POLLIN], [wakes, POLLIN]]);
  close(first);
  const again = eventfd();
  assertEquals(again, first);
  const wait = waitForAny([[again, POLLIN]]);
  assertEquals(await isOver(wait), false);
  wake(again);
  await wait;
  wake(wakes);
  await old;
  close(again);
  close(wakes);
});
