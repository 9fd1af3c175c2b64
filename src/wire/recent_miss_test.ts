import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError, O_CREAT, O_RDWR } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { setImmediate } from "node:timers";
import type { Changing } from "./recent_change.ts";
import { RecentMiss } from "./recent_miss.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { FreshStats } from "./fresh_stats.ts";
import { Leasable } from "./testing/leasable.ts";
import { linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

const KERNEL: Context = { uid: 0, gid: 0, isFromKernel: true };

/** How many requests looking for a path takes. */
async function requestsOf(remote: RemoteProvider, path: string): Promise<number> {
  const before = remote.client.requestCount;
  assertEquals(await remote.find(path, KERNEL), null);
  return remote.client.requestCount - before;
}

/** A client that is not asked too late, however slow the machine is. */
function changing(recentMs: number): Changing {
  return { changeCount: 0, changeMark: 0, recentMs, fresh: new FreshStats() };
}

Deno.test("what was not there just now is answered once more, and then asked again", async () => {
  await using server = new VFSServer(new Leasable(newMemoryProvider()));
  await using mine = await linked(server, { cache: "leases", recentMs: 60_000 });
  assertEquals(await requestsOf(mine, "/new"), 1);
  assertEquals(await requestsOf(mine, "/new"), 0);
  // That is a lease, which answers from then on.
  assertEquals(await requestsOf(mine, "/new"), 1);
});

Deno.test("a change of ours makes what was not there unknown", async () => {
  const memory = newMemoryProvider();
  await using server = new VFSServer(new Leasable(memory));
  await using mine = await linked(server, { cache: "leases", recentMs: 60_000 });
  assertEquals(await requestsOf(mine, "/new"), 1);
  await mine.mkdir("/new", 0o755, KERNEL);
  assertEquals((await mine.find("/new", KERNEL))?.isDir, true);
});

Deno.test("what we are making while we ask is not missing", async () => {
  await using server = new VFSServer(new Leasable(newMemoryProvider()));
  await using mine = await linked(server, { cache: "leases", recentMs: 60_000 });
  const [found] = await Promise.all([
    mine.find("/later", KERNEL),
    mine.mkdir("/later", 0o755, KERNEL),
  ]);
  assertEquals(found, null);
  // What the reply has told is forgotten in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals((await mine.find("/later", KERNEL))?.isDir, true);
});

Deno.test("while a change has no reply nothing is recent, and closing a file is none", async () => {
  await using server = new VFSServer(newMemoryProvider());
  await using mine = await linked(server, { recentMs: 60_000 });
  const { client } = mine;
  const before = client.changeMark;
  const making = mine.mkdir("/new", 0o755);
  assertEquals(client.changeMark, NaN);
  await making;
  assertEquals(client.changeMark, before + 1);
  await assertRejects(async () => await mine.mkdir("/new", 0o755), FsError);
  assertEquals(client.changeMark, before + 2);
  assertThrows(() => mine.mkdir("/\ud800", 0o755), FsError);
  assertEquals(Number.isNaN(client.changeMark), false);
  const handle = await mine.open("/file", O_CREAT | O_RDWR, 0o600, KERNEL);
  const closing = handle.close({ ...KERNEL, nobodyWaits: true });
  assertEquals(Number.isNaN(client.changeMark), false);
  await closing;
});

Deno.test("so does a notice of what another client has changed", async () => {
  await using server = new VFSServer(newMemoryProvider(), { soleOwner: true });
  await using mine = await linked(server, { cache: "exact", recentMs: 60_000 });
  await using other = await linked(server);
  assertEquals(await requestsOf(mine, "/new"), 1);
  await other.mkdir("/new", 0o755);
  // Whatever comes next over the connection comes behind the notice.
  await mine.statfs("/");
  assertEquals((await mine.find("/new", KERNEL))?.isDir, true);
});

Deno.test("without leases, or a time in which it is recent, everything is asked", async () => {
  await using server = new VFSServer(newMemoryProvider());
  for (const recentMs of [0, 60_000]) {
    await using mine = await linked(server, { recentMs });
    assertEquals(await requestsOf(mine, "/new"), 1);
    assertEquals(await requestsOf(mine, "/new"), 1);
  }
});

Deno.test("what was not there is known for as long as was said", () => {
  const long = new RecentMiss(changing(60_000));
  long.keep("/new", 0);
  assertEquals([long.take("/other"), long.take("/new"), long.take("/new")], [false, true, false]);
  const short = new RecentMiss(changing(1e-9));
  short.keep("/new", 0);
  assertEquals(short.take("/new"), false);
  long.keep("/new", NaN);
  assertEquals(long.take("/new"), false);
});
