import { assertEquals } from "@std/assert";
import { O_NONBLOCK } from "../base/mod.ts";
import { openDescriptors } from "../../fixtures/scratch/scratch_directory.ts";
import { close, dup, eventfd, F_GETFL, F_SETFL, fcntl, MemoryBlock, write } from "../libc/mod.ts";
import { LeaseTrust } from "./lease_trust.ts";
import type { ByteChannel } from "./transport.ts";

/** A channel over which descriptors come when a test says so. */
class Bringing implements ByteChannel {
  readonly fd = eventfd();
  kept = 0;
  brought: readonly number[] | null = null;

  read(): Promise<number | null> {
    return Promise.resolve(null);
  }

  write(data: Uint8Array): Promise<number> {
    return Promise.resolve(data.length);
  }

  keepDescriptors(count: number): void {
    this.kept = count;
  }

  takeDescriptors(): readonly number[] | null {
    const { brought } = this;
    this.brought = null;
    return brought;
  }

  close(): void {
    close(this.fd);
  }
}

/** The descriptors of a server, which it has given away. */
class Giver {
  readonly changed = eventfd();
  readonly telling = eventfd(true);
  readonly #one = new MemoryBlock(8);

  constructor() {
    this.#one.view.setUint32(0, 1, true);
  }

  get copies(): number[] {
    return [dup(this.changed), dup(this.telling)];
  }

  raise(fd: number): void {
    write(fd, this.#one.address, 8);
  }

  close(): void {
    close(this.changed);
    close(this.telling);
  }
}

Deno.test("who is strict believes nothing before there are descriptors, others do", () => {
  const channel = new Bringing();
  for (const isStrict of [true, false]) {
    const trust = new LeaseTrust(channel, isStrict);
    assertEquals([trust.wantsSignal, trust.holds()], [true, !isStrict]);
    assertEquals([trust.leased(), trust.holds()], [!isStrict, !isStrict], "none have come");
  }
  channel.close();
});

Deno.test("descriptors are looked out for only while they are asked for", () => {
  const channel = new Bringing();
  const trust = new LeaseTrust(channel, true);
  assertEquals(channel.kept, 0);
  trust.asks();
  trust.asks();
  trust.answered();
  assertEquals(channel.kept, 2);
  trust.answered();
  assertEquals(channel.kept, 0);
  channel.close();
});

Deno.test("leases hold while both are quiet, and again when all has been told", () => {
  const before = openDescriptors();
  const channel = new Bringing();
  const giver = new Giver();
  const trust = new LeaseTrust(channel, true);
  channel.brought = giver.copies;
  assertEquals([trust.leased(), trust.holds(), trust.wantsSignal], [true, true, false]);
  giver.raise(giver.telling);
  giver.raise(giver.telling);
  assertEquals(trust.holds(), false);
  trust.told();
  assertEquals(trust.holds(), false, "the second is still to come");
  trust.told();
  assertEquals(trust.holds(), true);
  giver.raise(giver.changed);
  assertEquals(trust.holds(), false);
  trust.told();
  assertEquals(trust.holds(), false);
  trust.close();
  assertEquals(trust.holds(), false);
  giver.close();
  channel.close();
  assertEquals(openDescriptors(), before);
});

Deno.test("what was told before the descriptors came counts", () => {
  const channel = new Bringing();
  const giver = new Giver();
  const trust = new LeaseTrust(channel, true);
  giver.raise(giver.telling);
  trust.told();
  channel.brought = giver.copies;
  assertEquals([trust.leased(), trust.holds()], [true, true]);
  trust.close();
  giver.close();
  channel.close();
});

Deno.test("a server cannot hold the thread by a descriptor that blocks", () => {
  const channel = new Bringing();
  const giver = new Giver();
  fcntl(giver.telling, F_SETFL, fcntl(giver.telling, F_GETFL, 0) & ~O_NONBLOCK);
  const trust = new LeaseTrust(channel, true);
  channel.brought = giver.copies;
  trust.leased();
  assertEquals(fcntl(giver.telling, F_GETFL, 0) & O_NONBLOCK, O_NONBLOCK);
  trust.told();
  assertEquals(trust.holds(), true);
  trust.close();
  giver.close();
  channel.close();
});

Deno.test("nothing holds once there is no server any more", () => {
  const channel = new Bringing();
  const giver = new Giver();
  const trust = new LeaseTrust(channel, true);
  channel.brought = giver.copies;
  trust.leased();
  assertEquals(trust.holds(), true);
  // As a socket whose other end is gone, it has something to say that nobody asked for.
  channel.close();
  assertEquals(trust.holds(), false);
  trust.close();
  giver.close();
});

Deno.test("over a channel that brings none, none are asked for", () => {
  const pipe = { read: () => Promise.resolve(null), write: () => Promise.resolve(1), close() {} };
  assertEquals(LeaseTrust.isPossible(pipe), false);
  assertEquals(new LeaseTrust(pipe, false).wantsSignal, false);
});
