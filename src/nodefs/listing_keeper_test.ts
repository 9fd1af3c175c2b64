import { assertEquals } from "@std/assert";
import { ERRNO, type Errno, type MaybePromise } from "../base/mod.ts";
import { FOPEN, OpenOut } from "../fuse/mod.ts";
import type { DirReader } from "./dir_reader.ts";
import { type DirStream, newListDirStream, type StreamEntry } from "./dir_stream.ts";
import type { Inode } from "./inode.ts";
import { ListingKeeper } from "./listing_keeper.ts";
import type { ListingLease, NodeListingLeaser } from "./name_operations.ts";
import { newNodeFS } from "./new_node_fs.ts";
import { Node } from "./node.ts";
import type { TreeOptions } from "./options.ts";
import { NO_CALLBACKS } from "./server_callbacks.ts";

const CALLER = { uid: 0, gid: 0 };
const { KEEP_CACHE, CACHE_DIR } = FOPEN;

/** A directory that gives leases, if it has any. */
class Leasing extends Node implements NodeListingLeaser {
  names = ["a", "b", "c"];
  refuses = false;
  leases = 0;
  ended = 0;
  #onOver: (() => void) | null = null;
  #lasts = false;

  leaseListing(onOver: () => void): ListingLease | null {
    if (this.refuses) return null;
    this.leases++;
    this.#onOver = onOver;
    this.#lasts = true;
    return { holds: () => this.#lasts, end: () => void this.ended++ };
  }
  /** Something changes; who keeps a listing is told now or later. */
  change(isTold: boolean): void {
    this.#lasts = false;
    if (isTold) this.#onOver?.();
  }
}

/** A directory, and the keeper of its listings at a time of the test's. */
class World {
  readonly node = new Leasing();
  readonly inode: Inode;
  readonly keeper: ListingKeeper;
  /** How often it was listed. */
  listings = 0;
  notices = 0;
  now = 0;
  /** Why it cannot be listed. */
  fails: (() => MaybePromise<Errno>) | null = null;

  constructor(options: TreeOptions = {}, keeper?: ListingKeeper) {
    const invalidateInode = (): Promise<boolean> => Promise.resolve(++this.notices > 0);
    newNodeFS(this.node, { serverCallbacks: { ...NO_CALLBACKS, invalidateInode } });
    this.inode = this.node.embeddedInode();
    this.keeper = keeper ?? new ListingKeeper(options, () => this.now);
  }

  /** Opens the directory: the reader, and what the kernel may do. */
  open(flags = 0): [DirReader, number] {
    const out = new OpenOut();
    out.openFlags = flags;
    const list = (): MaybePromise<DirStream | Errno> => {
      if (this.fails !== null) return this.fails();
      this.listings++;
      return newListDirStream(this.node.names.map((name) => ({ name, type: 0o100000, ino: 0 })));
    };
    return [this.keeper.open(this.inode, list, out), out.openFlags];
  }

  /** Lists until there is a lease, if there is one to be had: what the kernel might do with the last. */
  async lease(): Promise<number> {
    await this.list();
    await this.list();
    return await this.list();
  }

  /** Opens, lists and closes; what the kernel might do. */
  async list(isPlus = true): Promise<number> {
    const [reader, flags] = this.open();
    await read(reader, 0, isPlus);
    reader.close();
    return flags;
  }
}

/** The names from an offset of the kernel's on, and the offset behind them. */
async function read(
  reader: DirReader,
  offset: number,
  isPlus = true,
  count = Infinity,
): Promise<[string, number]> {
  await reader.seek(offset, CALLER);
  const names: string[] = [];
  let place = reader.placeOf(offset);
  for (; names.length < count; place++) {
    const entry = await reader.entry(place) as StreamEntry | null;
    if (entry === null) break;
    if (!isPlus) reader.gaveNamesOnly();
    names.push(entry.name);
  }
  return [names.join(""), reader.offsetOf(place)];
}

const KEPT = KEEP_CACHE | CACHE_DIR;

Deno.test("with the third listing a lease is taken, and from then on the kernel keeps it", async () => {
  const world = new World();
  assertEquals([await world.list(), await world.list(), world.node.leases], [0, 0, 0]);
  assertEquals([await world.list(), world.node.leases], [CACHE_DIR, 1]);
  world.now = 499;
  assertEquals([await world.list(), await world.list(), world.listings], [KEPT, KEPT, 3]);
  // Half of the timeouts is over: then attributes would have to be asked for one by one.
  world.now = 500;
  assertEquals([await world.list(), world.node.ended, world.node.leases], [CACHE_DIR, 1, 2]);
  assertEquals([await world.list(), world.listings, world.keeper.leaseCount], [KEPT, 4, 1]);
  // However often it is listed, it is listed anew once in that time.
  for (world.now = 600; world.now < 5000; world.now += 100) await world.list();
  assertEquals(world.listings, 12);
  const { leases } = world.node;
  world.keeper.close();
  assertEquals([world.node.ended, world.keeper.leaseCount], [leases, 0]);
});

Deno.test("a lease that is over is not believed, whether it was told or not", async () => {
  for (const isTold of [true, false]) {
    const world = new World();
    await world.lease();
    await world.list();
    world.node.names = ["new"];
    world.node.change(isTold);
    const [reader, flags] = world.open();
    assertEquals([flags, (await read(reader, 0))[0]], [CACHE_DIR, "new"]);
    reader.close();
    assertEquals(await world.list(), KEPT);
  }
});

Deno.test("a lease that was of no use is not taken again for a while", async () => {
  const world = new World();
  await world.lease();
  world.node.change(true);
  for (world.now = 0; world.now < 7000; world.now += 100) assertEquals(await world.list(), 0);
  assertEquals(world.node.leases, 1);
  world.now = 16_000;
  assertEquals([await world.lease(), world.node.leases], [CACHE_DIR, 2]);
});

Deno.test("a lease that nobody used before its time was over is taken again", async () => {
  const world = new World();
  await world.lease();
  world.now = 500;
  assertEquals([await world.list(), world.node.leases], [CACHE_DIR, 2]);
  assertEquals(await world.list(), KEEP_CACHE | CACHE_DIR);
});

Deno.test("nothing is kept where there is no lease, no timeout, or names came without attributes", async () => {
  const refused = new World();
  refused.node.refuses = true;
  const none = new World({ attrTimeoutMs: 0 });
  for (let count = 0; count < 5; count++) {
    assertEquals(await refused.list() & KEEP_CACHE, 0);
    assertEquals(await none.list(), 0);
  }
  assertEquals(none.node.leases, 0);
  const names = new World();
  for (let count = 0; count < 5; count++) assertEquals(await names.list(false) & KEEP_CACHE, 0);
  assertEquals([names.node.leases, names.keeper.leaseCount], [1, 0]);
});

Deno.test("a directory that cannot be listed is not leased", async () => {
  const world = new World();
  await world.list();
  await world.list();
  const [reader, flags] = world.open();
  assertEquals(flags, CACHE_DIR);
  for (const fail of [() => ERRNO.EACCES, () => Promise.reject(new Error("broken"))]) {
    world.fails = fail;
    try {
      assertEquals(await reader.seek(0, CALLER), ERRNO.EACCES);
    } catch (thrown) {
      assertEquals(String(thrown), "Error: broken");
    }
  }
  assertEquals([world.node.leases, world.node.ended], [2, 2]);
  reader.close();
  assertEquals(world.keeper.leaseCount, 0);
});

Deno.test("a listing that was not read to its end is not kept", async () => {
  const world = new World();
  await world.list();
  await world.list();
  const [reader] = world.open();
  await read(reader, 0, true, 2);
  const [other, flags] = world.open();
  assertEquals([flags, (await read(other, 0))[0]], [0, "abc"]);
  reader.close();
  other.close();
  assertEquals(await world.list() & KEEP_CACHE, 0);
});

Deno.test("who has the directory open when the lease ends is told, others need not be", async () => {
  const world = new World();
  await world.lease();
  const [reader, flags] = world.open();
  assertEquals(flags, KEPT);
  world.node.change(true);
  assertEquals(world.notices, 1);
  reader.close();
  assertEquals([await world.list(), await world.list()], [CACHE_DIR, KEPT]);
  world.node.change(true);
  assertEquals(world.notices, 1);
});

Deno.test("the rest of what the kernel kept comes from the listing that it kept", async () => {
  for (const options of [{}, { keepCaches: true }]) {
    const world = new World(options);
    await world.lease();
    const [teller] = world.open();
    await read(teller, 0);
    const behind = teller.offsetOf(1);
    teller.close();
    const [reader, flags] = world.open();
    assertEquals(flags, KEPT);
    // The kernel has given "a" by itself. It is removed, and somebody else lists anew.
    world.node.names = ["b", "c"];
    world.node.change(false);
    const [other] = world.open();
    assertEquals((await read(other, 0))[0], "bc");
    assertEquals((await read(reader, behind))[0], "bc");
    // From the beginning it is as it is now.
    world.node.names = ["d"];
    world.node.change(false);
    assertEquals((await read(reader, 0))[0], "d");
    reader.close();
    other.close();
  }
});

Deno.test("what is held of closed directories is what the kernel may ask for, of so many leases at most", async () => {
  const world = new World();
  await world.lease();
  assertEquals(world.keeper.heldCount, 3);
  const [reader] = world.open();
  assertEquals(world.keeper.heldCount, 0);
  world.node.change(true);
  reader.close();
  assertEquals(world.keeper.heldCount, 0);
  const others = Array.from({ length: 300 }, () => new World({}, world.keeper));
  for (const other of others) await other.lease();
  assertEquals([world.keeper.leaseCount, world.keeper.heldCount], [256, 256 * 3]);
  assertEquals(others.filter(({ node }) => node.ended === 1).length, 44);
});

Deno.test("with keepCaches the kernel keeps what is known here, of closed directories so many entries", async () => {
  const world = new World({ keepCaches: true });
  assertEquals([await world.list(), await world.list(), world.node.leases], [CACHE_DIR, KEPT, 0]);
  const big = new World({ keepCaches: true });
  big.node.names = Array.from({ length: (1 << 20) + 1 }, (_, index) => String(index));
  assertEquals([await big.list(), await big.list()], [CACHE_DIR, CACHE_DIR]);
  assertEquals(big.keeper.heldCount, 0);
});

Deno.test("a node that asks for it has its listings kept like that", async () => {
  const world = new World();
  const [reader, flags] = world.open(KEPT);
  assertEquals(flags, CACHE_DIR);
  await read(reader, 0);
  reader.close();
  const [again, then] = world.open(KEPT);
  assertEquals([then, world.node.leases], [KEPT, 0]);
  again.close();
  assertEquals(world.open(CACHE_DIR)[1], CACHE_DIR);
});
