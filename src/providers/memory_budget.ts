/**
 * How much a MemoryProvider may hold, and how much it does.
 *
 * @module
 */
import { NAME_MAX } from "../base/mod.ts";
import type { StatFs, Timespec } from "../provider/mod.ts";
import { PAGE_SIZE } from "./memory_arena.ts";

/** Default of {@linkcode MemoryOptions.maxBytes}: 16 GiB. */
export const MEMORY_BYTES_MAX: number = 16 * 2 ** 30;
/** Default of {@linkcode MemoryOptions.maxInodes}; also the most entries of one directory (V8's `Map`). */
export const MEMORY_INODES_MAX: number = 2 ** 24 - 1;
/** Default of {@linkcode MemoryOptions.maxFileSize}: the largest exact offset of a JavaScript number. */
export const MEMORY_FILE_SIZE_MAX: number = Number.MAX_SAFE_INTEGER;
/** Default of {@linkcode MemoryOptions.maxLinks}. */
export const MEMORY_LINKS_MAX: number = 2 ** 31 - 1;

/** Limits, owner and clock of a {@linkcode MemoryProvider}; all have defaults. */
export interface MemoryOptions {
  /**
   * Bytes of data, extended attributes and long link targets in all, over which is ENOSPC. As on tmpfs, a
   * file takes whole pages of 4,096 bytes here, even where a small file takes less memory.
   */
  readonly maxBytes?: number;
  /** Inodes in all, over which is ENOSPC. As on tmpfs, each further hard link counts as one. */
  readonly maxInodes?: number;
  /** The largest size of one file in bytes, over which is EFBIG. */
  readonly maxFileSize?: number;
  /** The most names of one inode, over which is EMLINK; each subdirectory is a name of its parent. */
  readonly maxLinks?: number;
  /** The time, instead of the system's clock. */
  readonly clock?: () => Timespec;
  /**
   * When reading changes the access time: `relative` (the default) as Linux's `relatime`, when it is not
   * later than the other times or a day old; `strict` always; `never`.
   */
  readonly accessTime?: "relative" | "strict" | "never";
  /** Permission bits of the root; default 0o755. */
  readonly mode?: number;
  /** Owner of the root, and of what is made without a context; default 0. */
  readonly uid?: number;
  /** Group of the root, and of what is made without a context; default 0. */
  readonly gid?: number;
}

/** Keeps the accounts of one filesystem. */
export class MemoryBudget {
  /** The largest size of one file in bytes. */
  readonly maxFileSize: number;
  /** The most names of one inode. */
  readonly maxLinks: number;
  readonly #maxBytes: number;
  readonly #maxInodes: number;
  #bytes = 0;
  #inodes = 0;

  /** @throws {RangeError} For a limit that is not a number of at least 0. */
  constructor(options: MemoryOptions) {
    this.#maxBytes = limit("maxBytes", options.maxBytes ?? MEMORY_BYTES_MAX);
    this.#maxInodes = limit("maxInodes", options.maxInodes ?? MEMORY_INODES_MAX);
    this.maxFileSize = Math.min(
      limit("maxFileSize", options.maxFileSize ?? MEMORY_FILE_SIZE_MAX),
      MEMORY_FILE_SIZE_MAX,
    );
    this.maxLinks = limit("maxLinks", options.maxLinks ?? MEMORY_LINKS_MAX);
  }

  /** Takes `bytes` if there are as many left. */
  takeBytes(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Whether there are `bytes` left. */
  hasBytes(bytes: number): boolean {
    return this.#bytes + bytes <= this.#maxBytes;
  }

  /** Gives back what {@linkcode MemoryBudget.takeBytes} took. */
  giveBytes(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Takes an inode, or a further name of one, if there is one left. */
  takeInode(): boolean {
    if (this.#inodes >= this.#maxInodes) return false;
    this.#inodes++;
    return true;
  }

  /** Gives back what {@linkcode MemoryBudget.takeInode} took. */
  giveInode(): void {
    this.#inodes--;
  }

  /** What `statfs(2)` tells. */
  statfs(): StatFs {
    const blocks = Math.floor(this.#maxBytes / PAGE_SIZE);
    const free = Math.max(0, blocks - Math.ceil(this.#bytes / PAGE_SIZE));
    return {
      bsize: PAGE_SIZE,
      frsize: PAGE_SIZE,
      blocks,
      bfree: free,
      bavail: free,
      files: this.#maxInodes,
      ffree: this.#maxInodes - this.#inodes,
      namelen: NAME_MAX,
    };
  }
}

function limit(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`Cannot use ${name} ${value}: it must be at least 0`);
  return value;
}
