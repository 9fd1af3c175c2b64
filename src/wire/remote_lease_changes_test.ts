import { assert, assertEquals } from "@std/assert";
import { isPromise, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR, RENAME_EXCHANGE } from "../base/mod.ts";
import { type Context, ForwardHandle, type Handle, type Provider } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { Leasable } from "./testing/leasable.ts";
import { learn, look, requestsOf, StoppedClock, world } from "./testing/lease_world.ts";
import { linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

const NEW = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
const KERNEL: Context = { uid: 0, gid: 0, isFromKernel: true };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a client does, and where it shows. */
const CHANGES: Record<string, [(p: Provider, who: Context) => unknown, string, string]> = {
  "makes a file": [(p, who) => p.create("/d/new", 0o644, who), "/d/new", "0"],
  "makes a file exclusively": [(p, who) => p.open("/d/new", NEW, 0o644, who), "/d/new", "0"],
  "makes a directory": [(p, who) => p.mkdir("/d/new", 0o755, who), "/d/new", "0"],
  "writes": [
    async (p, who) => {
      const handle = await p.open("/d/f", O_RDWR, 0, who);
      await handle.writeAt(bytes("longer than it was"), 0, who);
      await handle.close(who);
    },
    "/d/f",
    "18",
  ],
  "truncates": [(p, who) => p.truncate("/d/f", 2, who), "/d/f", "2"],
  "removes": [(p, who) => p.unlink("/d/f", who), "/d/f", "ENOENT"],
  "moves a file": [(p, who) => p.rename("/d/f", "/e/f", who), "/e/f", "5"],
  "moves a directory": [(p, who) => p.rename("/d", "/moved", who), "/d/sub/g", "ENOENT"],
  "moves a directory here": [(p, who) => p.rename("/d/sub", "/d/new", who), "/d/new/g", "4"],
  "exchanges": [(p, who) => p.rename2("/d/f", "/d/sub/g", RENAME_EXCHANGE, who), "/d/f", "4"],
  "gives a second name": [(p, who) => p.link("/d/f", "/d/new", who), "/d/new", "5"],
  "removes everything": [(p, who) => p.removeAll("/d", who), "/d/sub/g", "ENOENT"],
};
const THROUGH_LINKS: typeof CHANGES = {
  "writes through a symbolic link": [(p, who) => p.truncate("/link/f", 3, who), "/d/f", "3"],
  "makes a file through a symbolic link": [
    (p, who) => p.create("/link/new", 0o644, who),
    "/d/new",
    "0",
  ],
};
const USER: Context = { uid: 0, gid: 0 };

for (
  const [who, changes, context] of [
    ["the kernel of its mount", CHANGES, KERNEL],
    ["its user", { ...CHANGES, ...THROUGH_LINKS }, USER],
  ] as const
) {
  for (const [name, [change, path, expected]] of Object.entries(changes)) {
    Deno.test(`a client with leases sees at once that ${who} ${name}`, async () => {
      await using here = await world();
      const { mine } = here;
      await learn(mine, "/d/f", "/d/sub/g", "/d/sub", "/e/none", path);
      await change(mine, context);
      assertEquals(await look(mine, path), expected);
    });
  }
}

for (const [name, [change, path, expected]] of Object.entries(CHANGES)) {
  Deno.test(`another client ${name}: one with leases hears of it before that has its answer`, async () => {
    await using here = await world();
    const { mine, other } = here;
    await learn(mine, "/d/f", "/d/sub/g", "/d/sub", "/e/none", path);
    await change(other, USER);
    // Whatever comes next over the connection comes behind the notice.
    await mine.statfs("/");
    assertEquals(await look(mine, path), expected);
  });
}

Deno.test("attributes that came before a change of ours are not believed after it", async () => {
  await using here = await world();
  const { mine } = here;
  await learn(mine, "/d/f", "/d");
  const before = await mine.lstat("/d");
  await mine.chmod("/d/f", 0o600, KERNEL);
  assertEquals((await mine.lstat("/d/f")).mode & 0o777, 0o600);
  await mine.chmod("/d", 0o700, KERNEL);
  assertEquals([before.mode & 0o777, (await mine.lstat("/d")).mode & 0o777], [0o755, 0o700]);
});

Deno.test("a lease that a change of ours has overtaken holds nothing", async () => {
  await using here = await world();
  const { mine } = here;
  await learn(mine, "/d/none");
  const lease = mine.client.cache.leaseFor("/e/none", false);
  assertEquals(lease?.path, "/e");
  await look(mine, "/e/none");
  // The lease is asked for first, the change goes out behind it, and the answers come in this order.
  const asked = look(mine, "/e/none");
  await mine.create("/e/none", 0o644, KERNEL);
  await asked;
  assertEquals(await requestsOf(mine, () => look(mine, "/e/none")), 1);
  assertEquals(await look(mine, "/e/none"), "0");
});

Deno.test("a file that was written while its directory was being leased is asked for again", async () => {
  await using here = await world();
  const { mine, leasable } = here;
  const handle = await mine.open("/d/f", O_RDWR | O_NOFOLLOW, 0, KERNEL);
  await learn(mine, "/d/f", "/d/none");
  leasable.end("/d");
  await mine.statfs("/");
  while (!mine.client.cache.missed("/d/f"));
  const asked = look(mine, "/d/f");
  await handle.writeAt(bytes("overtaken"), 0, KERNEL);
  await asked;
  assertEquals(await look(mine, "/d/f"), "9");
});

/** A provider whose writes take until they are let, and whose leases last. */
class SlowWrites extends Leasable {
  #gate = Promise.withResolvers<void>();

  release(): void {
    this.#gate.resolve();
  }

  override open(...args: Parameters<Provider["open"]>): Handle {
    const handle = this.inner.open(...args);
    assert(!isPromise(handle));
    const gate = this.#gate.promise;
    return new class extends ForwardHandle {
      override async writeAt(data: Uint8Array, offset: number): Promise<number> {
        await gate;
        return await this.inner.writeAt(data, offset);
      }
    }(handle);
  }
}

Deno.test("what was asked while a write of ours was under way is not believed after it", async () => {
  const memory = newMemoryProvider();
  memory.writeFile("/f", bytes("hello"), 0o644);
  const slow = new SlowWrites(memory);
  await using server = new VFSServer(slow);
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  const handle = await mine.open("/f", O_RDWR | O_NOFOLLOW, 0, KERNEL);
  await learn(mine, "/f");
  const written = handle.writeAt(bytes("slow but sure"), 0, KERNEL);
  assertEquals(await look(mine, "/f"), "5");
  slow.release();
  await written;
  assertEquals(await look(mine, "/f"), "13");
});
