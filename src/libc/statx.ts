/**
 * `struct statx` (`statx(2)`), which is the same on every architecture.
 *
 * @module
 */
import { errno, libc, outcome } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";
import { readI64, readU64, readU64Exact } from "./word64.ts";

/** `*at` calls: the descriptor itself, with an empty name. */
export const AT_EMPTY_PATH = 0x1000;
/** `*at` calls: a final symbolic link is meant itself. */
export const AT_SYMLINK_NOFOLLOW = 0x100;
/** What `stat(2)` tells, and the birth time. */
export const STATX_ALL = 0xfff;
/** Only type and permission bits. */
export const STATX_MODE = 0x3;

const STATX_BTIME = 0x800;
const STATX_SIZE = 256;

/** One struct statx in memory: filled by {@linkcode StatxBlock.fill}, then read. */
export class StatxBlock {
  readonly #block = new MemoryBlock(STATX_SIZE);
  readonly #view = this.#block.view;
  readonly #address = BigInt(this.#block.address);

  /** `statx(2)`. Returns 0 or a negated errno. */
  fill(fd: number, nameAddress: number, flags: number, mask: number = STATX_ALL): number {
    return outcome(
      libc().statx(
        fd,
        BigInt(nameAddress),
        flags,
        mask,
        this.#address,
      ),
      errno[0],
    );
  }

  /** Type and permission bits. */
  get mode(): number {
    return this.#view.getUint16(28, true);
  }
  /** Preferred size of a transfer. */
  get blksize(): number {
    return this.#view.getUint32(4, true);
  }
  /** How many names the inode has. */
  get nlink(): number {
    return this.#view.getUint32(16, true);
  }
  /** Owner. */
  get uid(): number {
    return this.#view.getUint32(20, true);
  }
  /** Group. */
  get gid(): number {
    return this.#view.getUint32(24, true);
  }
  /** Inode number; a bigint only above 2^53 - 1. */
  get ino(): number | bigint {
    return readU64Exact(this.#view, 32);
  }
  /** Size in bytes. */
  get size(): number {
    return readU64(this.#view, 40);
  }
  /** Allocated blocks of 512 bytes. */
  get blocks(): number {
    return readU64(this.#view, 48);
  }
  /** The device that the file is on: major number times 2^32, plus minor number. */
  get dev(): number {
    return this.#view.getUint32(136, true) * 2 ** 32 + this.#view.getUint32(140, true);
  }
  /** The device that the file stands for, as `makedev(3)` packs it in 32 bits. */
  get rdev(): number {
    const major = this.#view.getUint32(128, true);
    const minor = this.#view.getUint32(132, true);
    return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
  }
  /** Whether the filesystem knows when the inode was made. */
  get hasBirthtime(): boolean {
    return (this.#view.getUint32(0, true) & STATX_BTIME) !== 0;
  }
  /** Last access. */
  get atime(): { sec: number; nsec: number } {
    return this.#time(64);
  }
  /** When the inode was made. */
  get birthtime(): { sec: number; nsec: number } {
    return this.#time(80);
  }
  /** Last change of the inode. */
  get ctime(): { sec: number; nsec: number } {
    return this.#time(96);
  }
  /** Last change of the content. */
  get mtime(): { sec: number; nsec: number } {
    return this.#time(112);
  }

  #time(at: number): { sec: number; nsec: number } {
    return { sec: readI64(this.#view, at), nsec: this.#view.getUint32(at + 8, true) };
  }
}
