import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { CborError } from "../cbor/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectUDS } from "./connect_vfs.ts";
import { OpCode } from "./op_code.ts";
import { GatedProvider } from "./testing/gated_provider.ts";
import { codeOf } from "./testing/linked.ts";
import { frameOf, requestBytes, WirePeer } from "./testing/wire_peer.ts";
import { newVFSServer, VFSServer } from "./vfs_server.ts";
import { WireError } from "./wire_error.ts";

Deno.test("close() answers what was asked, then ends", async () => {
  const provider = new GatedProvider();
  const server = new VFSServer(provider);
  const busy = WirePeer.of(server);
  const idle = WirePeer.of(server);
  await idle.ask({ op: OpCode.Lookup, path: "/now" });
  await busy.send({ op: OpCode.Lookup, path: "/a" }, { op: OpCode.Mkdir, path: "/b" });
  await provider.atGate(1);
  const closing = server.close();
  assertEquals(await idle.receiveBytes(), null);
  provider.calls[0]!.open();
  assertEquals((await busy.receive()).stat?.size, 5);
  (await provider.atGate(1))[0]!.open();
  (await provider.atGate(1))[0]!.open();
  assertEquals((await busy.receive()).stat?.size, 5);
  assertEquals(await busy.receiveBytes(), null);
  await closing;
  assertEquals(server.connections, 0);
});

Deno.test("close() when abrupt answers nothing more, and providers hear of it", async () => {
  const provider = new GatedProvider();
  const server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.send({ op: OpCode.Lookup, path: "/a" });
  const [call] = await provider.atGate(1);
  const { signal } = call!.context!;
  await server.close({ abrupt: true });
  assertEquals([await peer.receiveBytes(), signal?.aborted], [null, true]);
  call!.open();
});

Deno.test("a closed server takes no connection", async () => {
  const server = newVFSServer(newMemoryProvider());
  await server.close();
  const peer = WirePeer.of(server);
  assertEquals(await peer.receiveBytes(), null);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await server.serve(listener);
});

Deno.test("a client that stops sending still gets its replies", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const provider = new GatedProvider();
    await using server = new VFSServer(provider);
    await server.serveUDSBackground(`${folder}/s`);
    const socket = await Deno.connect({ transport: "unix", path: `${folder}/s` });
    const peer = new WirePeer(socket);
    await peer.send({ op: OpCode.Lookup, path: "/a" });
    await socket.closeWrite();
    (await provider.atGate(1))[0]!.open();
    assertEquals((await peer.receive()).stat?.size, 5);
    assertEquals(await peer.receiveBytes(), null);
    peer.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a server tells why a connection broke", async () => {
  const told: unknown[] = [];
  await using server = new VFSServer(newMemoryProvider(), {
    onBroken: (thrown) => told.push(thrown),
  });
  const frames = [frameOf(new Uint8Array([0x80])), new Uint8Array([0xff, 0, 0, 0])];
  for (const bytes of frames) {
    const peer = WirePeer.of(server);
    await peer.sendBytes(bytes);
    await peer.served;
  }
  const quiet = WirePeer.of(server);
  await quiet.ask({ op: OpCode.Lookup, path: "/" });
  quiet.close();
  await quiet.served;
  assertEquals(told.length, 2);
  assertInstanceOf(told[0], CborError);
  assertInstanceOf(told[1], WireError);
  assert(told[1].message.includes("4278190080"));
});

Deno.test("files that a client leaves open are closed when it goes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const provider = new GatedProvider();
    await using server = new VFSServer(provider);
    await server.serveUDSBackground(`${folder}/s`);
    const remote = await connectUDS(`${folder}/s`);
    for (let count = 0; count < 50; count++) await remote.open(`/${count}`, 0, 0);
    assertEquals(provider.openHandles, 50);
    remote.close();
    while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(provider.openHandles, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("10,000 opens leave no open file behind", async () => {
  const provider = newMemoryProvider();
  provider.writeFile("/f", new Uint8Array(9), 0o644);
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  await peer.hello();
  for (let id = 1; id <= 10_000; id++) {
    const { handle } = await peer.ask({ op: OpCode.Open, path: "/f", id });
    await peer.ask({ op: OpCode.Release, handle, id });
  }
  assertEquals(server.openHandles, 0);
  peer.close();
});

Deno.test("many requests in one write come back in one piece", async () => {
  const provider = newMemoryProvider();
  await using server = new VFSServer(provider);
  const peer = WirePeer.of(server);
  const one = frameOf(requestBytes({ op: OpCode.Lookup, path: "/" }));
  const count = 500;
  const all = new Uint8Array(one.length * count);
  for (let index = 0; index < count; index++) all.set(one, index * one.length);
  await peer.sendBytes(all);
  for (let index = 0; index < count; index++) assertEquals((await peer.receive()).err, 0);
  peer.close();
});

Deno.test("a provider that is gone answers EIO to a client, and the server lives", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider);
  const folder = await Deno.makeTempDir();
  try {
    await server.serveUDSBackground(`${folder}/s`);
    await using remote = await connectUDS(`${folder}/s`);
    const waiting = remote.stat("/a");
    (await provider.atGate(1))[0]!.fail("EIO");
    assertEquals(await codeOf(() => waiting), "EIO");
    assertEquals((await remote.stat("/now")).size, 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
