/**
 * A provider that is mounted.
 *
 * @module
 */
import { geteuid } from "../../src/libc/mod.ts";
import { type Mount, mount, type MountOptions } from "../../src/mount/mod.ts";
import type { Capability, Provider } from "../../src/provider/mod.ts";
import { ProcessCaller } from "../linux/process_caller.ts";
import type { NeedSet, OfferedNeed } from "../need.ts";
import type { Caller } from "../system_calls.ts";
import { providerNeeds } from "./direct_subject.ts";
import type { Identity, Route, Subject } from "./subject.ts";
import { WireLink } from "./wire_link.ts";

const OFFERED: readonly OfferedNeed[] = [
  "kernel",
  "processes",
  "handleStat",
  "anyName",
  "nlink",
  "owner",
  "nanoseconds",
  "ctime",
  "blocks",
  "zeroRange",
];
/** What only root can have tested. */
const OFFERED_TO_ROOT: readonly OfferedNeed[] = ["users", "permissions"];
/** What the kernel does by itself where the provider cannot. */
const OF_THE_KERNEL: readonly Capability[] = ["truncate", "lock", "copyRange"];

/** A mount of a provider, used by processes of their own. This thread serves it. */
export class MountSubject implements Subject {
  readonly route: Route;
  readonly base: string;
  readonly has: NeedSet;
  readonly #mount: Mount;
  readonly #owned: AsyncDisposable;
  readonly #callers: ProcessCaller[] = [];

  private constructor(mounted: Mount, owned: AsyncDisposable, route: Route, has: NeedSet) {
    this.#mount = mounted;
    this.base = mounted.mountpoint;
    this.#owned = owned;
    this.route = route;
    this.has = has;
  }

  /** Mounts the provider on a new directory. It is closed at the end. */
  static of(provider: Provider, exclusive = false): Promise<MountSubject> {
    if (!exclusive) return MountSubject.#make(provider, provider, "mount");
    return MountSubject.#make(provider, provider, "mount-exclusive", { soleOwner: true });
  }

  /** Mounts the provider at the other end of a connection. It is closed at the end. */
  static async overWire(provider: Provider, exclusive = false): Promise<MountSubject> {
    const link = await WireLink.to(provider, 2, { exclusive, forMount: true });
    if (!exclusive) return await MountSubject.#make(link.remote, link, "mount-over-wire");
    const options = { soleOwner: true, watch: true };
    return await MountSubject.#make(link.remote, link, "mount-over-wire-exclusive", options);
  }

  static async #make(
    provider: Provider,
    owned: AsyncDisposable,
    route: Route,
    options: MountOptions = {},
  ): Promise<MountSubject> {
    const isRoot = geteuid() === 0;
    const directory = await Deno.makeTempDir({ prefix: "fusewire-conformance-" });
    const rights: MountOptions = isRoot
      ? { allowOther: true, defaultPermissions: true, extraOptions: ["dev", "suid"] }
      : {};
    try {
      const mounted = await mount(provider, directory, { ...rights, ...options });
      const offered = isRoot ? [...OFFERED, ...OFFERED_TO_ROOT] : OFFERED;
      const has = new Set([...providerNeeds(provider, offered), ...OF_THE_KERNEL]);
      return new MountSubject(mounted, owned, route, has);
    } catch (thrown) {
      await owned[Symbol.asyncDispose]();
      await Deno.remove(directory);
      throw thrown;
    }
  }

  caller(identity?: Identity): Caller {
    const caller = new ProcessCaller(identity);
    this.#callers.push(caller);
    return caller;
  }

  /** Files and directories that the kernel holds open. */
  openCount(): number {
    return this.#mount.openCount;
  }

  async kill(): Promise<void> {
    for (const caller of this.#callers) await caller.kill();
    await this.#mount.unmount({ lazy: true }).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const caller of this.#callers) await caller[Symbol.asyncDispose]();
    await this.#mount[Symbol.asyncDispose]();
    await Deno.remove(this.base);
    await this.#owned[Symbol.asyncDispose]();
  }
}
