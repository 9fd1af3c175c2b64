/**
 * Thin calls on names below a directory descriptor. Names are given by the address of their NUL-ended
 * bytes (see {@linkcode CStringArea}). Results are numbers: 0, a descriptor or size, or a negated errno.
 *
 * @module
 */
import { toKernelOpenFlags } from "./kernel_open_flags.ts";
import { errno, libc, outcome } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";
import { SYSCALL } from "./symbols.ts";
import { writeI64 } from "./word64.ts";

/** The working directory in place of a descriptor. */
export const AT_FDCWD: number = -100;
/** `unlinkat`: remove a directory. */
export const AT_REMOVEDIR = 0x200;
/** `linkat`: a final symbolic link of the old name is followed. */
export const AT_SYMLINK_FOLLOW = 0x400;
/** `openat2`: stay on the filesystem of the descriptor. */
export const RESOLVE_NO_XDEV = 0x01;
/** `openat2`: no links like those of `/proc/self/fd`. */
export const RESOLVE_NO_MAGICLINKS = 0x02;
/** `openat2`: no symbolic links anywhere. */
export const RESOLVE_NO_SYMLINKS = 0x04;
/** `openat2`: never leave the descriptor's directory. */
export const RESOLVE_BENEATH = 0x08;
/** `openat2`: the descriptor's directory is `/`. */
export const RESOLVE_IN_ROOT = 0x10;
/** `utimensat`: in place of nanoseconds, the kernel's clock. */
export const UTIME_NOW = 0x3fff_ffff;
/** `utimensat`: in place of nanoseconds, no change. */
export const UTIME_OMIT = 0x3fff_fffe;

const OPEN_HOW_SIZE = 24n;
let openHow: MemoryBlock | undefined;

/** `openat(2)`. */
export function openat(fd: number, nameAddress: number, flags: number, mode: number): number {
  return outcome(libc().openat(fd, BigInt(nameAddress), toKernelOpenFlags(flags), mode), errno[0]);
}

/** `openat2(2)`, with RESOLVE_ flags. */
export function openat2(
  fd: number,
  nameAddress: number,
  flags: number,
  mode: number,
  resolve: number,
): number {
  openHow ??= new MemoryBlock(Number(OPEN_HOW_SIZE));
  openHow.view.setUint32(0, toKernelOpenFlags(flags), true);
  openHow.view.setUint32(8, mode, true);
  openHow.view.setUint32(16, resolve, true);
  return outcome(
    libc().openat2(
      SYSCALL.openat2,
      fd,
      BigInt(nameAddress),
      BigInt(openHow.address),
      OPEN_HOW_SIZE,
    ),
    errno[0],
  );
}

/** `mkdirat(2)`. */
export function mkdirat(fd: number, nameAddress: number, mode: number): number {
  return outcome(libc().mkdirat(fd, BigInt(nameAddress), mode), errno[0]);
}

/** `mknodat(2)`; `rdev` as `makedev(3)` packs it in 32 bits. */
export function mknodat(fd: number, nameAddress: number, mode: number, rdev: number): number {
  return outcome(libc().mknodat(SYSCALL.mknodat, fd, BigInt(nameAddress), mode, rdev), errno[0]);
}

/** `unlinkat(2)`; `flags` 0 or {@linkcode AT_REMOVEDIR}. */
export function unlinkat(fd: number, nameAddress: number, flags: number): number {
  return outcome(libc().unlinkat(fd, BigInt(nameAddress), flags), errno[0]);
}

/** `renameat2(2)`. */
export function renameat2(
  oldFd: number,
  oldAddress: number,
  newFd: number,
  newAddress: number,
  flags: number,
): number {
  return outcome(
    libc().renameat2(
      SYSCALL.renameat2,
      oldFd,
      BigInt(oldAddress),
      newFd,
      BigInt(newAddress),
      flags,
    ),
    errno[0],
  );
}

/** `linkat(2)`; a final symbolic link is not followed, unless `flags` is {@linkcode AT_SYMLINK_FOLLOW}. */
export function linkat(
  oldFd: number,
  oldAddress: number,
  newFd: number,
  newAddress: number,
  flags = 0,
): number {
  return outcome(
    libc().linkat(oldFd, BigInt(oldAddress), newFd, BigInt(newAddress), flags),
    errno[0],
  );
}

/** `symlinkat(2)`. */
export function symlinkat(targetAddress: number, fd: number, nameAddress: number): number {
  return outcome(libc().symlinkat(BigInt(targetAddress), fd, BigInt(nameAddress)), errno[0]);
}

/** `readlinkat(2)` to the block. Returns the size of the target. */
export function readlinkat(fd: number, nameAddress: number, block: MemoryBlock): number {
  return outcome(
    libc().readlinkat(
      fd,
      BigInt(nameAddress),
      BigInt(block.address),
      BigInt(block.bytes.length),
    ),
    errno[0],
  );
}

/** `fchownat(2)`; `flags` are AT_ flags, an id of -1 stays. */
export function fchownat(
  fd: number,
  nameAddress: number,
  uid: number,
  gid: number,
  flags: number,
): number {
  return outcome(libc().fchownat(fd, BigInt(nameAddress), uid >>> 0, gid >>> 0, flags), errno[0]);
}

/** Seconds and nanoseconds; {@linkcode UTIME_NOW} and {@linkcode UTIME_OMIT} stand for nanoseconds. */
export interface KernelTime {
  /** Seconds since 1970; a safe integer. */
  readonly sec: number;
  /** Nanoseconds. */
  readonly nsec: number;
}

let times: MemoryBlock | undefined;

/** `utimensat(2)`; `flags` are AT_ flags. */
export function utimensat(
  fd: number,
  nameAddress: number,
  atime: KernelTime,
  mtime: KernelTime,
  flags: number,
): number {
  times ??= new MemoryBlock(32);
  writeI64(times.view, 0, atime.sec);
  writeI64(times.view, 8, atime.nsec);
  writeI64(times.view, 16, mtime.sec);
  writeI64(times.view, 24, mtime.nsec);
  return outcome(libc().utimensat(fd, BigInt(nameAddress), BigInt(times.address), flags), errno[0]);
}

/** `getdents64(2)` to the block. Returns the bytes filled, 0 at the end. */
export function getdents64(fd: number, block: MemoryBlock): number {
  const { address, bytes } = block;
  return outcome(
    libc().getdents64(
      SYSCALL.getdents64,
      fd,
      BigInt(address),
      BigInt(bytes.length),
    ),
    errno[0],
  );
}

/** `chmod(2)` of a host path; follows links. */
export function chmod(pathAddress: number, mode: number): number {
  return outcome(libc().chmod(BigInt(pathAddress), mode), errno[0]);
}

/** `truncate(2)` of a host path; follows links. */
export function truncate(pathAddress: number, size: number): number {
  return outcome(libc().truncate(BigInt(pathAddress), BigInt(size)), errno[0]);
}
