import { assert, assertEquals } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError, type MaybePromise } from "../base/mod.ts";
import type { Context, Leases, OnLeaseOver, Provider } from "../provider/mod.ts";
import { newMemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { LEASE_MS } from "./lease_policy.ts";
import { Leasable } from "./testing/leasable.ts";
import { learn, look, requestsOf, StoppedClock, world } from "./testing/lease_world.ts";
import { codeOf, linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

const KERNEL: Context = { uid: 0, gid: 0, isFromKernel: true };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("the second question about a directory leases it, with all above it, and answers the others", async () => {
  await using here = await world();
  const { mine, leasable } = here;
  await look(mine, "/d/f");
  assertEquals(leasable.asked, []);
  await look(mine, "/d/none");
  assertEquals(leasable.asked, ["/", "/d"]);
  const asked = await requestsOf(mine, async () => {
    assertEquals(await look(mine, "/d/f"), "5");
    assertEquals(await look(mine, "/d/none"), "ENOENT");
    assertEquals(await mine.find("/d/none either"), null);
    assertEquals((await mine.stat("/d/f")).size, 5);
    assertEquals((await mine.lstat("/d")).isDir, true);
    assertEquals((await mine.stat("/link")).isDir, true);
  });
  assertEquals(asked, 1, "only what is behind a symbolic link is asked for");
});

Deno.test("of a directory in one that is leased only its own lease tells what it is like", async () => {
  await using here = await world();
  const { mine, leasable, memory } = here;
  await learn(mine, "/d/f");
  memory.writeFile("/d/sub/new", bytes(""), 0o644);
  const { ctime } = memory.lstat("/d/sub");
  assertEquals((await mine.lstat("/d/sub")).ctime, ctime);
  assert(!leasable.asked.includes("/d/sub"));
  await mine.lstat("/d/sub");
  assert(leasable.asked.includes("/d/sub"));
  assertEquals(await requestsOf(mine, () => mine.lstat("/d/sub")), 0);
});

Deno.test("a listing comes from a lease too, in the same order", async () => {
  await using here = await world();
  const { mine } = here;
  const names = async (): Promise<string[]> => (await mine.readDir("/d")).map(({ name }) => name);
  const first = await names();
  await names();
  await learn(mine, "/d/sub");
  assertEquals(await requestsOf(mine, async () => assertEquals(await names(), first)), 0);
  const [entry] = await mine.readDir("/d");
  assertEquals((await entry?.info())?.ino, (await mine.lstat(`/d/${entry?.name}`)).ino);
});

Deno.test("who walks through a tree leases nothing, who walks there again and again does", async () => {
  await using here = await world();
  const { mine, leasable } = here;
  // As a program does whose kernel has heard with the listing what the entries are.
  const walk = async (path: string): Promise<void> => {
    for (const entry of await mine.readDir(path)) {
      if ((await entry.info()).isDir) await walk(`${path}/${entry.name}`);
    }
  };
  await mine.lstat("/d");
  await walk("/d");
  await walk("/d");
  assertEquals(leasable.asked, []);
  await walk("/d");
  assertEquals(leasable.asked, ["/", "/d", "/d/sub"]);
});

Deno.test("with the end of a lease everything in its directory is asked again, and nothing else", async () => {
  await using here = await world();
  const { mine, leasable, memory } = here;
  await learn(mine, "/d/f", "/d/sub/g", "/e/none");
  memory.writeFile("/d/f", bytes("changed"), 0o640);
  leasable.end("/d");
  await mine.statfs("/");
  assertEquals(await look(mine, "/d/f"), "7");
  assertEquals(await requestsOf(mine, () => look(mine, "/e/none")), 0);
});

Deno.test("what is below a directory whose lease is over is believed again with its next one", async () => {
  await using here = await world();
  const { mine, leasable } = here;
  await learn(mine, "/d/f", "/d/sub/g");
  leasable.end("/d");
  await mine.statfs("/");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/sub/g")), 1);
  // The last one was over soon, so the next one takes more questions.
  await learn(mine, "/d/f", "/d/none", "/d/f");
  const before = leasable.asked.length;
  assertEquals(await requestsOf(mine, () => look(mine, "/d/sub/g")), 0);
  assertEquals(leasable.asked.length, before, "its own lease has lasted");
});

Deno.test("another directory by the same name is not taken for the one that was leased", async () => {
  await using here = await world();
  const { mine, leasable, memory } = here;
  await learn(mine, "/d/f", "/d/sub/g");
  memory.rename("/d/sub", "/sub");
  memory.mkdir("/d/sub", 0o755);
  leasable.end("/d");
  await mine.statfs("/");
  await learn(mine, "/d/f", "/d/none", "/d/f");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 0);
  assertEquals(await look(mine, "/d/sub/g"), "ENOENT");
});

Deno.test("a change of the kernel of its mount elsewhere ends no lease", async () => {
  await using here = await world();
  const { mine, memory } = here;
  memory.mkdir("/e/below", 0o755);
  await learn(mine, "/d/f");
  await mine.create("/e/below/new", 0o644, KERNEL);
  await mine.chmod("/e/below/new", 0o600, KERNEL);
  await mine.setXattr("/e/below/new", "user.a", bytes("value"), 0, KERNEL);
  await mine.unlink("/e/below/new", KERNEL);
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 0);
});

Deno.test("another client changes the directory itself: its attributes are asked for again", async () => {
  await using here = await world();
  const { mine, other } = here;
  await learn(mine, "/d/f", "/d");
  await other.chmod("/d", 0o700);
  await mine.statfs("/");
  await learn(mine, "/none", "/link", "/none", "/d/f");
  assertEquals((await mine.lstat("/d")).mode & 0o777, 0o700);
});

/** A provider in which a lease is over before it is answered. */
class Hasty extends Leasable {
  isHasty = false;

  override readDir(path: string): ReturnType<Provider["readDir"]> {
    const entries = this.inner.readDir(path);
    if (this.isHasty) this.end(path);
    return entries;
  }
}

Deno.test("a lease that is over by the time of its answer holds nothing", async () => {
  const memory = newMemoryProvider();
  memory.mkdir("/d", 0o755);
  const hasty = new Hasty(memory);
  await using server = new VFSServer(hasty);
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  await learn(mine, "/none");
  hasty.isHasty = true;
  await learn(mine, "/d/f");
  assert(hasty.asked.includes("/d"));
  memory.writeFile("/d/f", bytes("there"), 0o644);
  assertEquals(await look(mine, "/d/f"), "5");
});

Deno.test("a lease is believed for a second without a word, and then asked for again", async () => {
  await using here = await world();
  const { clock, mine, memory, leasable } = here;
  await learn(mine, "/d/f");
  for (let answers = 0; answers < 20; answers++) await look(mine, "/d/f");
  memory.writeFile("/d/f", bytes("nobody told"), 0o640);
  clock.advance(LEASE_MS - 1);
  assertEquals(await look(mine, "/d/f"), "5");
  clock.advance(1);
  const before = leasable.asked.length;
  assertEquals(await look(mine, "/d/f"), "11");
  assertEquals(leasable.asked.length, before + 2, "it has paid, so the first question asks again");
});

Deno.test("a directory of many names is listed when as many questions have been asked", async () => {
  await using here = await world();
  const { mine, memory } = here;
  for (let index = 0; index < 1000; index++) memory.create(`/e/${index}`, 0o644);
  await learn(mine, "/e/0");
  assertEquals((await mine.readDir("/e")).length, 1000);
  const asked = await requestsOf(mine, async () => {
    for (let index = 0; index < 1000; index++) assertEquals(await look(mine, `/e/${index}`), "0");
  });
  // One for every 32 names, some of which were asked about before, and the leases themselves.
  assert(asked > 20 && asked < 45, `${asked} requests`);
  assertEquals(await look(mine, "/e/none"), "ENOENT");
});

Deno.test("leases that end too soon are asked for less and less", async () => {
  await using here = await world();
  const { mine, leasable } = here;
  await learn(mine, "/d/f");
  for (let round = 0; round < 500; round++) {
    leasable.end("/d");
    await mine.statfs("/");
    await look(mine, "/d/f");
  }
  const leases = leasable.asked.filter((path) => path === "/d").length;
  assert(leases >= 3 && leases <= 8, `${leases} leases`);
});

Deno.test("a server that gives no leases is asked for everything, without asking for leases", async () => {
  await using server = new VFSServer(newMemoryProvider());
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  assertEquals([mine.client.hello.leases, mine.client.cache.isOn], [false, false]);
  assertEquals(await requestsOf(mine, () => learn(mine, "/none")), 3);
});

/** A provider that has no more leases than that of its root. */
class Exhausted extends Leasable {
  override leases(): ReturnType<Leasable["leases"]> {
    const leases = super.leases(() => {});
    const add = (path: string): MaybePromise<number> => {
      if (path === "/") return leases.add(path);
      this.asked.push(path);
      throw new FsError("ENOSPC", { syscall: "lease", path });
    };
    return { ...leases, add };
  }
}

Deno.test("a refused lease costs one request a second, and the question is answered", async () => {
  const memory = newMemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.mkdir("/e", 0o755);
  memory.writeFile("/d/f", bytes("hello"), 0o644);
  const exhausted = new Exhausted(memory);
  await using server = new VFSServer(exhausted);
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  for (let round = 0; round < 100; round++) assertEquals(await look(mine, "/d/f"), "5");
  assertEquals(exhausted.asked, ["/", "/d"]);
  await learn(mine, "/e/f");
  assertEquals(exhausted.asked, ["/", "/d"], "nor anywhere else");
});

Deno.test("with one lease too many the oldest is over", async () => {
  await using here = await world({ limits: { leasesMax: 2 } });
  const { mine, memory, leasable } = here;
  await learn(mine, "/d/f");
  assertEquals([...leasable.leased.keys()], ["/", "/d"]);
  await learn(mine, "/e/none");
  assertEquals([...leasable.leased.keys()], ["/e", "/"]);
  memory.writeFile("/d/f", bytes("changed"), 0o644);
  assertEquals(await look(mine, "/d/f"), "7");
  assertEquals(await requestsOf(mine, () => look(mine, "/e/none")), 0);
});

Deno.test("all connections together lease no more than a server may, and give room when they end", async () => {
  const memory = newMemoryProvider();
  for (const path of ["/d", "/e"]) memory.mkdir(path, 0o755);
  const leasable = new Leasable(memory);
  await using server = new VFSServer(leasable, { limits: { leasesTotalMax: 3, leasersMax: 2 } });
  const mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  await learn(mine, "/d/f", "/e/f");
  assertEquals(leasable.leased.size, 3);
  await using second = await linked(server, { cache: "leases" });
  await learn(second, "/d/f");
  assertEquals(await requestsOf(second, () => look(second, "/d/f")), 1);
  await using third = await linked(server, { cache: "leases" });
  const asked = leasable.asked.length;
  await learn(third, "/d/f");
  assertEquals(leasable.asked.length, asked, "nobody but two may even ask");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 0);
  await mine.close();
  await mine.client.ended;
  while (leasable.leased.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await using fourth = await linked(server, { cache: "leases" });
  await learn(fourth, "/d/f");
  assertEquals(await requestsOf(fourth, () => look(fourth, "/d/f")), 0);
});

/** A provider whose leases come later, and may be over by then. */
class Late extends Leasable {
  isOver = false;

  override leases(onOver: OnLeaseOver): Leases {
    const leases = super.leases(onOver);
    const add = async (path: string): Promise<number> => {
      const lease = await leases.add(path);
      if (this.isOver) this.end(path);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return lease;
    };
    return { ...leases, add };
  }
}

Deno.test("a lease that is over before the server knows its number holds nothing", async () => {
  const memory = newMemoryProvider();
  memory.mkdir("/d", 0o755);
  const late = new Late(memory);
  await using server = new VFSServer(late);
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  await learn(mine, "/none");
  late.isOver = true;
  await learn(mine, "/d/f");
  assert(late.asked.includes("/d"));
  memory.writeFile("/d/f", bytes("there"), 0o644);
  assertEquals(await look(mine, "/d/f"), "5");
  // They are asked for less and less, but not after a time only: among many changes that may happen to any lease.
  const asked = late.asked.length;
  for (let round = 0; round < 40; round++) await look(mine, "/d/f");
  assert(late.asked.length <= asked + 3, `${late.asked.length - asked} leases for 40 questions`);
  late.isOver = false;
  for (let round = 0; round < 200; round++) await look(mine, "/d/f");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 0);
});

/** A provider that tells what has changed later, or when it is to look. */
class Unhurried extends Leasable {
  readonly untold: string[] = [];

  override leases(onOver: OnLeaseOver): Leases {
    const look = (): void => this.untold.splice(0).forEach((path) => this.end(path));
    return { ...super.leases(onOver), look };
  }
}

Deno.test("whoever asks hears with the answer which leases are over", async () => {
  const memory = newMemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.mkdir("/e", 0o755);
  const unhurried = new Unhurried(memory);
  await using server = new VFSServer(unhurried);
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  await learn(mine, "/d/f");
  memory.writeFile("/d/f", bytes("there"), 0o644);
  unhurried.untold.push("/d");
  assertEquals(await look(mine, "/d/f"), "ENOENT", "nobody knows");
  await look(mine, "/e/f");
  assertEquals(await look(mine, "/d/f"), "5");
});

Deno.test("a lease that begins when the last one ends is told of what other clients change, too", async () => {
  const memory = newMemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.writeFile("/d/f", bytes("hello"), 0o644);
  const late = new Late(memory);
  await using server = new VFSServer(late);
  await using mine = await linked(server, { cache: "leases" });
  await using other = await linked(server);
  using _clock = new StoppedClock();
  await learn(mine, "/none");
  await look(mine, "/d/f");
  const leasing = look(mine, "/d/f");
  while (!late.leased.has("/d")) await new Promise((resolve) => setTimeout(resolve, 0));
  late.end("/");
  await leasing;
  // It counts for nothing, as the one above it was over, and the client asks again later.
  for (let round = 0; round < 40; round++) await look(mine, "/d/f");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 0);
  await other.truncate("/d/f", 2);
  await mine.statfs("/");
  assertEquals(await look(mine, "/d/f"), "2");
});

Deno.test("nothing is kept after the connection has ended, and no lease is left at the server", async () => {
  const here = await world();
  const { mine, leasable } = here;
  await learn(mine, "/d/f");
  assertEquals([...leasable.leased.keys()], ["/", "/d"]);
  await mine.close();
  await mine.client.ended;
  assertEquals(mine.client.cache.isOn, false);
  assertEquals(await codeOf(() => mine.lstat("/d/f")), "EIO");
  await here[Symbol.asyncDispose]();
  assertEquals(leasable.leased.size, 0);
});

Deno.test("a change on the host ends the lease of a real directory, whose notice comes by itself", async () => {
  using scratch = new ScratchDirectory();
  Deno.mkdirSync(`${scratch.path}/d`);
  Deno.writeTextFileSync(`${scratch.path}/d/f`, "hello");
  await using provider = newRealFSProvider(scratch.path, { ffi: true });
  await using server = new VFSServer(provider);
  await using mine = await linked(server, { cache: "leases" });
  using _clock = new StoppedClock();
  await learn(mine, "/d/f", "/d/none");
  assertEquals(await requestsOf(mine, () => learn(mine, "/d/f", "/d/none")), 0);
  Deno.writeTextFileSync(`${scratch.path}/d/none`, "there");
  while (await look(mine, "/d/none") === "ENOENT") {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await look(mine, "/d/none"), "5");
});
