import { assert, assertEquals, assertLess } from "@std/assert";
import type { MaybePromise } from "../base/mod.ts";
import { type Context, type FileInfo, Forward } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { memoryPipe } from "./memory_pipe.ts";
import { OpCode } from "./op_code.ts";
import { CountedProvider } from "./testing/counted_provider.ts";
import { GatedProvider } from "./testing/gated_provider.ts";
import { readRecordings } from "./testing/recordings.ts";
import { frameOf, requestBytes, WirePeer } from "./testing/wire_peer.ts";
import type { ByteChannel } from "./transport.ts";
import { VFSServer } from "./vfs_server.ts";

/** How many frames each of the parts tries; together, continuous integration tries a million. */
const FRAMES = Number(
  Deno.env.get("FUSEWIRE_WIRE_FRAMES") ?? (Deno.env.has("CI") ? 1_000_000 : 20_000),
) / 4;
const SEED = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 1_000_000);

/** How many bytes the process may grow by: what a collector has not come to yet, not what piles up. */
const GROWTH_MAX = 256 << 20;

/** A generator of numbers from 0 to 2^32 - 1 that a seed repeats (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Requests to start from: recorded ones and one of each operation of version 2. */
function samples(): Uint8Array[] {
  const recorded = readRecordings().flatMap(({ exchanges }) =>
    exchanges.map(({ request }) => Uint8Array.fromHex(request))
  );
  const more = Object.values(OpCode).map((op) =>
    requestBytes({
      op,
      path: "/workspace/hello.txt",
      newPath: "/workspace/x",
      handle: 1,
      offset: 7,
      size: 100,
      data: new Uint8Array([1, 2, 3]),
      name: "user.a",
      id: 5,
      length: 10,
    }, 2)
  );
  return [...recorded.filter(({ length }) => length < 1000), ...more];
}

function mutate(sample: Uint8Array, random: () => number): Uint8Array {
  const bytes = sample.slice(0, random() % 4 === 0 ? 1 + random() % sample.length : sample.length);
  for (let times = random() % 4; times > 0; times--) {
    const at = random() % bytes.length;
    bytes[at] = random() % 3 === 0 ? [0xff, 0x00, 0x9f, 0xbf, 0x5f, 0x1b][random() % 6]! : random();
  }
  if (random() % 8 !== 0) return bytes;
  return Uint8Array.from({ length: 1 + random() % 64 }, () => random());
}

for (const part of [0, 1, 2, 3]) {
  const seed = SEED + part;
  Deno.test(`${FRAMES} broken frames end no more than their own connection (FUSEWIRE_SEED=${seed})`, async () => {
    const random = randomOf(seed);
    const from = samples();
    const memory = newMemoryProvider();
    memory.mkdirAll("/workspace", 0o755);
    memory.writeFile("/workspace/hello.txt", new Uint8Array(1000), 0o644);
    const provider = new CountedProvider(memory);
    await using server = new VFSServer(provider, { limits: { handlesMax: 16, dataMax: 1 << 16 } });
    const witness = WirePeer.of(server);
    const before = Deno.memoryUsage().rss;
    let ended = 0;
    for (let sent = 0; sent < FRAMES;) {
      const peer = WirePeer.of(server);
      const twice = random() % 2 === 0;
      if (twice) await peer.hello();
      let open = true;
      const draining = (async () => {
        while ((await peer.receiveBytes()) !== null);
        open = false;
      })();
      for (let count = 0; count < 50 && open && sent < FRAMES; count++) {
        sent++;
        const frame = frameOf(mutate(from[random() % from.length]!, random));
        await peer.sendBytes(frame).catch(() => {});
      }
      if (!open) ended++;
      peer.close();
      await Promise.all([draining, peer.served]);
      if (random() % 16 === 0) {
        assertEquals((await witness.ask({ op: OpCode.Lookup, path: "/" })).err, 0);
      }
    }
    assert(ended > 0);
    assertLess(Deno.memoryUsage().rss - before, GROWTH_MAX);
    witness.close();
    await witness.served;
    assertEquals([server.connections, server.openHandles, provider.openHandles], [0, 0, 0]);
  });
}

for (
  const [what, bytes] of [
    ["a length of 4 GiB", [0xff, 0xff, 0xff, 0xff, 0xa0]],
    ["a length just over the limit", [0x00, 0x11, 0x00, 0x01]],
    ["a length of zero", [0, 0, 0, 0]],
    ["a frame without a map", [0, 0, 0, 1, 0x00]],
    ["bytes after the map", [0, 0, 0, 2, 0xa0, 0x00]],
  ] as const
) {
  Deno.test(`${what} ends the connection, and its handles are closed`, async () => {
    const provider = newMemoryProvider();
    await using server = new VFSServer(provider);
    const other = WirePeer.of(server);
    const peer = WirePeer.of(server);
    await peer.ask({ op: OpCode.Create, path: "/f", mode: 0o600 });
    await peer.sendBytes(new Uint8Array(bytes));
    assertEquals(await peer.receiveBytes(), null);
    await peer.served;
    assertEquals(server.openHandles, 0);
    assertEquals((await other.ask({ op: OpCode.Lookup, path: "/f" })).err, 0);
    other.close();
  });
}

Deno.test("the largest frame that is allowed is read", async () => {
  const provider = newMemoryProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.ask({ op: OpCode.Create, path: "/f", mode: 0o600 });
  const data = new Uint8Array(DEFAULT_LIMITS.dataMax).fill(3);
  for (let times = 0; times < 3; times++) {
    const reply = await peer.ask({ op: OpCode.Write, handle: 1, data });
    assertEquals(reply.written, data.length);
  }
  const read = await peer.ask({ op: OpCode.Read, handle: 1, size: 0xffff_ffff });
  assertEquals(read.data, data);
  peer.close();
});

Deno.test("a frame that comes byte by byte is read, and others are served meanwhile", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const slow = WirePeer.of(server);
  const quick = WirePeer.of(server);
  for (const byte of frameOf(requestBytes({ op: OpCode.Lookup, path: "/" }))) {
    await slow.sendBytes(new Uint8Array([byte]));
    assertEquals((await quick.ask({ op: OpCode.Lookup, path: "/" })).err, 0);
  }
  assertEquals((await slow.receive()).stat?.isDir, true);
  slow.close();
  quick.close();
});

Deno.test("a frame that never ends costs its connection", async () => {
  await using server = new VFSServer(newMemoryProvider(), { limits: { frameTimeoutMs: 20 } });
  const slow = WirePeer.of(server);
  const idle = WirePeer.of(server);
  await slow.sendBytes(new Uint8Array([0, 0, 0, 9, 0xa1]));
  assertEquals(await slow.receiveBytes(), null);
  // Being idle is no offence.
  assertEquals((await idle.ask({ op: OpCode.Lookup, path: "/" })).err, 0);
  idle.close();
});

Deno.test("half a frame at the end of a connection is forgotten", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const peer = WirePeer.of(server);
  await peer.sendBytes(new Uint8Array([0, 0, 0, 9, 0xa1]));
  peer.close();
  await peer.served;
  assertEquals(server.connections, 0);
});

/** Counts what a server sends into a pipe that nobody empties. */
function counted(channel: ByteChannel, onRead: (size: number) => void): ByteChannel {
  return {
    read: async (buffer) => {
      const size = await channel.read(buffer);
      onRead(size ?? 0);
      return size;
    },
    write: (data) => channel.write(data),
    close: () => channel.close(),
  };
}

Deno.test("a client that never reads is not read any more", async () => {
  const provider = newMemoryProvider();
  provider.writeFile("/f", new Uint8Array(1 << 20), 0o644);
  const limits = { queuedBytesMax: 1 << 20 };
  await using server = new VFSServer(provider, { limits });
  const [near, far] = memoryPipe(1 << 16);
  let taken = 0;
  const served = server.handleConnection(counted(far, (size) => taken += size));
  const peer = new WirePeer(near, served);
  await peer.ask({ op: OpCode.Open, path: "/f" });
  const request = frameOf(requestBytes({ op: OpCode.Read, handle: 1, size: 1 << 20 }));
  const many = new Uint8Array(request.length * 10_000);
  for (let at = 0; at < many.length; at += request.length) many.set(request, at);
  const flood = peer.sendBytes(many);
  const other = WirePeer.of(server);
  for (let times = 0; times < 50; times++) {
    assertEquals((await other.ask({ op: OpCode.Lookup, path: "/f" })).err, 0);
  }
  // The rest of the flood waits in the socket.
  assertLess(taken, many.length / 4);
  other.close();
  peer.close();
  await flood.catch(() => {});
  await served;
  assertEquals(server.openHandles, 0);
});

Deno.test("replies that come later are bounded for a client that never reads", async () => {
  const provider = new GatedProvider();
  const limits = { queuedBytesMax: 1 << 20, dataMax: 1 << 18 };
  await using server = new VFSServer(provider, { limits });
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Open, path: "/f", id: 1 });
  const { handle } = await peer.receive();
  for (let id = 2; id < 30; id++) {
    await peer.send({ op: OpCode.Read, handle, size: 1 << 18, id });
  }
  await provider.atGate(4);
  await new Promise((resolve) => setTimeout(resolve, 0));
  // Five times 256 KiB is more than the limit of 1 MiB.
  assertEquals(provider.calls.length, 5);
  while (provider.calls.length > 0) provider.calls[0]!.open();
  peer.close();
  await peer.served;
});

Deno.test("a connection more than allowed is closed, until one has ended", async () => {
  await using server = new VFSServer(newMemoryProvider(), { limits: { connectionsMax: 2 } });
  const peers = [WirePeer.of(server), WirePeer.of(server), WirePeer.of(server)];
  assertEquals(await peers[2]!.receiveBytes(), null);
  peers[0]!.close();
  await peers[0]!.served;
  const again = WirePeer.of(server);
  assertEquals((await again.ask({ op: OpCode.Lookup, path: "/" })).err, 0);
  again.close();
  peers[1]!.close();
});

Deno.test("writes that wait for the provider are bounded", async () => {
  const provider = new GatedProvider();
  const limits = { queuedBytesMax: 1 << 20, dataMax: 1 << 18 };
  await using server = new VFSServer(provider, { limits });
  const peer = WirePeer.of(server, 4 << 20);
  await peer.hello();
  await peer.send({ op: OpCode.Open, path: "/f", flags: 1, id: 1 });
  const { handle } = await peer.receive();
  const data = new Uint8Array(1 << 18);
  const flood = (async () => {
    for (let id = 2; id < 30; id++) await peer.send({ op: OpCode.Write, handle, data, id });
  })().catch(() => {});
  await provider.atGate(5);
  await new Promise((resolve) => setTimeout(resolve, 0));
  // Five times 256 KiB is more than the limit of 1 MiB.
  assertEquals(provider.calls.length, 5);
  while (provider.calls.length > 0) provider.calls[0]!.open();
  peer.close();
  await Promise.all([flood, peer.served]);
});

Deno.test("what all connections hold together is bounded, and who takes replies is served", async () => {
  const memory = newMemoryProvider();
  memory.writeFile("/f", new Uint8Array(1 << 18), 0o644);
  const limits = { queuedTotalMax: 2 << 20, connectionsMax: 32, queuedBytesMax: 1 << 20 };
  await using server = new VFSServer(memory, { limits });
  let taken = 0;
  const peers: WirePeer[] = [];
  const request = frameOf(requestBytes({ op: OpCode.Read, handle: 1, size: 1 << 18 }));
  const many = new Uint8Array(request.length * 50);
  for (let at = 0; at < many.length; at += request.length) many.set(request, at);
  for (let count = 0; count < 31; count++) {
    const [near, far] = memoryPipe(1 << 12);
    const served = server.handleConnection(counted(far, (size) => taken += size));
    const peer = new WirePeer(near, served);
    await peer.ask({ op: OpCode.Open, path: "/f" });
    peers.push(peer);
  }
  taken = 0;
  const floods = peers.map((peer) => peer.sendBytes(many).catch(() => {}));
  const other = WirePeer.of(server);
  await other.ask({ op: OpCode.Open, path: "/f" });
  for (let times = 0; times < 20; times++) {
    const reply = await other.ask({ op: OpCode.Read, handle: 1, size: 1 << 18 });
    assertEquals(reply.data.length, 1 << 18);
  }
  // Each of them has got one reply, and eight of them the three more that the limit has room for.
  assertLess(server.heldBytes, (2 << 20) + 32 * (1 << 18));
  other.close();
  for (const peer of peers) peer.close();
  await Promise.all([...floods, ...peers.map((peer) => peer.served)]);
});

Deno.test("close() does not wait for a client that never reads", async () => {
  const memory = newMemoryProvider();
  memory.writeFile("/f", new Uint8Array(1 << 20), 0o644);
  const server = new VFSServer(memory);
  const peer = WirePeer.of(server, 1 << 12);
  await peer.ask({ op: OpCode.Open, path: "/f" });
  await peer.send({ op: OpCode.Read, handle: 1, size: 1 << 20 });
  await server.close({ graceMs: 50 });
  await peer.served;
  assertEquals([server.connections, server.openHandles], [0, 0]);
});

Deno.test("unfinished listings are bounded, and go on all the same", async () => {
  const memory = newMemoryProvider();
  for (let index = 0; index < 50; index++) memory.mkdir(`/d${index}`, 0o755);
  const limits = { entriesMax: 20, listedEntriesMax: 100 };
  await using server = new VFSServer(memory, { limits });
  const peers = Array.from({ length: 5 }, () => WirePeer.of(server));
  const pages = async (from: number, cursors: number[]): Promise<number[]> => {
    const next: number[] = [];
    for (const [index, peer] of peers.entries()) {
      const cursor = cursors[index] ?? 0;
      const page = await peer.ask({ op: OpCode.Readdir, path: "/", offset: from, cursor, id: 9 });
      assertEquals(page.entries?.length, Math.min(20, 50 - from));
      next.push(page.cursor);
    }
    return next;
  };
  for (const peer of peers) await peer.hello();
  // Five listings of 50 entries are more than 100; the first two have been forgotten by then.
  const second = await pages(20, await pages(0, []));
  assertEquals(await pages(40, second), [0, 0, 0, 0, 0]);
  for (const peer of peers) peer.close();
});

Deno.test("a path of many components is refused where each of them would be made", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const peer = WirePeer.of(server);
  const ask = (path: string) => peer.ask({ op: OpCode.MkdirAll, path, mode: 0o755 });
  assertEquals((await ask("/a".repeat(2047))).err, 0);
  assertEquals((await ask("/b".repeat(2048))).err, -36);
  assertEquals((await peer.ask({ op: OpCode.Lookup, path: "/a".repeat(2047) })).stat?.isDir, true);
  assertEquals((await peer.ask({ op: OpCode.Lookup, path: "/b" })).err, -2);
  peer.close();
});

/** Every look at an attribute takes a millisecond. */
class Slow extends Forward {
  looks = 0;

  override stat(path: string, context?: Context): MaybePromise<FileInfo> {
    const end = performance.now() + 1;
    while (performance.now() < end);
    this.looks++;
    return this.inner.stat(path, context);
  }
}

Deno.test("others are served while one connection asks for what takes long", async () => {
  const provider = new Slow(newMemoryProvider());
  await using server = new VFSServer(provider);
  const [hog, other] = [WirePeer.of(server), WirePeer.of(server)];
  const request = frameOf(requestBytes({ op: OpCode.Lookup, path: "/" }));
  await hog.sendBytes(new Uint8Array(Array.from({ length: 300 }, () => [...request]).flat()));
  await other.ask({ op: OpCode.Fsync, handle: 9 });
  assertLess(provider.looks, 150);
  for (let answered = 0; answered < 300; answered++) await hog.receive();
  assertEquals(provider.looks, 300);
  hog.close();
  other.close();
});
