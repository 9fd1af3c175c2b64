/**
 * What to ask of the kernel, from the options of a mount.
 *
 * @module
 */
import { FuseMountError } from "./fuse_mount_error.ts";
import { type InitFlag, InitFlags } from "./init_flags.ts";
import type { MountOptions } from "./mount_options.ts";
import type { InitWishes } from "./negotiation.ts";

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
/** Both counts are 16 bits wide (`struct fuse_init_out`). */
const BACKGROUND_MAX = 0xffff;

/**
 * The features that every mount gets. File handles (`name_to_handle_at(2)`) hold while the kernel knows the
 * inode and are ESTALE afterwards: without EXPORT_SUPPORT it does not ask us. Refusing them altogether
 * (NO_EXPORT_SUPPORT) would be worse: overlayfs on top gives the names of one file different inode numbers.
 */
const ALWAYS = [
  "ATOMIC_O_TRUNC",
  "BIG_WRITES",
  "ASYNC_DIO",
  "PARALLEL_DIROPS",
  "HAS_IOCTL_DIR",
  "ABORT_ERROR",
  "MAX_PAGES",
  "HANDLE_KILLPRIV_V2",
  "SETXATTR_EXT",
  "INIT_EXT",
  "HAS_RESEND",
] as const satisfies readonly InitFlag[];

/** What `readdirPlus` asks for. */
const READDIR_PLUS = {
  auto: ["DO_READDIRPLUS", "READDIRPLUS_AUTO"],
  always: ["DO_READDIRPLUS"],
  never: [],
} as const satisfies Record<string, readonly InitFlag[]>;

function flagsFor(options: MountOptions): InitFlags {
  const names: InitFlag[] = [...ALWAYS, ...READDIR_PLUS[options.readdirPlus ?? "auto"]];
  names.push(options.explicitDataCacheControl === true ? "EXPLICIT_INVAL_DATA" : "AUTO_INVAL_DATA");
  if (options.syncRead !== true) names.push("ASYNC_READ");
  if (options.enableLocks === true) names.push("POSIX_LOCKS", "FLOCK_LOCKS");
  // The two exclude each other (fs/fuse/inode.c).
  if (options.writebackCache === true) names.push("WRITEBACK_CACHE");
  else if (options.passthrough !== false) names.push("PASSTHROUGH");
  if (options.enableAcl === true) names.push("POSIX_ACL", "DONT_MASK");
  if (options.enableSymlinkCaching === true) names.push("CACHE_SYMLINKS");
  return InitFlags.of(...names);
}

function inRange(path: string, name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new FuseMountError(
    path,
    `Cannot mount on ${path} with ${name} ${value}`,
    `It must be a whole number, ${least} to ${most}`,
  );
}

/**
 * The wishes of a mount on `path`.
 *
 * @throws {FuseMountError} For numbers out of their range.
 */
export function initWishes(path: string, options: MountOptions): InitWishes {
  const maxWrite = options.maxWrite ?? MAX_WRITE_DEFAULT;
  const maxReadahead = options.maxReadahead ?? MAX_READAHEAD_DEFAULT;
  const maxBackground = options.maxBackground ?? MAX_BACKGROUND_DEFAULT;
  const threshold = options.congestionThreshold ?? Math.ceil(maxBackground * 0.75);
  return {
    flags: flagsFor(options),
    maxWrite: inRange(path, "maxWrite", maxWrite, MAX_WRITE_MIN, MAX_WRITE_MAX),
    maxReadahead: inRange(path, "maxReadahead", maxReadahead, 0, 0xffff_ffff),
    maxBackground: inRange(path, "maxBackground", maxBackground, 1, BACKGROUND_MAX),
    congestionThreshold: inRange(path, "congestionThreshold", threshold, 1, BACKGROUND_MAX),
  };
}
