import { assertEquals } from "@std/assert";
import { O_CREAT, O_RDWR, O_TRUNC, RENAME_EXCHANGE } from "../base/mod.ts";
import type { Provider, WatchEvent } from "../provider/mod.ts";
import { newMemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { OpCode } from "./op_code.ts";
import { codeOf, linked } from "./testing/linked.ts";
import { Unwatched } from "./testing/unwatched.ts";
import { WirePeer } from "./testing/wire_peer.ts";
import { NOTICES } from "./vfs_response.ts";
import { VFSServer } from "./vfs_server.ts";

/** A memory provider with some files, served to nobody else. */
function shared(): VFSServer {
  const memory = newMemoryProvider();
  memory.mkdirAll("/d/e", 0o755);
  memory.writeFile("/d/f", new Uint8Array(5), 0o644);
  return new VFSServer(new Unwatched(memory), { soleOwner: true });
}

/** The next events, as text. */
async function take(events: AsyncIterator<WatchEvent>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value } = await events.next();
    taken.push(`${value?.kind} ${value?.path}`);
  }
  return taken;
}

Deno.test("watch() tells what other connections change", async () => {
  await using server = shared();
  await using one = await linked(server);
  await using two = await linked(server);
  const events = two.watch("/")[Symbol.asyncIterator]();
  await two.stat("/");
  const actions: [(provider: Provider) => unknown, string[]][] = [
    [(p) => p.mkdir("/d/new", 0o755), ["entry /d/new"]],
    [(p) => p.rename("/d/new", "/d/old"), ["entry /d/new", "entry /d/old"]],
    [(p) => p.rmdir("/d/old"), ["entry /d/old"]],
    [(p) => p.symlink("f", "/s"), ["entry /s"]],
    [(p) => p.unlink("/s"), ["entry /s"]],
    [(p) => p.mknod("/p", 0o010600, 0), ["entry /p"]],
    [(p) => p.remove("/p"), ["entry /p"]],
    [(p) => p.link("/d/f", "/g"), ["entry /g", "attributes /d/f"]],
    [(p) => p.chmod("/g", 0o600), ["attributes /g"]],
    [(p) => p.truncate("/g", 1), ["content /g"]],
    [(p) => p.setXattr("/g", "user.a", new Uint8Array(1), 0), ["attributes /g"]],
    [(p) => p.removeAll("/g"), ["entry /g"]],
    [async (p) => await (await p.create("/h", 0o600)).close(), ["entry /h", "content /h"]],
    [async (p) => {
      const handle = await p.open("/d/f", O_RDWR | O_CREAT | O_TRUNC, 0o600);
      await handle.writeAt(new Uint8Array(3), 0);
      // The handle's file is found under its new name.
      await p.rename("/d", "/moved");
      await handle.truncate(2);
      await p.rename2("/moved", "/h", RENAME_EXCHANGE);
      await handle.setXattr("user.b", new Uint8Array(2), 0);
      await handle.copyRange(0, handle, 5, 1);
      await handle.allocate(0, 0, 100);
      await handle.close();
    }, [
      "entry /d/f",
      "content /d/f",
      "entry /d",
      "entry /moved",
      "content /moved/f",
      "entry /moved",
      "entry /h",
      "attributes /h/f",
      "content /h/f",
    ]],
  ];
  for (const [action, expected] of actions) {
    await action(one);
    assertEquals(await take(events, expected.length), expected);
  }
  // What only looks, and what fails, is no change.
  await one.readDir("/");
  await codeOf(() => one.unlink("/none"));
  await one.mkdir("/last", 0o700);
  assertEquals(await take(events, 1), ["entry /last"]);
});

Deno.test("watch() tells nothing of one's own changes, nor of what lies elsewhere", async () => {
  await using server = shared();
  await using one = await linked(server);
  await using two = await linked(server);
  const events = two.watch("/d/e")[Symbol.asyncIterator]();
  await two.mkdir("/d/e/mine", 0o755);
  await one.mkdir("/d/elsewhere", 0o755);
  await one.mkdir("/d/e/theirs", 0o755);
  await one.rename("/d", "/x");
  assertEquals(await take(events, 2), ["entry /d/e/theirs", "entry /d"]);
});

Deno.test("MkdirAll tells of every directory that it may have made", async () => {
  await using server = shared();
  await using two = await linked(server);
  const events = two.watch("/")[Symbol.asyncIterator]();
  await two.stat("/");
  const peer = WirePeer.of(server);
  await peer.ask({ op: OpCode.MkdirAll, path: "/a/b", mode: 0o755 });
  assertEquals(await take(events, 2), ["entry /a/b", "entry /a"]);
  peer.close();
});

Deno.test("a watch ends when its signal aborts, its iterator returns or the connection ends", async () => {
  await using server = shared();
  await using one = await linked(server);
  const two = await linked(server);
  const controller = new AbortController();
  const aborted = two.watch("/", { uid: 0, gid: 0, signal: controller.signal });
  const waiting = aborted[Symbol.asyncIterator]().next();
  const returned = two.watch("/")[Symbol.asyncIterator]();
  await two.stat("/");
  controller.abort();
  assertEquals((await waiting).done, true);
  await returned.return?.();
  assertEquals((await returned.next()).done, true);
  // Neither is told any more.
  await one.mkdir("/quiet", 0o700);
  await two.stat("/");
  assertEquals(two.client.watches.size, 0);
  const broken = two.watch("/")[Symbol.asyncIterator]();
  await two.stat("/");
  two.close();
  assertEquals(await codeOf(() => broken.next()), "EIO");
});

Deno.test("watch() of a provider that cannot, whose server is not its only user, is ENOSYS", async () => {
  await using server = new VFSServer(new Unwatched(newMemoryProvider()));
  await using one = await linked(server);
  assertEquals(one.capabilities.has("watch"), false);
  assertEquals(await codeOf(() => one.watch("/")), "ENOSYS");
  const peer = WirePeer.of(server);
  await peer.hello();
  assertEquals((await peer.ask({ op: OpCode.Watch, path: "/" })).err, -38);
  peer.close();
});

Deno.test("a watch more than allowed is ENOSPC, until one has ended", async () => {
  await using server = new VFSServer(new Unwatched(newMemoryProvider()), {
    soleOwner: true,
    limits: { watchesMax: 1 },
  });
  const peer = WirePeer.of(server);
  await peer.hello();
  assertEquals((await peer.ask({ op: OpCode.Watch, path: "/" })).handle, 1);
  assertEquals((await peer.ask({ op: OpCode.Watch, path: "/" })).err, -28);
  assertEquals((await peer.ask({ op: OpCode.Unwatch, handle: 1 })).err, 0);
  assertEquals((await peer.ask({ op: OpCode.Watch, path: "/" })).handle, 2);
  assertEquals((await peer.ask({ op: OpCode.Unwatch, handle: 77 })).err, 0);
  peer.close();
});

Deno.test("a client that does not take its notices gets one overflow for those it lost", async () => {
  await using server = new VFSServer(new Unwatched(newMemoryProvider()), {
    soleOwner: true,
    limits: { queuedBytesMax: 1 << 12 },
  });
  await using one = await linked(server);
  const slow = WirePeer.of(server, 1 << 10);
  await slow.hello();
  await slow.ask({ op: OpCode.Watch, path: "/" });
  const count = 1000;
  for (let index = 0; index < count; index++) await one.mkdir(`/${index}`, 0o700);
  const kinds: (string | undefined)[] = [];
  while (kinds.at(-1) !== "overflow") kinds.push(NOTICES[(await slow.receive()).notice]);
  assertEquals(kinds.length < count / 2, true);
  // After the overflow, notices come again.
  await one.mkdir("/again", 0o700);
  assertEquals((await slow.receive()).path, "/again");
  slow.close();
});

Deno.test("a change in a real directory, made by anybody, is told", async () => {
  const root = await Deno.makeTempDir();
  try {
    await using real = newRealFSProvider(root);
    await using server = new VFSServer(real);
    await using remote = await linked(server);
    assertEquals(remote.capabilities.has("watch"), true);
    const events = remote.watch("/")[Symbol.asyncIterator]();
    await remote.stat("/");
    await Deno.mkdir(`${root}/made`);
    assertEquals(await take(events, 1), ["entry /made"]);
    await events.return?.();
    const missing = remote.watch("/none")[Symbol.asyncIterator]();
    assertEquals(await codeOf(() => missing.next()), "ENOENT");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("who asks for several events at once gets them in order, and the end", async () => {
  await using server = shared();
  await using one = await linked(server);
  await using two = await linked(server);
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  const events = two.watch("/", context)[Symbol.asyncIterator]();
  await two.stat("/");
  const asked = [events.next(), events.next()];
  for (const path of ["/1", "/2"]) await one.mkdir(path, 0o755);
  const seen = await Promise.all(asked);
  assertEquals(seen.map(({ value }) => value?.path), ["/1", "/2"]);
  const last = [events.next(), events.next()];
  controller.abort();
  assertEquals((await Promise.all(last)).map(({ done }) => done), [true, true]);
});

Deno.test("who waits for several events hears once why there are none any more", async () => {
  await using server = shared();
  const two = await linked(server);
  const events = two.watch("/")[Symbol.asyncIterator]();
  await two.stat("/");
  const asked = [events.next(), events.next()];
  const ended = Promise.allSettled(asked);
  await two.close();
  const [first, second] = await ended;
  assertEquals([first!.status, second!.status], ["rejected", "fulfilled"]);
});
