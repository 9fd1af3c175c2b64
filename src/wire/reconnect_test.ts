import { assertEquals } from "@std/assert";
import { O_CREAT, O_RDWR, O_TRUNC } from "../base/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { memoryPipe } from "./memory_pipe.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { GatedProvider } from "./testing/gated_provider.ts";
import { codeOf } from "./testing/linked.ts";
import type { ByteChannel, WireConnection } from "./transport.ts";
import { VFSServer } from "./vfs_server.ts";

/** A server that can be cut off and reached again. */
class Flaky implements AsyncDisposable {
  readonly server: VFSServer;
  /** How often it was dialled. */
  dialled = 0;
  /** Whether it can be reached. */
  reachable = true;
  readonly #ends: ByteChannel[] = [];

  constructor(provider: Provider) {
    this.server = new VFSServer(provider, { soleOwner: true });
  }

  readonly dial = (): Promise<WireConnection> => {
    this.dialled++;
    if (!this.reachable) return Promise.reject(new Deno.errors.ConnectionRefused("Not now"));
    const [near, far] = memoryPipe();
    this.#ends.push(near);
    this.server.handleConnection(far);
    return Promise.resolve(near);
  };

  async connect(timeoutMs = 5000): Promise<RemoteProvider> {
    const reconnect = { dial: this.dial, pauseMs: 1, timeoutMs };
    return await connectVFS(await this.dial(), { reconnect });
  }

  /** Ends every connection, and lets the clients notice. */
  async cut(): Promise<void> {
    for (const end of this.#ends.splice(0)) end.close();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ abrupt: true });
  }
}

function memory(): ReturnType<typeof newMemoryProvider> {
  const provider = newMemoryProvider();
  provider.writeFile("/f", new TextEncoder().encode("hello"), 0o644);
  return provider;
}

Deno.test("with a policy, what is asked after the connection ended waits for the next", async () => {
  await using flaky = new Flaky(memory());
  await using remote = await flaky.connect();
  flaky.reachable = false;
  await flaky.cut();
  const waiting = [remote.stat("/f"), remote.mkdir("/d", 0o700)];
  await new Promise((resolve) => setTimeout(resolve, 5));
  flaky.reachable = true;
  await Promise.all(waiting);
  assertEquals((await remote.lstat("/d")).isDir, true);
});

Deno.test("what only looked when the connection ended is asked again", async () => {
  const gated = new GatedProvider();
  await using flaky = new Flaky(gated);
  await using remote = await flaky.connect();
  const waiting = remote.stat("/a");
  const [first] = await gated.atGate(1);
  await flaky.cut();
  first!.open();
  (await gated.atGate(1))[0]!.open();
  assertEquals((await waiting).size, 5);
});

Deno.test("a change under way when the connection ended is EIO and not made again", async () => {
  const gated = new GatedProvider();
  await using flaky = new Flaky(gated);
  await using remote = await flaky.connect();
  const failure = codeOf(() => remote.mkdir("/a", 0o700));
  const [first] = await gated.atGate(1);
  await flaky.cut();
  assertEquals(await failure, "EIO");
  first!.open();
  (await gated.atGate(1))[0]!.open();
  await remote.stat("/now");
  assertEquals(gated.ended.filter((each) => each === "mkdir /a").length, 1);
});

Deno.test("open files are opened again by their path, and emptied only once", async () => {
  await using flaky = new Flaky(memory());
  await using remote = await flaky.connect();
  const handle = await remote.open("/f", O_RDWR | O_CREAT | O_TRUNC, 0o600);
  await handle.writeAt(new Uint8Array([1, 2, 3]), 0);
  await flaky.cut();
  const buffer = new Uint8Array(9);
  assertEquals(await handle.readAt(buffer, 0), 3);
  assertEquals(await handle.writeAt(new Uint8Array([4]), 3), 1);
  assertEquals((await handle.stat()).size, 4);
  await handle.close();
  assertEquals(flaky.server.openHandles, 0);
});

Deno.test("a file whose path names something else by now is EIO", async () => {
  const provider = memory();
  await using flaky = new Flaky(provider);
  await using remote = await flaky.connect();
  const replaced = await remote.open("/f", O_RDWR, 0);
  const removed = await remote.create("/g", 0o600);
  flaky.reachable = false;
  await flaky.cut();
  provider.unlink("/f");
  provider.unlink("/g");
  provider.writeFile("/f", new Uint8Array(9), 0o644);
  flaky.reachable = true;
  for (const handle of [replaced, removed]) {
    assertEquals(await codeOf(() => handle.readAt(new Uint8Array(1), 0)), "EIO");
    assertEquals(await codeOf(() => handle.writeAt(new Uint8Array(1), 0)), "EIO");
  }
  assertEquals((await remote.stat("/f")).size, 9);
  assertEquals(flaky.server.openHandles, 0);
});

Deno.test("a file that held a lock is EIO: the lock may be another's by now", async () => {
  await using flaky = new Flaky(memory());
  await using remote = await flaky.connect();
  const handle = await remote.open("/f", O_RDWR, 0);
  const lock = { kind: "flock", type: "write", start: 0, end: 9, owner: 1, pid: 5 } as const;
  await handle.setLock(lock, false);
  await flaky.cut();
  assertEquals(await codeOf(() => handle.stat()), "EIO");
});

Deno.test("a watch goes on over the new connection, with an overflow for what it missed", async () => {
  await using flaky = new Flaky(memory());
  await using remote = await flaky.connect();
  const events = remote.watch("/")[Symbol.asyncIterator]();
  await remote.stat("/");
  await flaky.cut();
  assertEquals((await events.next()).value, { kind: "overflow", path: "/" });
  await using other = await flaky.connect();
  await other.mkdir("/d", 0o700);
  assertEquals((await events.next()).value, { kind: "entry", path: "/d" });
});

Deno.test("after the policy's time everything is EIO for good", async () => {
  await using flaky = new Flaky(memory());
  const remote = await flaky.connect(20);
  flaky.reachable = false;
  await flaky.cut();
  assertEquals(await codeOf(() => remote.stat("/f")), "EIO");
  assertEquals(await codeOf(() => remote.stat("/f")), "EIO");
  assertEquals(remote.client.dead, true);
});

Deno.test("closing while there is no connection ends the attempts", async () => {
  await using flaky = new Flaky(memory());
  const remote = await flaky.connect();
  flaky.reachable = false;
  await flaky.cut();
  const waiting = remote.stat("/f");
  remote.close();
  assertEquals(await codeOf(() => waiting), "EIO");
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { dialled } = flaky;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(flaky.dialled, dialled);
});

Deno.test("a request that waits for a connection can be taken back", async () => {
  await using flaky = new Flaky(memory());
  await using remote = await flaky.connect();
  flaky.reachable = false;
  await flaky.cut();
  const controller = new AbortController();
  const waiting = remote.stat("/f", { uid: 0, gid: 0, signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 2));
  controller.abort();
  assertEquals(await codeOf(() => waiting), "EINTR");
  flaky.reachable = true;
  assertEquals((await remote.stat("/f")).size, 5);
});
