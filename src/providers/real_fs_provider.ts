/**
 * A directory of the host.
 *
 * @module
 */
import { type MaybePromise, nullIfMissing, rescue, toErrno } from "../base/mod.ts";
import { isLibcAvailable } from "../libc/mod.ts";
import {
  type Context,
  type FileInfo,
  Forward,
  type Leases,
  type OnLeaseOver,
  type Provider,
} from "../provider/mod.ts";
import { ContainedProvider } from "./real_contained_provider.ts";
import { PlainProvider } from "./real_plain_provider.ts";

/** Settings of {@linkcode RealFSProvider}. */
export interface RealFSOptions {
  /**
   * `true`: through system calls or not at all; `false`: through Deno's API. Default: through system
   * calls where they can be made (Linux 5.6 or newer with `/proc`, and `--allow-ffi`).
   */
  readonly ffi?: boolean;
  /**
   * Whether what is mounted below the root belongs to it. Default true: mounting there takes
   * root's rights. With `false`, going there is EXDEV; only with system calls.
   */
  readonly crossMounts?: boolean;
}

/**
 * Seed 1's `RealFSProvider`: a directory of the host, which nobody leaves through the provider.
 *
 * With system calls (`--allow-ffi` on Linux), every path is resolved by the kernel below a descriptor of the
 * root: `/` in links and `..` mean the root at most, links like those in `/proc/self/fd` are refused (ELOOP),
 * and it makes no difference whether somebody swaps directories for links at the same moment. All
 * capabilities work. New files belong to the context's user when this process is root, and to the process
 * otherwise; their mode is what was asked for, whatever the process's umask. Pipes, sockets and devices can
 * be made, looked at, renamed and removed, but opened only with O_PATH (ENXIO): a host's devices are
 * not the provider's to give.
 *
 * Without, Deno's API is used (`--allow-read`, `--allow-write`), which knows paths only. Weaker then:
 * somebody else who can change the tree can swap a directory for a link between look and use; times are
 * exact to the millisecond; names that are not UTF-8 are EILSEQ; and there is no chown, utimes, mknod,
 * statfs, xattr, allocate, lock or watch. `capabilities` tells which one it is.
 *
 * Either answers at once, so a slow disk or network below holds up the thread; only `sync` to a disk and locks
 * that wait are promises.
 *
 * What neither can know: hard links and mounts made below the root by others lead wherever they were made
 * to lead, and a directory that others move out of the root while it is being used takes the operation
 * under way along.
 *
 * @example
 * ```ts
 * import { readFile, RealFSProvider, writeFile } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using provider = new RealFSProvider(directory);
 * await writeFile(provider, "/note", new TextEncoder().encode("hi"));
 * assertEquals(await readFile(provider, "/note"), await Deno.readFile(`${directory}/note`));
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class RealFSProvider extends Forward {
  /**
   * Opens the directory `root` of the host.
   *
   * @throws {FsError} ENOENT, ENOTDIR, EACCES; ENOSYS when `ffi` is true and the kernel lacks something.
   * @throws {Error} When `ffi` is true and the permission is missing.
   */
  constructor(root: string, options: RealFSOptions = {}) {
    super(choose(root, options));
  }

  /** Whether no thread and no process begins in its calls: so it is with system calls. Who adds something knows better. */
  get startsNothing(): boolean {
    return this.constructor === RealFSProvider && this.inner instanceof ContainedProvider;
  }

  /**
   * As `lstat`, but null where there is nothing, which is what half of the kernel's lookups find: throwing
   * costs several times what looking does (`bench/rows/mount_names.ts`).
   */
  find(path: string, context?: Context): MaybePromise<FileInfo | null> {
    const { inner } = this;
    // Who has an `lstat` of his own means that.
    const isOurs = this.lstat === RealFSProvider.prototype.lstat;
    if (isOurs && inner instanceof ContainedProvider) return inner.find(path, context);
    return rescue(() => this.lstat(path, context), nullIfMissing);
  }

  /** Leases of directories, with system calls; not of those who answer in a way of their own. */
  leases(onOver: OnLeaseOver): Leases | null {
    const { inner } = this;
    const isOurs = ANSWERS.every((name) => this[name] === RealFSProvider.prototype[name]);
    return isOurs && inner instanceof ContainedProvider ? inner.leases(onOver) : null;
  }
}

/** What a lease is about. */
const ANSWERS = ["stat", "lstat", "find", "readDir"] as const;

function choose(root: string, options: RealFSOptions): Provider {
  const { ffi = isLibcAvailable(), crossMounts = true } = options;
  if (!ffi) return new PlainProvider(root);
  try {
    return new ContainedProvider(root, crossMounts);
  } catch (thrown) {
    if (options.ffi === true || toErrno(thrown).code !== "ENOSYS") throw thrown;
    return new PlainProvider(root);
  }
}

/** Seed 1's `NewRealFSProvider`. */
export function newRealFSProvider(root: string, options: RealFSOptions = {}): RealFSProvider {
  return new RealFSProvider(root, options);
}
