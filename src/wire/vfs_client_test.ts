import { assert, assertEquals } from "@std/assert";
import { type MaybePromise, O_RDWR } from "../base/mod.ts";
import { type Context, type FileInfo, Forward } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { memoryPipe } from "./memory_pipe.ts";
import { GatedProvider } from "./testing/gated_provider.ts";
import { codeOf, linked, served } from "./testing/linked.ts";
import { frameOf } from "./testing/wire_peer.ts";
import { VFSServer } from "./vfs_server.ts";

Deno.test("a server that knows no hello is spoken to in version 1", async () => {
  const [near, far] = memoryPipe();
  const answers = (async () => {
    const buffer = new Uint8Array(1000);
    await far.read(buffer);
    await far.write(frameOf(Uint8Array.fromHex("a1636572723825")));
  })();
  await using provider = await connectVFS(near);
  await answers;
  assertEquals(provider.client.version, 1);
});

Deno.test("a server that takes the connection and never answers is given up in time", async () => {
  for (const cache of [false, "exact"] as const) {
    const [near, far] = memoryPipe();
    const connecting = connectVFS(near, { helloTimeoutMs: 20, cache });
    assertEquals(await codeOf(() => connecting), "ETIMEDOUT");
    while (await far.read(new Uint8Array(100)) !== null);
  }
  await using server = new VFSServer(newMemoryProvider());
  await using remote = await linked(server, { helloTimeoutMs: 0 });
  assertEquals(remote.client.version, 2);
});

Deno.test("when the connection ends, what waits and what comes fails with EIO at once", async () => {
  for (const version of [1, 2] as const) {
    const gated = new GatedProvider();
    const server = new VFSServer(gated);
    const provider = await linked(server, { version });
    const waiting = [provider.stat("/a"), provider.stat("/b")];
    await gated.atGate(2);
    await server.close({ abrupt: true });
    for (const each of waiting) assertEquals(await codeOf(() => each), "EIO");
    assertEquals(await codeOf(() => provider.stat("/c")), "EIO");
    assertEquals(provider.client.dead, true);
    await provider.client.ended;
  }
});

Deno.test("a server that answers nonsense ends the connection", async () => {
  for (const hex of ["80", "a2636572720062696405", "a163657272187f00"]) {
    const [near, far] = memoryPipe();
    const connecting = connectVFS(near);
    await far.read(new Uint8Array(100));
    await far.write(frameOf(Uint8Array.fromHex(hex)));
    assertEquals(await codeOf(() => connecting), "EIO");
  }
});

Deno.test("closing a remote provider fails what waits", async () => {
  const gated = new GatedProvider();
  await using server = new VFSServer(gated);
  const provider = await linked(server);
  const waiting = provider.stat("/a");
  const [call] = await gated.atGate(1);
  provider.close();
  assertEquals(await codeOf(() => waiting), "EIO");
  call!.open();
});

/** A caller that may lose interest. */
function caller(): { context: Context; abort: () => void } {
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  return { context, abort: () => controller.abort() };
}

Deno.test("an aborted call is EINTR, on both sides", async () => {
  const gated = new GatedProvider();
  await using server = new VFSServer(gated);
  await using provider = await linked(server);
  const { context, abort } = caller();
  const waiting = provider.stat("/a", context);
  const [call] = await gated.atGate(1);
  const { signal } = call!.context!;
  assert(signal !== undefined && !signal.aborted);
  const told = new Promise((resolve) => signal.addEventListener("abort", resolve));
  abort();
  assertEquals(await codeOf(() => waiting), "EINTR");
  await told;
  assertEquals(await codeOf(() => provider.stat("/b", context)), "EINTR");
  assertEquals(gated.calls.length, 1);
  call!.open();
});

Deno.test("an aborted change answers what became of it", async () => {
  const gated = new GatedProvider();
  await using server = new VFSServer(gated);
  await using provider = await linked(server);
  const { context, abort } = caller();
  const making = provider.mkdir("/a", 0o700, context);
  const [call] = await gated.atGate(1);
  abort();
  call!.open();
  (await gated.atGate(1))[0]!.open();
  await making;
});

Deno.test("requests over the server's limit wait here, and can be taken back", async () => {
  const gated = new GatedProvider();
  await using server = new VFSServer(gated, { limits: { inFlightMax: 2 } });
  await using provider = await linked(server);
  const { context, abort } = caller();
  const waiting = [0, 1, 2, 3].map((index) => provider.stat(`/${index}`));
  const taken = provider.stat("/taken", context);
  await gated.atGate(2);
  abort();
  assertEquals(await codeOf(() => taken), "EINTR");
  for (let done = 0; done < 4; done++) (await gated.atGate(1))[0]!.open();
  for (const each of waiting) assertEquals((await each).size, 5);
  assertEquals(gated.mostAtOnce, 2);
});

Deno.test("waiting for a lock ends when the caller or the connection ends", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  const other = await linked(server);
  const lock = { kind: "flock", type: "write", start: 0, end: 9, owner: 1, pid: 5 } as const;
  const here = await provider.open("/d/f", O_RDWR, 0);
  const there = await other.open("/d/f", O_RDWR, 0);
  await here.setLock(lock, false);
  const { context, abort } = caller();
  const waiting = there.setLock(lock, true, context);
  const more = there.setLock(lock, true);
  await other.stat("/");
  abort();
  assertEquals(await codeOf(() => waiting), "EINTR");
  other.close();
  assertEquals(await codeOf(() => more), "EIO");
  while (server.openHandles > 1) await new Promise((resolve) => setTimeout(resolve, 1));
  await here.setLock({ ...lock, type: "unlock" }, false);
});

Deno.test("any web streams carry a connection", async () => {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  await using server = new VFSServer(newMemoryProvider());
  server.handleConnection({ readable: there.readable, writable: back.writable });
  await using provider = await connectVFS({ readable: back.readable, writable: there.writable });
  assertEquals((await provider.stat("/")).isDir, true);
});

Deno.test("a TCP connection carries it too", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = new VFSServer(newMemoryProvider());
  const serving = server.serve(listener);
  assert(listener.addr.transport === "tcp");
  await using provider = await connectVFS(await Deno.connect({ port: listener.addr.port }));
  assertEquals((await provider.stat("/")).isDir, true);
  provider.close();
  await server.close();
  await serving;
});

Deno.test("a client for a kernel says so, and the provider behind the server knows", async () => {
  const seen: (boolean | undefined)[] = [];
  const provider = new class extends Forward {
    override lstat(path: string, context?: Context): MaybePromise<FileInfo> {
      seen.push(context?.isFromKernel);
      return super.lstat(path, context);
    }
  }(newMemoryProvider());
  await using server = new VFSServer(provider);
  for (const fromKernel of [false, true]) {
    await using remote = await linked(server, { fromKernel });
    await remote.lstat("/");
  }
  assertEquals(seen, [false, true]);
});
