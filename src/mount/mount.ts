/**
 * A provider as a mount of the kernel.
 *
 * @module
 */
import { S_IFDIR } from "../base/mod.ts";
import {
  type Agreement,
  describeRequest,
  Device,
  FuseMountError,
  InitFlags,
  type KernelMount,
  type LoopOptions,
  mountKernel,
  type MountOptions as KernelMountOptions,
  Session,
  type UnmountOptions,
} from "../fuse/mod.ts";
import { Bridge, FIRST_AUTOMATIC_INO, TIMEOUT_DEFAULT_MS, Tree } from "../nodefs/mod.ts";
import type { TreeOptions } from "../nodefs/mod.ts";
import type { CapabilitySet, Provider } from "../provider/mod.ts";
import { ChangeFollower } from "./change_follower.ts";
import { ProviderNode } from "./provider_node.ts";

/** The largest WRITE and READ by default, in bytes: the kernel's own limit. */
const MAX_WRITE_DEFAULT = 1024 * 1024;
/** The least `maxWrite`, in bytes: a page. */
const MAX_WRITE_MIN = 4096;
/** The most that is useful: the kernel's `max_pages` limit is 65,535 pages at the very most. */
const MAX_WRITE_MAX = 16 * 1024 * 1024;
/** Read-ahead by default, in bytes. */
const MAX_READAHEAD_DEFAULT = 1024 * 1024;
/** Asynchronous requests of the kernel under way, by default. */
const MAX_BACKGROUND_DEFAULT = 64;

/** How to mount a provider. */
export interface MountOptions extends KernelMountOptions, TreeOptions {
  /** The largest WRITE in bytes, 4,096 to 16 MiB. Default 1 MiB. */
  readonly maxWrite?: number;
  /** The largest read-ahead in bytes. Default 1 MiB. */
  readonly maxReadahead?: number;
  /** How many asynchronous requests the kernel keeps under way. Default 64. */
  readonly maxBackground?: number;
  /** From how many on it slows writers down. Default three quarters of `maxBackground`. */
  readonly congestionThreshold?: number;
  /** How the loop divides its time: `spinUs: 0` saves CPU, at the price of latency. */
  readonly loop?: Partial<LoopOptions>;
  /**
   * Tells the kernel of changes that others make, as the provider's `watch` reports them; with it long
   * timeouts are safe. Needs the capability `watch`. Default false.
   */
  readonly watch?: boolean;
  /** Prints each request and its outcome. */
  readonly debug?: boolean;
  /** Where diagnostics go: exceptions of the provider, refused replies, debug lines. Default `console.error`. */
  readonly logger?: (line: string) => void;
}

/** The features that every provider gets. */
const WISHES = [
  "ASYNC_READ",
  "ATOMIC_O_TRUNC",
  "BIG_WRITES",
  "AUTO_INVAL_DATA",
  "DO_READDIRPLUS",
  "READDIRPLUS_AUTO",
  "ASYNC_DIO",
  "PARALLEL_DIROPS",
  "ABORT_ERROR",
  "MAX_PAGES",
  "HANDLE_KILLPRIV_V2",
  "SETXATTR_EXT",
  "INIT_EXT",
] as const;

function wishedFlags(can: CapabilitySet): InitFlags {
  const flags = InitFlags.of(...WISHES);
  if (can.has("lock")) {
    flags.add("POSIX_LOCKS");
    flags.add("FLOCK_LOCKS");
  }
  return flags;
}

function checkedMaxWrite(path: string, maxWrite: number): number {
  if (Number.isInteger(maxWrite) && maxWrite >= MAX_WRITE_MIN && maxWrite <= MAX_WRITE_MAX) {
    return maxWrite;
  }
  const problem = `Cannot mount on ${path} with maxWrite ${maxWrite}`;
  throw new FuseMountError(path, problem, `It must be ${MAX_WRITE_MIN} to ${MAX_WRITE_MAX} bytes`);
}

/**
 * A provider that is mounted. It is served by this thread, whenever the event loop gets to run: do not
 * use the mount synchronously (`Deno.readFileSync` and the like) in the same thread, which would wait
 * for itself for ever.
 */
export class Mount {
  /** Where it is mounted: absolute, without symbolic links. */
  readonly mountpoint: string;
  /** Resolves when the mount has ended, by whomever; rejects when serving it failed. */
  readonly finished: Promise<void>;
  /** Whether a mount that a dead process had left here was taken away first. */
  readonly replacedStale: boolean;
  readonly #kernel: KernelMount;
  readonly #session: Session;
  readonly #bridge: Bridge;

  /** For {@linkcode mount}. */
  constructor(
    kernel: KernelMount,
    session: Session,
    bridge: Bridge,
    follower: ChangeFollower | null,
  ) {
    this.mountpoint = kernel.mountpoint;
    this.replacedStale = kernel.replacedStale;
    this.#kernel = kernel;
    this.#session = session;
    this.#bridge = bridge;
    this.finished = session.run().finally(() => follower?.stop());
    // Whoever awaits it gets the error; nobody has to.
    this.finished.catch(() => {});
  }

  /** What was agreed with the kernel; null before its first message. */
  get agreement(): Agreement | null {
    return this.#session.agreement;
  }

  /** How many files and directories are open through the mount. */
  get openCount(): number {
    return this.#bridge.openCount;
  }

  /**
   * Ends the mount and waits until every request has been answered and everything is released. The
   * provider is not closed: it may serve others.
   *
   * @throws {FuseMountError} When the mount is busy; the message names who uses it.
   */
  async unmount(options: UnmountOptions = {}): Promise<void> {
    await this.#kernel.unmount(options);
    await this.finished;
  }

  /** Unmounts; a busy mount is taken away lazily. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.unmount();
    } catch (thrown) {
      if (!(thrown instanceof FuseMountError)) throw thrown;
      await this.unmount({ lazy: true });
    }
  }
}

/**
 * Mounts a provider on a directory, and serves it until it is unmounted.
 *
 * @param provider What to mount. It is not closed at the end.
 * @param path An existing directory.
 * @throws {FuseMountError} With what to do about it.
 *
 * @example
 * ```ts ignore
 * import { MemoryProvider } from "@fusewire/vfs";
 * import { mount } from "@fusewire/vfs/fuse";
 *
 * await using mounted = await mount(new MemoryProvider(), "/mnt/memory");
 * await mounted.finished;
 * ```
 */
export async function mount(
  provider: Provider,
  path: string,
  options: MountOptions = {},
): Promise<Mount> {
  const maxBackground = options.maxBackground ?? MAX_BACKGROUND_DEFAULT;
  const wishes = {
    flags: wishedFlags(provider.capabilities),
    maxWrite: checkedMaxWrite(path, options.maxWrite ?? MAX_WRITE_DEFAULT),
    maxReadahead: options.maxReadahead ?? MAX_READAHEAD_DEFAULT,
    maxBackground,
    congestionThreshold: options.congestionThreshold ?? Math.ceil(maxBackground * 0.75),
  };
  const log = options.logger ?? ((line: string) => console.error(line));
  const readOnly = options.readOnly ?? provider.readonly();
  const kernel = await mountKernel(path, { ...options, readOnly });
  const root = await rootIdentity(provider);
  const tree = new Tree(
    new ProviderNode(provider),
    root,
    options.firstAutomaticIno ?? FIRST_AUTOMATIC_INO,
  );
  // A provider means the permissions that it tells, also 0.
  const bridge = new Bridge(tree, { nullPermissions: true, ...options });
  const report = (problem: unknown): void =>
    log(`fusewire: ${kernel.mountpoint}: ${describe(problem)}`);
  const session = new Session(new Device(kernel.fd, kernel.dispose), bridge, {
    wishes,
    entryTimeoutMs: options.entryTimeoutMs ?? TIMEOUT_DEFAULT_MS,
    attrTimeoutMs: options.attrTimeoutMs ?? TIMEOUT_DEFAULT_MS,
    loop: options.loop ?? {},
    report,
    ...(options.debug === true
      ? {
        observe: (request, outcome, durationMs) =>
          log(describeRequest(request, outcome, durationMs)),
      }
      : {}),
  });
  const follower = options.watch === true ? new ChangeFollower(tree, session.notices) : null;
  follower?.start(provider, report);
  return new Mount(kernel, session, bridge, follower);
}

async function rootIdentity(provider: Provider) {
  if (!provider.capabilities.has("inode")) return { mode: S_IFDIR, ino: 1 };
  const info = await provider.stat("/");
  return { mode: S_IFDIR, ino: info.ino };
}

function describe(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const cause = problem.cause === undefined ? "" : `: ${describe(problem.cause)}`;
  return problem.message + cause;
}
