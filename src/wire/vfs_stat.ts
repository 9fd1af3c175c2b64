/**
 * The attributes of a file as a message.
 *
 * @module
 */
import { decodeInode, encodeHigh, encodeLow } from "./inode_halves.ts";

/**
 * Seed 1's `VFSStat`, and below it what version 2 adds. `mode` is Go's FileMode in version 1 and
 * `st_mode` in version 2.
 *
 * The inode number is kept in two halves of 32 bits, so that a number over 2^53 costs no bigint.
 */
export class VFSStat {
  /** Size in bytes. */
  size = 0;
  /** Type and permission bits. */
  mode = 0;
  /** Last change of the content in seconds since 1970. */
  modTime = 0;
  /** Whether it is a directory. */
  isDir = false;
  /** Upper 32 bits of the inode number. */
  inoHigh = 0;
  /** Lower 32 bits of the inode number. */
  inoLow = 0;

  /** Names of the inode. */
  nlink = 0;
  /** Owner. */
  uid = 0;
  /** Group. */
  gid = 0;
  /** Device number of a device node. */
  rdev = 0;
  /** Allocated blocks of 512 bytes. */
  blocks = 0;
  /** Preferred size of one transfer in bytes. */
  blksize = 0;
  /** Last access in seconds. */
  atime = 0;
  /** Last change of the inode in seconds. */
  ctime = 0;
  /** Creation in seconds, when `birthKnown`. */
  btime = 0;
  /** Nanoseconds of `atime`. */
  atimeNs = 0;
  /** Nanoseconds of `modTime`. */
  mtimeNs = 0;
  /** Nanoseconds of `ctime`. */
  ctimeNs = 0;
  /** Nanoseconds of `btime`. */
  btimeNs = 0;

  /** Takes the fields of `init`; the rest is 0. */
  constructor(init?: Partial<VFSStat>) {
    if (init !== undefined) Object.assign(this, init);
  }

  /** The inode number: a bigint only when it is not safe as a number; 0 for none. */
  get ino(): number | bigint {
    return decodeInode(this.inoHigh, this.inoLow);
  }

  /** Sets both halves. */
  set ino(value: number | bigint) {
    this.inoHigh = encodeHigh(value);
    this.inoLow = encodeLow(value);
  }
}
