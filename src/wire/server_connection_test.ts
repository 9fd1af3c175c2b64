import { assert, assertEquals, assertRejects } from "@std/assert";
import { descriptorsMax } from "../libc/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { limitsOf } from "./limits.ts";
import { OpCode } from "./op_code.ts";
import { GatedProvider } from "./testing/gated_provider.ts";
import { frameOf, requestBytes, WirePeer } from "./testing/wire_peer.ts";
import { VFSServer } from "./vfs_server.ts";

const EBADF = -9;
const EINTR = -4;
const EMFILE = -24;
const ENFILE = -23;
const ENOSYS = -38;

Deno.test("version 1 answers in order, whatever is ready first", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.send({ op: OpCode.Lookup, path: "/a" }, { op: OpCode.Lookup, path: "/b" });
  const [first, second] = await provider.atGate(2);
  second!.open();
  first!.fail("EIO");
  assertEquals((await peer.receive()).err, -5);
  assertEquals((await peer.receive()).stat?.size, 5);
  peer.close();
});

Deno.test("version 1 keeps a quick answer back until the slow one before it", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.send({ op: OpCode.Lookup, path: "/a" }, { op: OpCode.Lookup, path: "/now" });
  const [slow] = await provider.atGate(1);
  slow!.fail("EIO");
  assertEquals((await peer.receive()).err, -5);
  assertEquals((await peer.receive()).err, 0);
  peer.close();
});

Deno.test("in order, a change waits for what was asked before it and holds up what comes after", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.send(
    { op: OpCode.Lookup, path: "/before" },
    { op: OpCode.Mkdir, path: "/made" },
    { op: OpCode.Lookup, path: "/after" },
  );
  const order: string[] = [];
  // mkdir answers with attributes, which is one more call.
  for (let step = 0; step < 4; step++) {
    const [call, ...others] = await provider.atGate(1);
    assertEquals(others, []);
    order.push(`${call!.method} ${call!.path}`);
    call!.open();
  }
  assertEquals(order, ["stat /before", "mkdir /made", "stat /made", "stat /after"]);
  for (let reply = 0; reply < 3; reply++) assertEquals((await peer.receive()).err, 0);
  peer.close();
});

Deno.test("in order, an open counts as a change: its handle may be guessed", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const peer = WirePeer.of(server);
  await peer.send(
    { op: OpCode.Create, path: "/f", mode: 0o600 },
    { op: OpCode.Write, handle: 1, data: new Uint8Array([1, 2, 3]) },
    { op: OpCode.Read, handle: 1, size: 10 },
    { op: OpCode.Read, handle: 2, size: 10 },
  );
  assertEquals((await peer.receive()).handle, 1);
  assertEquals((await peer.receive()).written, 3);
  assertEquals((await peer.receive()).data, new Uint8Array([1, 2, 3]));
  assertEquals((await peer.receive()).err, EBADF);
  peer.close();
});

Deno.test("version 2 answers requests with an id as they get ready", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send(
    { op: OpCode.Mkdir, path: "/a", id: 7 },
    { op: OpCode.Lookup, path: "/b", id: 8 },
  );
  const [, second] = await provider.atGate(2);
  second!.open();
  assertEquals((await peer.receive()).id, 8);
  provider.calls[0]!.fail("EIO");
  const late = await peer.receive();
  assertEquals([late.id, late.err], [7, -5]);
  peer.close();
});

Deno.test("version 2 without an id keeps the order", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Lookup, path: "/a" }, { op: OpCode.Lookup, path: "/b" });
  const [first, second] = await provider.atGate(2);
  second!.open();
  first!.fail("EIO");
  assertEquals([(await peer.receive()).err, (await peer.receive()).err], [-5, 0]);
  peer.close();
});

Deno.test("a cancelled request that only looks is answered at once, and its provider hears of it", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Lookup, path: "/slow", id: 3 });
  const [call] = await provider.atGate(1);
  const { signal } = call!.context!;
  assertEquals(signal!.aborted, false);
  await peer.send({ op: OpCode.Cancel, ref: 3 });
  const reply = await peer.receive();
  assertEquals([reply.id, reply.err, signal!.aborted], [3, EINTR, true]);
  // The late result is dropped, and the id is free.
  call!.open();
  await peer.send({ op: OpCode.Lookup, path: "/now", id: 3 });
  assertEquals((await peer.receive()).err, 0);
  peer.close();
});

Deno.test("a cancelled change answers what became of it", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send(
    { op: OpCode.Mkdir, path: "/a", id: 1 },
    { op: OpCode.Mkdir, path: "/b", id: 2 },
  );
  await provider.atGate(2);
  await peer.send({ op: OpCode.Cancel, ref: 1 }, { op: OpCode.Cancel, ref: 2 });
  await peer.send({ op: OpCode.Lookup, path: "/now", id: 9 });
  assertEquals((await peer.receive()).id, 9);
  provider.calls[1]!.fail("EINTR");
  assertEquals((await peer.receive()).err, EINTR);
  provider.calls[0]!.open();
  (await provider.atGate(1))[0]!.open();
  const made = await peer.receive();
  assertEquals([made.id, made.err], [1, 0]);
  peer.close();
});

Deno.test("cancelling what is not there does nothing", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Cancel, ref: 55 }, { op: OpCode.Lookup, path: "/", id: 1 });
  assertEquals((await peer.receive()).id, 1);
  peer.close();
});

Deno.test("the same id twice at the same time ends the connection", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Lookup, path: "/a", id: 1 }, {
    op: OpCode.Lookup,
    path: "/b",
    id: 1,
  });
  assertEquals(await peer.receiveBytes(), null);
  await peer.served;
});

Deno.test("no more requests run at the same time than may", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider, { limits: { inFlightMax: 3 } });
  const peer = WirePeer.of(server);
  await peer.hello();
  for (let id = 1; id <= 10; id++) await peer.send({ op: OpCode.Lookup, path: `/${id}`, id });
  for (let done = 0; done < 10; done++) {
    await provider.atGate(Math.min(3, 10 - done));
    provider.calls[0]!.open();
    await peer.receive();
  }
  assertEquals(provider.mostAtOnce, 3);
  peer.close();
});

Deno.test("one open file more than allowed is EMFILE, until one is released", async () => {
  const provider = newMemoryProvider();
  provider.writeFile("/f", new Uint8Array(3), 0o644);
  await using server = new VFSServer(provider, { limits: { handlesMax: 2 } });
  const peer = WirePeer.of(server);
  await peer.ask({ op: OpCode.Open, path: "/f" });
  await peer.ask({ op: OpCode.Open, path: "/f" });
  assertEquals((await peer.ask({ op: OpCode.Open, path: "/f" })).err, EMFILE);
  await peer.ask({ op: OpCode.Release, handle: 1 });
  assertEquals((await peer.ask({ op: OpCode.Open, path: "/f" })).handle, 3);
  assertEquals(server.openHandles, 2);
  peer.close();
  await peer.served;
  assertEquals(server.openHandles, 0);
});

Deno.test("one connection cannot open what is left for the others, who get ENFILE last", async () => {
  const provider = newMemoryProvider();
  provider.writeFile("/f", new Uint8Array(3), 0o644);
  await using server = new VFSServer(provider, { limits: { handlesTotalMax: 64 } });
  const fill = async (peer: WirePeer): Promise<number> => {
    for (let opened = 0;; opened++) {
      const { err } = await peer.ask({ op: OpCode.Open, path: "/f" });
      if (err === 0) continue;
      assertEquals(err, ENFILE);
      return opened;
    }
  };
  const peers = Array.from({ length: 6 }, () => WirePeer.of(server));
  const opened: number[] = [];
  for (const peer of peers) opened.push(await fill(peer));
  // Half of what is left, and never less than four.
  assertEquals(opened, [32, 16, 8, 4, 4, 4]);
  assertEquals(server.openHandles, 68);
  peers[0]!.close();
  await peers[0]!.served;
  assertEquals(server.openHandles, 36);
  assertEquals(await fill(peers[1]!), 6);
  for (const handle of [1, 2]) await peers[1]!.ask({ op: OpCode.Release, handle });
  assertEquals(server.openHandles, 40);
  assertEquals(await fill(peers[5]!), 10);
  for (const peer of peers.slice(1)) peer.close();
});

Deno.test("by default the handles leave the process descriptors", () => {
  const { handlesTotalMax } = limitsOf();
  const all = descriptorsMax();
  assertEquals(handlesTotalMax, Math.min(131_072, all - Math.min(Math.ceil(all / 4), 4096)));
  assertEquals(limitsOf({ handlesTotalMax: 1_000_000 }).handlesTotalMax, 1_000_000);
});

Deno.test("a handle under a read is closed after the read", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Open, path: "/f", id: 1 });
  const { handle } = await peer.receive();
  await peer.send({ op: OpCode.Read, handle, size: 3, offset: 9, id: 2 });
  await peer.send({ op: OpCode.Release, handle, id: 3 });
  await peer.send({ op: OpCode.Read, handle, size: 3, id: 4 });
  assertEquals((await peer.receive()).err, EBADF);
  assertEquals(provider.openHandles, 1);
  (await provider.atGate(1))[0]!.open();
  assertEquals((await peer.receive()).data, new Uint8Array([9, 9, 9]));
  assertEquals((await peer.receive()).id, 3);
  assertEquals(provider.ended, ["read /f", "close /f"]);
  peer.close();
});

Deno.test("the bytes of a write belong to the provider until it has answered", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Open, path: "/f", id: 1 });
  const { handle } = await peer.receive();
  const count = 20;
  for (let id = 10; id < 10 + count; id++) {
    await peer.send({ op: OpCode.Write, handle, data: new Uint8Array(5000).fill(id), id });
  }
  await provider.atGate(count);
  while (provider.calls.length > 0) provider.calls[0]!.open();
  for (let reply = 0; reply < count; reply++) assertEquals((await peer.receive()).written, 5000);
  peer.close();
});

Deno.test("a provider that answers later, reads into replies of their own", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  await peer.send({ op: OpCode.Open, path: "/f", id: 1 });
  const { handle } = await peer.receive();
  for (let id = 2; id < 8; id++) {
    await peer.send({ op: OpCode.Read, handle, size: 100 * id, offset: id, id });
  }
  await provider.atGate(6);
  while (provider.calls.length > 0) provider.calls.at(-1)!.open();
  for (let id = 7; id >= 2; id--) {
    const reply = await peer.receive();
    assertEquals([reply.id, reply.data], [id, new Uint8Array(100 * id).fill(id)]);
  }
  peer.close();
});

Deno.test("the caller of version 1 and 2 reaches the provider", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.send({ op: OpCode.Lookup, path: "/a", uid: 1000, gid: 100 });
  const [call] = await provider.atGate(1);
  assertEquals([call!.context?.uid, call!.context?.gid], [1000, 100]);
  call!.open();
  await peer.receive();
  const second = WirePeer.of(server);
  await second.hello();
  await second.send({ op: OpCode.Lookup, path: "/a", uid: 5, pid: 77, id: 1 });
  const [other] = await provider.atGate(1);
  assertEquals([other!.context?.uid, other!.context?.gid, other!.context?.pid], [5, 0, 77]);
  other!.open();
  await second.receive();
  peer.close();
  second.close();
});

Deno.test("an unknown operation is ENOSYS and changes nothing", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const peer = WirePeer.of(server);
  for (const op of [19, 31, 34, 200, 255]) assertEquals((await peer.ask({ op })).err, ENOSYS);
  assertEquals((await peer.ask({ op: OpCode.Lookup, path: "/" })).err, 0);
  peer.close();
});

Deno.test("hello answers version, limits and capabilities", async () => {
  const provider = newMemoryProvider();
  await using server = new VFSServer(provider, { limits: { dataMax: 4096 } });
  const peer = WirePeer.of(server);
  const { hello, err } = await peer.hello();
  assertEquals([err, hello?.version, hello?.readonly, hello?.dataMax], [0, 2, false, 4096]);
  assertEquals(new Set<string>(hello?.capabilities), new Set<string>(provider.capabilities));
  assertEquals((await peer.ask({ op: OpCode.Hello, version: 2, id: 4 })).err, ENOSYS);
  peer.close();
});

Deno.test("a client that offers version 1 or more than we know gets what both know", async () => {
  await using server = new VFSServer(newMemoryProvider());
  for (const [offered, agreed] of [[1, 1], [3, 2], [99, 2]]) {
    const peer = WirePeer.of(server);
    await peer.sendBytes(frameOf(requestBytes({ op: 32, version: offered }, 2)));
    peer.version = 2;
    assertEquals((await peer.receive()).hello?.version, agreed);
    peer.close();
  }
});

Deno.test("hello without a version, or too late, is an unknown operation", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const peer = WirePeer.of(server);
  assertEquals((await peer.ask({ op: OpCode.Hello })).err, ENOSYS);
  await peer.sendBytes(frameOf(requestBytes({ op: 32, version: 2 }, 2)));
  assertEquals((await peer.receive()).err, ENOSYS);
  peer.close();
});

Deno.test("what a provider throws by mistake is EIO, and told", async () => {
  const told: unknown[] = [];
  const provider = new GatedProvider();
  provider.stat = () => {
    throw new TypeError("a defect");
  };
  await using server = new VFSServer(provider, { onUnexpected: (thrown) => told.push(thrown) });
  const peer = WirePeer.of(server);
  assertEquals((await peer.ask({ op: OpCode.Lookup, path: "/a" })).err, -5);
  const [error] = told;
  assert(error instanceof Error && error.cause instanceof TypeError);
  assertEquals(error.message, 'Lookup of "/a" answered with EIO: a defect');
  peer.close();
});

Deno.test("the observer hears of each request", async () => {
  const heard: [string | undefined, string, string | null][] = [];
  await using server = new VFSServer(newMemoryProvider(), {
    observer: ({ name, path, errno, bytesIn, bytesOut, durationMs }) => {
      assert(bytesIn > 4 && bytesOut > 4 && durationMs >= 0);
      heard.push([name, path, errno]);
    },
  });
  const peer = WirePeer.of(server);
  await peer.ask({ op: OpCode.Mkdir, path: "/d", mode: 0o755 });
  await peer.ask({ op: OpCode.Lookup, path: "/none" });
  await peer.ask({ op: 99 });
  assertEquals(heard, [["Mkdir", "/d", null], ["Lookup", "/none", "ENOENT"], [
    undefined,
    "",
    "ENOSYS",
  ]]);
  peer.close();
});

Deno.test("waiting for a reply ends with the connection", async () => {
  await using server = new VFSServer(new GatedProvider());
  const peer = WirePeer.of(server);
  peer.close();
  await assertRejects(() => peer.ask({ op: OpCode.Lookup, path: "/" }));
});
