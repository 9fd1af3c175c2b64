import { assertEquals, assertThrows } from "@std/assert";
import { FsError, type MaybePromise } from "../base/mod.ts";
import type { Leases, OnLeaseOver } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { ListingLeases } from "./listing_leases.ts";

/** Leases of a provider that tells of a change only when it is asked to look. */
class Told extends MemoryProvider {
  readonly events: string[] = [];
  /** Which lease is over, and not yet told. */
  over = 0;
  next: () => MaybePromise<number> = () => 1;
  looks = true;

  leases(onOver: OnLeaseOver): Leases {
    this.events.push("begin");
    const look = (): void => {
      if (this.over !== 0) onOver(this.over);
      this.over = 0;
    };
    return {
      add: () => this.next(),
      remove: (lease) => void this.events.push(`remove ${lease}`),
      close: () => void this.events.push("close"),
      ...(this.looks ? { look } : {}),
    };
  }
}

Deno.test("a lease holds until a look finds that it is over; then it is told once, and not given back", () => {
  const provider = new Told();
  const leases = new ListingLeases(provider);
  let told = 0;
  const lease = leases.begin("/", () => told++);
  assertEquals([lease?.holds(), told], [true, 0]);
  provider.over = 1;
  assertEquals([lease?.holds(), lease?.holds(), told], [false, false, 1]);
  lease?.end();
  leases.close();
  assertEquals(provider.events, ["begin", "close"]);
});

Deno.test("a lease that nobody needs any more is given back, and nobody is told of its end", () => {
  const provider = new Told();
  const leases = new ListingLeases(provider);
  let told = 0;
  const lease = leases.begin("/", () => told++);
  lease?.end();
  provider.over = 1;
  assertEquals([lease?.holds(), told, provider.events], [false, 0, ["begin", "remove 1"]]);
});

Deno.test("no lease is taken of who gives none, or later, or cannot look for changes", async () => {
  const none = () => {};
  assertEquals(new ListingLeases(new MemoryProvider()).begin("/", none), null);
  const blind = new Told();
  blind.looks = false;
  const leases = new ListingLeases(blind);
  assertEquals([leases.begin("/", none), leases.begin("/", none)], [null, null]);
  assertEquals(blind.events, ["begin", "close"]);
  const late = new Told();
  late.next = () => Promise.resolve(7);
  assertEquals(new ListingLeases(late).begin("/", none), null);
  await Promise.resolve();
  assertEquals(late.events, ["begin", "remove 7"]);
  const full = new Told();
  full.next = () => {
    throw new FsError("ENOSPC", { syscall: "lease" });
  };
  assertEquals(new ListingLeases(full).begin("/", none), null);
  full.next = () => {
    throw new RangeError("broken");
  };
  assertThrows(() => new ListingLeases(full).begin("/", none), RangeError);
});
