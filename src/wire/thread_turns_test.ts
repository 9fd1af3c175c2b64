import { assert, assertEquals, assertLess } from "@std/assert";
import type { MaybePromise } from "../base/mod.ts";
import { type Context, type FileInfo, Forward } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { OpCode } from "./op_code.ts";
import { frameOf, requestBytes, WirePeer } from "./testing/wire_peer.ts";
import { ThreadTurns, type TurnTaker } from "./thread_turns.ts";
import { VFSServer } from "./vfs_server.ts";

/** More than a turn in milliseconds. */
const LONG_MS = 10;

/** Works and waits in turn, as a connection does that always has requests. */
async function flood(turns: ThreadTurns, isOver: () => boolean, work: () => number): Promise<void> {
  const taker: TurnTaker = { usedMs: 0 };
  while (!isOver()) {
    while (turns.admits(taker)) turns.worked(taker, work());
    await turns.next(taker);
  }
}

/** Two ends of a socket. */
async function socketPair(): Promise<[Deno.Conn, Deno.Conn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
}

for (const count of [1, 30]) {
  Deno.test(`a socket is looked at after each turn, with ${count} who always work`, async () => {
    const turns = new ThreadTurns();
    let workedMs = 0;
    let isOver = false;
    const [near, far] = await socketPair();
    const flooding = Array.from({ length: count }, () =>
      flood(turns, () => isOver, () => {
        workedMs++;
        return 1;
      }));
    const waits: number[] = [];
    for (let round = 0; round < 20; round++) {
      const reading = far.read(new Uint8Array(1));
      const before = workedMs;
      near.write(new Uint8Array(1));
      await reading;
      waits.push(workedMs - before);
    }
    isOver = true;
    await Promise.all(flooding);
    near.close();
    far.close();
    waits.sort((one, other) => one - other);
    // A turn is 5 ms, and what is sent in one comes at the end of it or of the next one.
    assertLess(waits[10]!, 15, waits.join(" "));
  });
}

Deno.test("whoever has had least goes on first, and nobody twice before the others", async () => {
  const turns = new ThreadTurns();
  const takers = [3, 2, 1, 0].map((usedMs) => ({ usedMs }));
  const order: number[] = [];
  const took = takers.map(async (taker, index) => {
    for (let round = 0; round < 2; round++) {
      do await turns.next(taker); while (!turns.admits(taker));
      turns.worked(taker, LONG_MS);
      order.push(index);
    }
  });
  await Promise.all(took);
  assertEquals(order, [3, 2, 1, 0, 3, 2, 1, 0]);
});

Deno.test("whoever has been away has no turns to make up for", async () => {
  const turns = new ThreadTurns();
  const [busy, idle] = [{ usedMs: 0 }, { usedMs: 0 }];
  turns.worked(busy, 1000);
  await turns.next(busy);
  assert(turns.admits(idle));
  assertEquals(idle.usedMs, busy.usedMs);
});

/** Takes a while for each answer. */
class Slow extends Forward {
  /** How many it has given. */
  calls = 0;

  override stat(path: string, context?: Context): MaybePromise<FileInfo> {
    this.calls++;
    const end = performance.now() + 1;
    while (performance.now() < end);
    return super.stat(path, context);
  }
}

Deno.test("a socket is looked at after each turn, with ten connections that always ask", async () => {
  const provider = new Slow(newMemoryProvider());
  await using server = new VFSServer(provider);
  const lookup = frameOf(requestBytes({ op: OpCode.Lookup, path: "/" }));
  const lookups = new Uint8Array(lookup.length * 1000);
  for (let at = 0; at < lookups.length; at += lookup.length) lookups.set(lookup, at);
  const busy = Array.from({ length: 10 }, () => WirePeer.of(server));
  for (const peer of busy) peer.sendBytes(lookups).catch(() => {});
  const [near, far] = await socketPair();
  const waits: number[] = [];
  for (let round = 0; round < 10; round++) {
    const reading = far.read(new Uint8Array(1));
    const before = provider.calls;
    near.write(new Uint8Array(1));
    await reading;
    waits.push(provider.calls - before);
  }
  near.close();
  far.close();
  for (const peer of busy) peer.close();
  await Promise.all(busy.map((peer) => peer.served));
  waits.sort((one, other) => one - other);
  // Two turns, in each of which the clock is looked at after some requests only.
  assertLess(waits[5]!, 40, waits.join(" "));
});
