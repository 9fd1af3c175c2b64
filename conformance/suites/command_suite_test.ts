// The suite on what `fusewire serve` gives and `fusewire mount` mounts, each in a process of its own: through the socket,
// the memory that the two share, and with files that are passed.
import { geteuid } from "../../src/libc/mod.ts";
import type { NeedSet } from "../need.ts";
import { conformanceOf } from "../register.ts";
import { FusewireProcess } from "../scenarios/fusewire_process.ts";
import { HostSubject } from "../subjects/host_subject.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import type { Identity, Route, Subject } from "../subjects/subject.ts";
import type { Caller } from "../system_calls.ts";
import { possibleRoutes } from "./mount_routes.ts";

/** What only root may have a mount allow. */
const RIGHTS = geteuid() === 0 ? ["-o", "dev,suid,default_permissions,allow_other"] : [];

/** A directory on a mount of what another process serves. */
class ServedDirectory implements Subject {
  readonly route: Route;
  readonly base: string;
  readonly has: NeedSet;
  readonly #directory: HostSubject;
  readonly #stack: AsyncDisposableStack;

  private constructor(directory: HostSubject, stack: AsyncDisposableStack) {
    this.route = directory.route;
    this.base = directory.base;
    this.has = directory.has;
    this.#directory = directory;
    this.#stack = stack;
  }

  /** Serves a new directory with these options, and mounts it. */
  static async start(options: readonly string[]): Promise<ServedDirectory> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ dir: HOST_DIRECTORY, prefix: "fusewire-suite-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    await Deno.chmod(folder, 0o755);
    const [served, mountpoint, socket] = ["served", "mount", "socket"].map((name) =>
      `${folder}/${name}`
    );
    await Deno.mkdir(served!);
    await Deno.mkdir(mountpoint!);
    const at = ["--socket", socket!];
    stack.use(await FusewireProcess.start({}, "serve", served!, ...at, ...options));
    const mount = await FusewireProcess.start({}, "mount", mountpoint!, ...at, ...RIGHTS);
    stack.defer(async () => void await mount.end("SIGINT"));
    const directory = stack.use(await HostSubject.below(mountpoint!));
    return new ServedDirectory(directory, stack.move());
  }

  caller(identity?: Identity): Caller {
    return this.#directory.caller(identity);
  }

  async kill(): Promise<void> {
    await this.#directory.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

for (const options of [[], ["--pass-files"]]) {
  const name = ["fusewire serve", ...options].join(" ");
  if (possibleRoutes(name, ["mount-over-wire"]).length === 0) continue;
  await conformanceOf(name, "host", () => ServedDirectory.start(options));
}
