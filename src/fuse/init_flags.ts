/**
 * What kernel and filesystem can agree on at the start.
 *
 * @module
 */

/** Bit numbers of the INIT flags: 0 to 31 in `flags`, 32 to 63 in `flags2`. */
export const INIT_BIT = {
  ASYNC_READ: 0,
  POSIX_LOCKS: 1,
  FILE_OPS: 2,
  ATOMIC_O_TRUNC: 3,
  EXPORT_SUPPORT: 4,
  BIG_WRITES: 5,
  DONT_MASK: 6,
  SPLICE_WRITE: 7,
  SPLICE_MOVE: 8,
  SPLICE_READ: 9,
  FLOCK_LOCKS: 10,
  HAS_IOCTL_DIR: 11,
  AUTO_INVAL_DATA: 12,
  DO_READDIRPLUS: 13,
  READDIRPLUS_AUTO: 14,
  ASYNC_DIO: 15,
  WRITEBACK_CACHE: 16,
  NO_OPEN_SUPPORT: 17,
  PARALLEL_DIROPS: 18,
  HANDLE_KILLPRIV: 19,
  POSIX_ACL: 20,
  ABORT_ERROR: 21,
  MAX_PAGES: 22,
  CACHE_SYMLINKS: 23,
  NO_OPENDIR_SUPPORT: 24,
  EXPLICIT_INVAL_DATA: 25,
  MAP_ALIGNMENT: 26,
  SUBMOUNTS: 27,
  HANDLE_KILLPRIV_V2: 28,
  SETXATTR_EXT: 29,
  INIT_EXT: 30,
  SECURITY_CTX: 32,
  HAS_INODE_DAX: 33,
  CREATE_SUPP_GROUP: 34,
  HAS_EXPIRE_ONLY: 35,
  DIRECT_IO_ALLOW_MMAP: 36,
  PASSTHROUGH: 37,
  NO_EXPORT_SUPPORT: 38,
  HAS_RESEND: 39,
  ALLOW_IDMAP: 40,
  OVER_IO_URING: 41,
  REQUEST_TIMEOUT: 42,
} as const satisfies Record<string, number>;

/** The name of an INIT flag. */
export type InitFlag = keyof typeof INIT_BIT;

/** A set of INIT flags, as two words of 32 bits. */
export class InitFlags {
  /** Bits 0 to 31. */
  low = 0;
  /** Bits 32 to 63. */
  high = 0;

  /** The set of these flags. */
  static of(...names: InitFlag[]): InitFlags {
    const flags = new InitFlags();
    for (const name of names) flags.add(name);
    return flags;
  }

  /** The set with these bits. */
  static fromWords(low: number, high: number): InitFlags {
    const flags = new InitFlags();
    flags.low = low;
    flags.high = high;
    return flags;
  }

  /** Adds a flag. */
  add(name: InitFlag): void {
    const bit = INIT_BIT[name];
    if (bit < 32) this.low |= 1 << bit;
    else this.high |= 1 << (bit - 32);
  }

  /** Whether the flag is in the set. */
  has(name: InitFlag): boolean {
    const bit = INIT_BIT[name];
    return ((bit < 32 ? this.low >>> bit : this.high >>> (bit - 32)) & 1) !== 0;
  }

  /** The flags that are in both sets. */
  and(other: InitFlags): InitFlags {
    return InitFlags.fromWords(this.low & other.low, this.high & other.high);
  }

  /** The names of the flags in the set. */
  names(): string[] {
    const found: string[] = [];
    for (const [name, bit] of Object.entries(INIT_BIT)) {
      if (((bit < 32 ? this.low >>> bit : this.high >>> (bit - 32)) & 1) !== 0) found.push(name);
    }
    return found;
  }
}
