import { assert, assertEquals } from "@std/assert";
import { O_CREAT, O_EXCL, O_RDWR } from "../base/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { FileInfo } from "../provider/mod.ts";
import { FreshStats } from "./fresh_stats.ts";
import { type Changing, type Opening, RecentChange } from "./recent_change.ts";
import { RemoteHandle } from "./remote_handle.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf, linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

const NEW = O_CREAT | O_EXCL | O_RDWR;
const INFO = new FileInfo({ name: "f", mode: 0o100644, size: 5 });

function opening(flags: number, mark = 0): Opening {
  return { flags, info: INFO, mark, passed: null };
}

/** A client that has sent one change, and been told of its reply. */
class Client implements Changing {
  changeCount = 1;
  isChanging = false;
  readonly fresh = new FreshStats();

  constructor(readonly recentMs: number) {}

  get changeMark(): number {
    return this.isChanging ? NaN : this.changeCount;
  }
}

Deno.test("what a reply said is recent for its time, and until the next change of the client", async () => {
  const client = new Client(20);
  const change = new RecentChange(client, opening(NEW));
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

Deno.test("a change beside another one of the client is never recent: which came last nobody knows", () => {
  const client = new Client(60_000);
  const change = new RecentChange(client, opening(NEW, NaN));
  assertEquals([change.info, change.isOfNewFile], [undefined, false]);
  client.isChanging = true;
  change.begin();
  client.changeCount++;
  client.isChanging = false;
  change.answered(INFO);
  assertEquals(change.info, undefined);
});

Deno.test("nothing is recent unless that was asked for, and no file is new that was there", () => {
  const never = new RecentChange(new Client(0), opening(NEW));
  assertEquals([never.info, never.isOfNewFile], [undefined, false]);
  const old = new RecentChange(new Client(1000), opening(O_RDWR));
  assertEquals([old.info, old.isOfNewFile], [INFO, false]);
});

Deno.test("what is new is given out once, whether or not anything is recent", () => {
  const change = new RecentChange(new Client(0), opening(NEW));
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
