/**
 * Thin calls on open files. Results are numbers: 0, a size, or a negated errno.
 *
 * @module
 */
import { elsewhere } from "./elsewhere.ts";
import { errno, libc, outcome, outcome64 } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";
import { IO_SIZE_MAX } from "./symbols.ts";
import { readU64, writeI64 } from "./word64.ts";

/** `ftruncate(2)`. */
export function ftruncate(fd: number, size: number): number {
  return outcome(libc().ftruncate(fd, BigInt(size)), errno[0]);
}

/** `fallocate(2)`; `mode` is a set of FALLOC_FL_ flags. */
export function fallocate(fd: number, mode: number, offset: number, length: number): number {
  return outcome(libc().fallocate(fd, mode, BigInt(offset), BigInt(length)), errno[0]);
}

/** `lseek(2)`; an offset over 2^53 is rounded. */
export function lseek(fd: number, offset: number, whence: number): number {
  return outcome64(libc().lseek(fd, BigInt(offset), whence), errno[0]);
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
  return outcome(
    libc().copy_file_range(sourceFd, address, targetFd, address + 8n, size, 0),
    errno[0],
  );
}

/** `fsync(2)`, or `fdatasync(2)` with `dataOnly`. */
export function fsync(fd: number, dataOnly: boolean): number {
  return outcome(dataOnly ? libc().fdatasync(fd) : libc().fsync(fd), errno[0]);
}

/** As {@linkcode fsync} on another thread. Resolves to 0, or -1: the errno stays with that thread. */
export function fsyncAsync(fd: number, dataOnly: boolean): Promise<number> {
  return dataOnly ? elsewhere().fdatasyncAsync(fd) : elsewhere().fsyncAsync(fd);
}

/** `fchmod(2)`. */
export function fchmod(fd: number, mode: number): number {
  return outcome(libc().fchmod(fd, mode), errno[0]);
}

const STATFS_SIZE = 120;

/** `struct statfs` of 64-bit Linux: filled by {@linkcode StatfsBlock.fill}, then read. */
export class StatfsBlock {
  readonly #block = new MemoryBlock(STATFS_SIZE);

  /** `fstatfs(2)`. Returns 0 or a negated errno. */
  fill(fd: number): number {
    return outcome(libc().fstatfs(fd, BigInt(this.#block.address)), errno[0]);
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
