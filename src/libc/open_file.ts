/**
 * Thin calls on open files. Results are numbers: 0, a size, or a negated errno.
 *
 * @module
 */
import { elsewhere } from "./elsewhere.ts";
import { libc, negatedErrno } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";
import { IO_SIZE_MAX } from "./symbols.ts";
import { readU64, writeI64 } from "./word64.ts";

/** `ftruncate(2)`. */
export function ftruncate(fd: number, size: number): number {
  const result = libc().ftruncate(fd, BigInt(size));
  return result < 0 ? negatedErrno() : result;
}

/** `fallocate(2)`; `mode` is a set of FALLOC_FL_ flags. */
export function fallocate(fd: number, mode: number, offset: number, length: number): number {
  const result = libc().fallocate(fd, mode, BigInt(offset), BigInt(length));
  return result < 0 ? negatedErrno() : result;
}

/** `lseek(2)`; an offset over 2^53 is rounded. */
export function lseek(fd: number, offset: number, whence: number): number {
  const result = Number(libc().lseek(fd, BigInt(offset), whence));
  return result < 0 ? negatedErrno() : result;
}

let offsets: MemoryBlock | undefined;

/** `copy_file_range(2)` between offsets. Returns the bytes copied, possibly fewer. */
export function copyFileRange(
  sourceFd: number,
  sourceOffset: number,
  targetFd: number,
  targetOffset: number,
  length: number,
): number {
  offsets ??= new MemoryBlock(16);
  writeI64(offsets.view, 0, sourceOffset);
  writeI64(offsets.view, 8, targetOffset);
  const address = BigInt(offsets.address);
  const size = BigInt(Math.min(length, IO_SIZE_MAX));
  const result = libc().copy_file_range(sourceFd, address, targetFd, address + 8n, size, 0);
  return result < 0 ? negatedErrno() : result;
}

/** `fsync(2)`, or `fdatasync(2)` with `dataOnly`. */
export function fsync(fd: number, dataOnly: boolean): number {
  const result = dataOnly ? libc().fdatasync(fd) : libc().fsync(fd);
  return result < 0 ? negatedErrno() : result;
}

/** As {@linkcode fsync} on another thread. Resolves to 0, or -1: the errno stays with that thread. */
export function fsyncAsync(fd: number, dataOnly: boolean): Promise<number> {
  return dataOnly ? elsewhere().fdatasyncAsync(fd) : elsewhere().fsyncAsync(fd);
}

/** `fchmod(2)`. */
export function fchmod(fd: number, mode: number): number {
  const result = libc().fchmod(fd, mode);
  return result < 0 ? negatedErrno() : result;
}

const STATFS_SIZE = 120;

/** `struct statfs` of 64-bit Linux: filled by {@linkcode StatfsBlock.fill}, then read. */
export class StatfsBlock {
  readonly #block = new MemoryBlock(STATFS_SIZE);

  /** `fstatfs(2)`. Returns 0 or a negated errno. */
  fill(fd: number): number {
    const result = libc().fstatfs(fd, BigInt(this.#block.address));
    return result < 0 ? negatedErrno() : result;
  }

  /** The kind of filesystem, a magic number of `linux/magic.h`. */
  get type(): number {
    return this.#word(0);
  }
  /** Size of a block in bytes. */
  get bsize(): number {
    return this.#word(1);
  }
  /** Blocks in all. */
  get blocks(): number {
    return this.#word(2);
  }
  /** Free blocks. */
  get bfree(): number {
    return this.#word(3);
  }
  /** Free blocks for others than root. */
  get bavail(): number {
    return this.#word(4);
  }
  /** Inodes in all. */
  get files(): number {
    return this.#word(5);
  }
  /** Free inodes. */
  get ffree(): number {
    return this.#word(6);
  }
  /** The longest name in bytes. */
  get namelen(): number {
    return this.#word(8);
  }
  /** Unit of the block counts in bytes. */
  get frsize(): number {
    return this.#word(9);
  }

  #word(index: number): number {
    return readU64(this.#block.view, index * 8);
  }
}
