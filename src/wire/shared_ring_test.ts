import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ringSize, SharedRing } from "./shared_ring.ts";
import { WireError } from "./wire_error.ts";

const CAPACITY = 16;
/** Where in the memory the ring begins. */
const START = 64;

/** Both ends of a ring, and its memory. */
function ends(): { memory: ArrayBuffer; putter: SharedRing; taker: SharedRing } {
  const memory = new ArrayBuffer(START + ringSize(CAPACITY));
  const [putter, taker] = [1, 2].map(() => new SharedRing(memory, START, CAPACITY));
  return { memory, putter: putter!, taker: taker! };
}

Deno.test("bytes come out as they were put in, as many as there is room for", () => {
  const step = fc.oneof(
    fc.record({ puts: fc.uint8Array({ maxLength: 2 * CAPACITY }) }),
    fc.record({ takes: fc.nat(2 * CAPACITY) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { putter, taker } = ends();
    let inside: number[] = [];
    for (const each of steps) {
      if ("puts" in each) {
        const size = putter.put(each.puts);
        assertEquals(size, Math.min(each.puts.length, CAPACITY - inside.length));
        inside.push(...each.puts.subarray(0, size));
      } else {
        const buffer = new Uint8Array(each.takes);
        const size = taker.take(buffer);
        assertEquals([...buffer.subarray(0, size)], inside.slice(0, each.takes));
        inside = inside.slice(size);
      }
      assertEquals([putter.isTaken, taker.hasBytes], [inside.length === 0, inside.length > 0]);
    }
  }));
});

Deno.test("more than 4 GiB go through: counts go on from 2^32 at 0", () => {
  const capacity = 1 << 20;
  const memory = new ArrayBuffer(ringSize(capacity));
  const [putter, taker] = [1, 2].map(() => new SharedRing(memory, 0, capacity));
  const data = new Uint8Array(capacity - 1).map((_, index) => index * 7);
  const buffer = new Uint8Array(capacity);
  const numbers = new Int32Array(memory);
  let [overflows, before] = [0, 0];
  for (let round = 0; round < 4100; round++) {
    assertEquals(putter!.put(data), data.length);
    assertEquals(taker!.take(buffer), data.length);
    const count = numbers[0]! >>> 0;
    if (count < before) overflows++;
    before = count;
    assertEquals([putter!.isTaken, taker!.hasBytes], [true, false]);
    if (buffer[round] !== data[round]) throw new Error(`Byte ${round} of round ${round} is wrong`);
  }
  assertEquals(overflows, 1);
});

Deno.test("numbers that cannot be are refused, whoever wrote them", () => {
  for (const wrong of [CAPACITY + 1, -1, -(2 ** 31), 2 ** 31 - 1]) {
    const { memory, putter, taker } = ends();
    const numbers = new Int32Array(memory, START);
    numbers[0] = wrong;
    assertThrows(() => taker.take(new Uint8Array(4)), WireError, "numbers are wrong");
    numbers[16] = wrong;
    putter.put(new Uint8Array(CAPACITY));
    assertThrows(() => putter.put(new Uint8Array(CAPACITY)), WireError, "numbers are wrong");
  }
});

Deno.test("what the other side writes over our number changes nothing", () => {
  const { memory, putter, taker } = ends();
  const numbers = new Int32Array(memory, START);
  putter.put(new Uint8Array([1, 2, 3]));
  numbers[16] = 3;
  const buffer = new Uint8Array(8);
  assertEquals([taker.take(buffer), buffer[0]], [3, 1]);
  numbers[0] = 0;
  assertEquals(putter.put(new Uint8Array([4])), 1);
  assertEquals([taker.take(buffer), buffer[0]], [1, 4]);
});

Deno.test("who sleeps is woken once, and who does not is not", () => {
  const { putter, taker } = ends();
  assertEquals([putter.wakesTaker(), taker.wakesPutter()], [false, false]);
  taker.sleep();
  putter.sleepForRoom();
  assertEquals([putter.wakesTaker(), taker.wakesPutter()], [true, true]);
  assertEquals([putter.wakesTaker(), taker.wakesPutter()], [false, false]);
  taker.sleep();
  taker.stayAwake();
  assertEquals(putter.wakesTaker(), false);
});
