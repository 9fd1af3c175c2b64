/**
 * The attributes of a whole filesystem.
 *
 * @module
 */

/** What `statvfs(3)` tells. */
export interface StatFs {
  /** Size of one block in bytes. */
  readonly bsize: number;
  /** Unit of `blocks`, `bfree` and `bavail` in bytes. */
  readonly frsize: number;
  /** Blocks in all. */
  readonly blocks: number;
  /** Free blocks. */
  readonly bfree: number;
  /** Free blocks for callers that are not root. */
  readonly bavail: number;
  /** Inodes in all. */
  readonly files: number;
  /** Free inodes. */
  readonly ffree: number;
  /** The longest name in bytes. */
  readonly namelen: number;
}
