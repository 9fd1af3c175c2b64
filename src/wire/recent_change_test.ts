import { assert, assertEquals } from "@std/assert";
import { O_CREAT, O_EXCL, O_RDWR } from "../base/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { FileInfo } from "../provider/mod.ts";
import { FreshStats } from "./fresh_stats.ts";
import { type Changing, RecentChange } from "./recent_change.ts";
import { RemoteHandle } from "./remote_handle.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf, linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

const NEW = O_CREAT | O_EXCL | O_RDWR;
const INFO = new FileInfo({ name: "f", mode: 0o100644, size: 5 });

function clientOf(recentMs: number): Changing & { changeCount: number } {
  return { changeCount: 1, recentMs, fresh: new FreshStats() };
}

Deno.test("what a reply said is recent for its time, and until the next change of the client", async () => {
  const client = clientOf(20);
  const change = new RecentChange(client, NEW, INFO);
  assertEquals([change.info, change.isOfNewFile], [INFO, true]);
  client.changeCount++;
  assertEquals([change.info, change.isOfNewFile], [undefined, false]);
  change.begin();
  client.changeCount++;
  assertEquals([change.info, change.isOfNewFile], [undefined, false]);
  change.answered(INFO);
  assertEquals(change.info, INFO);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals([change.info, change.isOfNewFile], [undefined, false]);
});

Deno.test("nothing is recent unless that was asked for, and no file is new that was there", () => {
  const never = new RecentChange(clientOf(0), NEW, INFO);
  assertEquals([never.info, never.isOfNewFile], [undefined, false]);
  const old = new RecentChange(clientOf(1000), O_RDWR, INFO);
  assertEquals([old.info, old.isOfNewFile], [INFO, false]);
});

Deno.test("what is new is given out once, whether or not anything is recent", () => {
  const change = new RecentChange(clientOf(0), NEW, INFO);
  assertEquals([change.take(), change.take()], [INFO, null]);
});

/** A client of a server in memory, and what the server was asked. */
async function observed(
  recentMs: number,
): Promise<{ remote: RemoteProvider; asked: string[]; server: VFSServer }> {
  const asked: string[] = [];
  const server = new VFSServer(newMemoryProvider(), {
    observer: ({ name }) => asked.push(name ?? "unknown"),
  });
  return { server, asked, remote: await linked(server, { recentMs }) };
}

Deno.test("a handle knows its file a moment after each write, and nothing after other changes", async () => {
  const { remote, asked, server } = await observed(60_000);
  const handle = await remote.open("/f", NEW, 0o644);
  assert(handle instanceof RemoteHandle);
  assertEquals(handle.recentStat()?.size, 0);
  assertEquals(await codeOf(() => handle.getXattr("security.capability")), "ENODATA");
  assertEquals(await codeOf(() => handle.getXattr("user.other")), "ENODATA");
  await handle.writeAt(new Uint8Array(7), 0);
  assertEquals(handle.recentStat()?.size, 7);
  await handle.truncate(3);
  assertEquals(handle.recentStat()?.size, 3);
  assertEquals(asked, ["Hello", "Open", "GetXattr", "Write", "Setattr"]);
  const value = new Uint8Array([1]);
  await remote.setXattr("/f", "security.capability", value, 0);
  assertEquals(handle.recentStat(), undefined);
  assertEquals(await handle.getXattr("security.capability"), value);
  await handle.writeAt(new Uint8Array(9), 0);
  assertEquals(handle.recentStat()?.size, 9);
  await handle.close();
  assertEquals(handle.recentStat(), undefined);
  await remote.close();
  await server.close();
});

Deno.test("a handle is asked for everything where nothing is said to be recent", async () => {
  const { remote, asked, server } = await observed(0);
  const handle = await remote.open("/f", NEW, 0o644);
  assert(handle instanceof RemoteHandle);
  await handle.writeAt(new Uint8Array(7), 0);
  assertEquals(handle.recentStat(), undefined);
  assertEquals(await codeOf(() => handle.getXattr("security.capability")), "ENODATA");
  assertEquals(asked, ["Hello", "Open", "Write", "GetXattr"]);
  await handle.close();
  await remote.close();
  await server.close();
});
