/**
 * Making a mount.
 *
 * @module
 */
import { ERRNO, type MaybePromise, O_CLOEXEC, O_RDWR } from "../base/mod.ts";
import { close, geteuid, open } from "../libc/mod.ts";
import { mountDirectly } from "./direct_mount.ts";
import { FuseMountError } from "./fuse_mount_error.ts";
import { isLibfuseAvailable, mountWithLibfuse } from "./libfuse.ts";
import { type MountOptions, optionWords } from "./mount_options.ts";
import { mountAt, mountTable, presentMount } from "./mount_table.ts";
import { unmount, unmountFound, type UnmountOptions } from "./unmount.ts";

/** A mount without anybody who serves it yet: the kernel's INIT waits in the descriptor. */
export interface KernelMount {
  /** Where it is mounted: absolute, without symbolic links. */
  readonly mountpoint: string;
  /** The fuse descriptor, to be served. It belongs to the mount. */
  readonly fd: number;
  /** Whether a mount that a dead process had left here was taken away first. */
  readonly replacedStale: boolean;
  /** Takes the mount away, wherever it is called by now; nothing when it has ended. */
  unmount(options?: UnmountOptions): Promise<void>;
  /** Closes the descriptor. */
  dispose(): void;
}

// Everything here that touches the path is asynchronous: another mount of this very process may be in
// the way, which this thread has to serve meanwhile.

/**
 * The absolute path of a mount point, without following into it when it is dead: `realpath` of the
 * directory above, then the name.
 */
async function resolveMountpoint(path: string): Promise<string> {
  if (path === "") throw new FuseMountError(path, "Cannot mount on a directory without a name");
  const absolute = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  const trimmed = absolute.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  const name = trimmed.slice(slash + 1);
  try {
    if (name === "" || name === "." || name === "..") return await Deno.realPath(absolute);
    const above = await Deno.realPath(trimmed.slice(0, slash) || "/");
    const direct = above === "/" ? `/${name}` : `${above}/${name}`;
    return await isStale(direct) ? direct : await Deno.realPath(direct);
  } catch (thrown) {
    throw new FuseMountError(
      path,
      `Cannot mount on ${path}: there is no such directory`,
      `Make it first: mkdir -p ${path}`,
      { cause: thrown },
    );
  }
}

/** Whether a mount is here whose server has died: every access answers ENOTCONN. */
export async function isStale(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return false;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "ENOTCONN";
  }
}

/** Takes a dead mount away; refuses a path that is in use or is no directory. */
async function prepare(mountpoint: string): Promise<boolean> {
  const stale = await isStale(mountpoint);
  if (stale) await unmount(mountpoint, { lazy: true });
  const existing = mountAt(mountpoint);
  if (existing !== undefined && existing.type.startsWith("fuse")) {
    throw new FuseMountError(
      mountpoint,
      `Cannot mount on ${mountpoint}: ${existing.source} (${existing.type}) is mounted there`,
      `Unmount it first: ${geteuid() === 0 ? "umount" : "fusermount3 -u"} ${mountpoint}`,
    );
  }
  if (!(await Deno.lstat(mountpoint)).isDirectory) {
    throw new FuseMountError(mountpoint, `Cannot mount on ${mountpoint}: it is not a directory`);
  }
  return stale;
}

/** What stands in the way of libfuse here, and what to do about it. */
function explainRefusal(options: MountOptions): string {
  if (geteuid() !== 0 && options.allowOther === true) {
    return "For allowOther as an ordinary user, /etc/fuse.conf must say user_allow_other";
  }
  const device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device >= 0) close(device);
  if (device === -ERRNO.ENOENT.number) {
    return "There is no /dev/fuse: load the kernel module (modprobe fuse), or pass the device in";
  }
  if (device === -ERRNO.EACCES.number) {
    return "This user may not open /dev/fuse: as root, chmod 666 /dev/fuse, as udev does elsewhere";
  }
  return geteuid() === 0 ? "" : "Is fusermount3 installed (apt-get install fuse3) and setuid root?";
}

/** Flags of `mount(2)` that not every libfuse3 knows. */
const NEWER_FLAGS: ReadonlySet<string> = new Set(["diratime", "nodiratime"]);

function bypassesLibfuse(words: readonly string[], options: MountOptions): boolean {
  if (options.directMount === true) return true;
  const isPossible = geteuid() === 0 && !words.includes("auto_unmount");
  return isPossible && words.some((word) => NEWER_FLAGS.has(word));
}

/**
 * Mounts on `path`: with libfuse, or as root without it where it is missing or `directMount` says so. A
 * mount that a dead process left there is taken away first.
 *
 * @throws {FuseMountError} With what to do about it.
 */
export async function mountKernel(path: string, options: MountOptions = {}): Promise<KernelMount> {
  const words = optionWords(path, options);
  const mountpoint = await resolveMountpoint(path);
  const replacedStale = await prepare(mountpoint);
  if (isLibfuseAvailable() && !bypassesLibfuse(words, options)) {
    const made = mountWithLibfuse(mountpoint, words);
    if (made === null) {
      const problem = `Cannot mount on ${mountpoint}: libfuse refused, for the reason above`;
      throw new FuseMountError(mountpoint, problem, explainRefusal(options));
    }
    return kernelMount({ mountpoint, fd: made.fd, replacedStale }, made.destroy);
  }
  if (geteuid() !== 0) {
    throw new FuseMountError(
      mountpoint,
      `Cannot mount on ${mountpoint}: libfuse3 is not installed`,
      "Install it (apt-get install fuse3), or run as root",
    );
  }
  if (words.includes("auto_unmount")) {
    throw new FuseMountError(
      mountpoint,
      `Cannot mount on ${mountpoint} with autoUnmount and without libfuse`,
      "It is fusermount3 that watches over this process",
    );
  }
  const fd = mountDirectly(mountpoint, words);
  return kernelMount({ mountpoint, fd, replacedStale }, () => void close(fd));
}

/** Right after mounting, when what is on top at the path is that mount. */
function kernelMount(
  made: Pick<KernelMount, "mountpoint" | "fd" | "replacedStale">,
  close: () => void,
): KernelMount {
  const mount = mountAt(made.mountpoint);
  let isOurs = true;
  return {
    ...made,
    unmount: async (options) => {
      if (mount === undefined) return;
      // An aborted connection leaves the mount; a live one with its numbers is somebody else's.
      const place = presentMount(mount, mountTable())?.mountpoint;
      if (isOurs || place !== undefined && await isStale(place)) await unmountFound(mount, options);
    },
    dispose: () => {
      // From now on the numbers may be those of another mount.
      isOurs = false;
      close();
    },
  };
}

/**
 * What `serve` makes of a mount. When it fails, the mount is taken away: nobody would answer the programs that
 * come there, nor whoever mounts there again.
 *
 * @param release Lets go of what knows the descriptor, before that is closed.
 */
export async function serveOrUnmount<T>(
  kernel: KernelMount,
  serve: () => MaybePromise<T>,
  release: () => MaybePromise<void> = () => {},
): Promise<T> {
  try {
    return await serve();
  } catch (thrown) {
    // Where that fails too, the closed descriptor makes every access ENOTCONN.
    await kernel.unmount({ lazy: true }).catch(() => {});
    await release();
    kernel.dispose();
    throw thrown;
  }
}
