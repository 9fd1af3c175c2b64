/**
 * The identity of an inode.
 *
 * @module
 */

/** Seed 2's `StableAttr`: what never changes while the inode exists. */
export interface StableAttr {
  /** The type, as `S_IFMT` bits; 0 stands for a regular file. */
  readonly mode: number;
  /**
   * The inode number: unique in the filesystem. Two names whose inodes have equal numbers are hard
   * links. 0 takes an automatic number, from `Options.firstAutomaticIno` on.
   */
  readonly ino: number | bigint;
  /** Tells apart two files that had one number, one after the other. */
  readonly gen?: number;
}
