/**
 * Thin calls for extended attributes, of a descriptor or of a host path whose final symbolic link is
 * not followed. Results are 0, a size, or a negated errno.
 *
 * @module
 */
import { errno, libc, outcome } from "./library.ts";
import type { MemoryBlock } from "./memory_block.ts";

/** The largest value, and the largest list of names, in bytes (`xattr(7)`). */
export const XATTR_SIZE_MAX = 65_536;

/** `fgetxattr(2)` to the block. */
export function fgetxattr(fd: number, nameAddress: number, block: MemoryBlock): number {
  return outcome(
    libc().fgetxattr(
      fd,
      BigInt(nameAddress),
      BigInt(block.address),
      BigInt(block.bytes.length),
    ),
    errno[0],
  );
}

/** `fsetxattr(2)`. */
export function fsetxattr(
  fd: number,
  nameAddress: number,
  value: Uint8Array,
  flags: number,
): number {
  return outcome(
    libc().fsetxattr(fd, BigInt(nameAddress), value, BigInt(value.byteLength), flags),
    errno[0],
  );
}

/** `flistxattr(2)` to the block. */
export function flistxattr(fd: number, block: MemoryBlock): number {
  return outcome(
    libc().flistxattr(fd, BigInt(block.address), BigInt(block.bytes.length)),
    errno[0],
  );
}

/** `fremovexattr(2)`. */
export function fremovexattr(fd: number, nameAddress: number): number {
  return outcome(libc().fremovexattr(fd, BigInt(nameAddress)), errno[0]);
}

/** `lgetxattr(2)` to the block. */
export function lgetxattr(pathAddress: number, nameAddress: number, block: MemoryBlock): number {
  return outcome(
    libc().lgetxattr(
      BigInt(pathAddress),
      BigInt(nameAddress),
      BigInt(block.address),
      BigInt(block.bytes.length),
    ),
    errno[0],
  );
}

/** `lsetxattr(2)`. */
export function lsetxattr(
  pathAddress: number,
  nameAddress: number,
  value: Uint8Array,
  flags: number,
): number {
  return outcome(
    libc().lsetxattr(
      BigInt(pathAddress),
      BigInt(nameAddress),
      value,
      BigInt(value.byteLength),
      flags,
    ),
    errno[0],
  );
}

/** `llistxattr(2)` to the block. */
export function llistxattr(pathAddress: number, block: MemoryBlock): number {
  return outcome(
    libc().llistxattr(
      BigInt(pathAddress),
      BigInt(block.address),
      BigInt(block.bytes.length),
    ),
    errno[0],
  );
}

/** `lremovexattr(2)`. */
export function lremovexattr(pathAddress: number, nameAddress: number): number {
  return outcome(libc().lremovexattr(BigInt(pathAddress), BigInt(nameAddress)), errno[0]);
}
