/**
 * Options of a tree of inodes and of its mount.
 *
 * @module
 */
import type { MountOptions } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { ServerCallbacks } from "./server_callbacks.ts";
import type { StableAttr } from "./stable_attr.ts";

/** Seed 2's `Options` without the mount's own. */
export interface TreeOptions {
  /** How long the kernel may remember a name, in milliseconds. Default 1000, as libfuse's. */
  readonly entryTimeoutMs?: number;
  /** How long the kernel may remember attributes, in milliseconds. Default 1000. */
  readonly attrTimeoutMs?: number;
  /** How long the kernel may remember that a name is not there, in milliseconds. Default 0: not at all. */
  readonly negativeTimeoutMs?: number;
  /**
   * The kernel keeps the content of files and the listings of directories from one open to the next, until
   * a notice tells it of a change. Not what is read past the cache or through a backing file. Default false.
   */
  readonly keepCaches?: boolean;
  /**
   * No file of the tree can be waited for: the kernel takes all of them for ready and never asks. Default
   * false: each node is asked, and one that answers ENOSYS is ready always, which says nothing of the others.
   */
  readonly alwaysReady?: boolean;
  /** Automatic inode numbers count from here. Default 2^63. */
  readonly firstAutomaticIno?: bigint;
  /** Type and number of the root. Default: what the root itself tells, or else directory number 1. */
  readonly rootStableAttr?: StableAttr;
  /** In place of the root's own `onAdd`: builds a static tree, before the kernel asks anything. */
  readonly onAdd?: (context: Context) => void;
  /** Leaves permissions of 0 alone, which otherwise become 755 for directories and 644 for files. */
  readonly nullPermissions?: boolean;
  /** Owner in place of 0. */
  readonly uid?: number;
  /** Group in place of 0. */
  readonly gid?: number;
  /** Gets the notices of the tree in place of the kernel: for tests without a mount. */
  readonly serverCallbacks?: ServerCallbacks;
}

/** Seed 2's `Options`: of a tree, and of its mount. */
export interface Options extends MountOptions, TreeOptions {}

/** The default of `entryTimeoutMs` and `attrTimeoutMs`. */
export const TIMEOUT_DEFAULT_MS = 1000;
/** The default of `firstAutomaticIno`. */
export const FIRST_AUTOMATIC_INO: bigint = 1n << 63n;
/** The default of `rootStableAttr`. */
export const ROOT_STABLE_ATTR: StableAttr = { mode: 0o040000, ino: 1 };
