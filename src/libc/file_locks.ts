/**
 * Thin calls for file locks. Results are 0 or a negated errno; nothing waits.
 *
 * @module
 */
import { fcntl } from "./descriptor.ts";
import { errno, libc, outcome } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";
import { readI64, writeI64 } from "./word64.ts";

/** `flock`: shared. */
export const LOCK_SH = 1;
/** `flock`: exclusive. */
export const LOCK_EX = 2;
/** `flock`: do not wait. */
export const LOCK_NB = 4;
/** `flock`: release. */
export const LOCK_UN = 8;

/** `struct flock`: a shared lock. */
export const F_RDLCK = 0;
/** `struct flock`: an exclusive lock. */
export const F_WRLCK = 1;
/** `struct flock`: no lock. */
export const F_UNLCK = 2;

const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;

/** `flock(2)`; `operation` is one of the LOCK_ flags, with {@linkcode LOCK_NB}. */
export function flock(fd: number, operation: number): number {
  return outcome(libc().flock(fd, operation), errno[0]);
}

/** A record lock as `fcntl(2)` has it. */
export interface RecordLock {
  /** F_RDLCK, F_WRLCK or F_UNLCK. */
  readonly type: number;
  /** First byte. */
  readonly start: number;
  /** Size in bytes; 0 for all to the end of the file and beyond. */
  readonly length: number;
  /** The process that holds it; -1 when an open file does. */
  readonly pid: number;
}

let record: MemoryBlock | undefined;

function fill(type: number, start: number, length: number): MemoryBlock {
  record ??= new MemoryBlock(32);
  record.bytes.fill(0);
  record.view.setInt16(0, type, true);
  writeI64(record.view, 8, start);
  writeI64(record.view, 16, length);
  return record;
}

/** Takes or releases a record lock that belongs to the open file (F_OFD_SETLK); -EAGAIN on conflict. */
export function setRecordLock(fd: number, type: number, start: number, length: number): number {
  return fcntl(fd, F_OFD_SETLK, fill(type, start, length).address);
}

/** A lock of others that conflicts, null when there is none, or a negated errno (F_OFD_GETLK). */
export function getRecordLock(
  fd: number,
  type: number,
  start: number,
  length: number,
): RecordLock | null | number {
  const block = fill(type, start, length);
  const result = fcntl(fd, F_OFD_GETLK, block.address);
  if (result < 0) return result;
  const found = block.view.getInt16(0, true);
  if (found === F_UNLCK) return null;
  return {
    type: found,
    start: readI64(block.view, 8),
    length: readI64(block.view, 16),
    pid: block.view.getInt32(24, true),
  };
}
