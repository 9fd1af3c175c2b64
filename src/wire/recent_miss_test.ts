import { assertEquals } from "@std/assert";
import type { Context } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
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
function changing(recentMs: number): { changeCount: number; recentMs: number; fresh: FreshStats } {
  return { changeCount: 0, recentMs, fresh: new FreshStats() };
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
  long.keep("/new");
  assertEquals([long.take("/other"), long.take("/new"), long.take("/new")], [false, true, false]);
  const short = new RecentMiss(changing(1e-9));
  short.keep("/new");
  assertEquals(short.take("/new"), false);
});
