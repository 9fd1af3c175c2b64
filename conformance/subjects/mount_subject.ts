/**
 * A provider that is mounted.
 *
 * @module
 */
import { geteuid } from "../../src/libc/mod.ts";
import { type Mount, mount, type MountOptions } from "../../src/mount/mod.ts";
import type { Capability, Provider } from "../../src/provider/mod.ts";
import { ProcessCaller } from "../linux/process_caller.ts";
import type { NEEDS, NeedSet } from "../need.ts";
import type { Caller } from "../system_calls.ts";
import { providerNeeds } from "./direct_subject.ts";
import type { Identity, Route, Subject } from "./subject.ts";

const OFFERED: readonly (keyof typeof NEEDS)[] = [
  "kernel",
  "processes",
  "nlink",
  "owner",
  "nanoseconds",
  "ctime",
  "blocks",
  "zeroRange",
];
/** What only root can have tested. */
const OFFERED_TO_ROOT: readonly (keyof typeof NEEDS)[] = ["users", "permissions"];
/** What the kernel does by itself where the provider cannot. */
const OF_THE_KERNEL: readonly Capability[] = ["truncate", "lock", "copyRange"];

/** A mount of a provider, used by processes of their own. This thread serves it. */
export class MountSubject implements Subject {
  readonly route: Route;
  readonly base: string;
  readonly has: NeedSet;
  readonly #mount: Mount;
  readonly #provider: Provider;
  readonly #callers: ProcessCaller[] = [];

  private constructor(mounted: Mount, provider: Provider, route: Route, has: NeedSet) {
    this.#mount = mounted;
    this.base = mounted.mountpoint;
    this.#provider = provider;
    this.route = route;
    this.has = has;
  }

  /** Mounts the provider on a new directory. It is closed at the end. */
  static async of(
    provider: Provider,
    route: Route = "mount",
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
      return new MountSubject(mounted, provider, route, has);
    } catch (thrown) {
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
    await this.#provider.close();
  }
}
