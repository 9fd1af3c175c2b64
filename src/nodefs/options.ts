/**
 * Options of a tree of inodes.
 *
 * @module
 */

/** Seed 2's `Options`, without the mount's own: see `MountOptions` of `src/fuse`. */
export interface TreeOptions {
  /** How long the kernel may remember a name, in milliseconds. Default 1000, as libfuse's. */
  readonly entryTimeoutMs?: number;
  /** How long the kernel may remember attributes, in milliseconds. Default 1000. */
  readonly attrTimeoutMs?: number;
  /** How long the kernel may remember that a name is not there, in milliseconds. Default 0: not at all. */
  readonly negativeTimeoutMs?: number;
  /** Automatic inode numbers count from here. Default 2^63. */
  readonly firstAutomaticIno?: bigint;
  /** Leaves permissions of 0 alone, which otherwise become 755 for directories and 644 for files. */
  readonly nullPermissions?: boolean;
  /** Owner in place of 0. */
  readonly uid?: number;
  /** Group in place of 0. */
  readonly gid?: number;
}

/** The default of `entryTimeoutMs` and `attrTimeoutMs`. */
export const TIMEOUT_DEFAULT_MS = 1000;
/** The default of `firstAutomaticIno`. */
export const FIRST_AUTOMATIC_INO: bigint = 1n << 63n;
