/**
 * A directory of this machine.
 *
 * @module
 */
import { ProcessCaller } from "../linux/process_caller.ts";
import type { NeedSet } from "../need.ts";
import { removeTree } from "../runner/remove_tree.ts";
import type { Caller } from "../system_calls.ts";
import { kernelFeatures } from "./kernel_features.ts";
import type { Identity, Route, Subject } from "./subject.ts";

/**
 * A directory on any filesystem that is mounted here. With tmpfs below it, it is the oracle that proves
 * the cases themselves.
 */
export class HostSubject implements Subject {
  readonly route: Route = "host";
  readonly base: string;
  readonly has: NeedSet;
  readonly #callers: ProcessCaller[];

  private constructor(base: string, has: NeedSet, callers: ProcessCaller[]) {
    this.base = base;
    this.has = has;
    this.#callers = callers;
  }

  /** Makes a directory below `parent` for the cases; it goes at the end. */
  static async below(parent: string): Promise<HostSubject> {
    const base = await Deno.makeTempDir({ dir: parent, prefix: "fusewire-conformance-" });
    await Deno.chmod(base, 0o755);
    const caller = new ProcessCaller();
    const probe = `${base}/probe`;
    await caller.call("mkdir", [probe, 0o755]);
    const has = await kernelFeatures(caller, probe);
    await removeTree(caller, probe);
    return new HostSubject(base, has, [caller]);
  }

  caller(identity?: Identity): Caller {
    const caller = new ProcessCaller(identity);
    this.#callers.push(caller);
    return caller;
  }

  async kill(): Promise<void> {
    for (const caller of this.#callers) await caller.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const caller of this.#callers) await caller[Symbol.asyncDispose]();
    await Deno.remove(this.base, { recursive: true });
  }
}
