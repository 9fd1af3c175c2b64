/**
 * The locks of one inode as values: which conflict, and what a new one makes of the old ones.
 *
 * @module
 */
import type { FileLock } from "../provider/mod.ts";

/** A lock that is held, or asked for. */
export interface HeldLock extends FileLock {
  /** What it was set through, and goes with: see {@linkcode withoutHandle}. */
  readonly handle: object;
}

/** How many locks one inode holds at most, over which is ENOLCK. */
export const LOCKS_MAX = 8192;

/**
 * The first of `held` that does not let `wanted` in: another owner's, overlapping, one of both exclusive. That is
 * the one that begins first, as on Linux: all are in the order of their beginnings.
 */
export function conflictOf(held: readonly HeldLock[], wanted: FileLock): HeldLock | null {
  for (const lock of held) {
    if (isConflict(lock, wanted)) return lock;
    if (lock.start > wanted.end) return null;
  }
  return null;
}

/** Whether two locks of one kind cannot be held at once. */
export function isConflict(held: FileLock, wanted: FileLock): boolean {
  if (held.owner === wanted.owner || wanted.type === "unlock") return false;
  if (held.type === "read" && wanted.type === "read") return false;
  return held.start <= wanted.end && wanted.start <= held.end;
}

/**
 * The record locks after `wanted` was set, released or changed (`fcntl(2)`): within its range it replaces what
 * its owner held, splitting locks at its ends; it becomes one with the owner's locks of its type that it
 * touches. All are in the order of their beginnings, before and after.
 */
export function withRecordLock(held: readonly HeldLock[], wanted: HeldLock): HeldLock[] {
  let { start, end } = wanted;
  const gone = new Set<HeldLock>();
  const pieces: HeldLock[] = [];
  for (const lock of held) {
    const begin = lock.start;
    if (begin > end + 1) break;
    if (lock.owner !== wanted.owner || start > lock.end + 1) continue;
    if (lock.type === wanted.type) {
      gone.add(lock);
      start = Math.min(start, begin);
      end = Math.max(end, lock.end);
    } else if (begin <= end && start <= lock.end) {
      gone.add(lock);
      if (begin < start) pieces.push({ ...lock, end: start - 1 });
      if (lock.end > end) pieces.push({ ...lock, start: end + 1 });
    }
  }
  if (wanted.type !== "unlock") pieces.push({ ...wanted, start, end });
  const locks = gone.size === 0 ? held.slice() : held.filter((lock) => !gone.has(lock));
  for (const piece of pieces) locks.splice(placeOf(locks, piece.start), 0, piece);
  return locks;
}

/** Where a lock that begins at `start` goes: behind those that do not begin later. */
function placeOf(locks: readonly HeldLock[], start: number): number {
  let [low, high] = [0, locks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (locks[middle]!.start <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The flock locks without `owner`'s, which is what `flock(2)` begins with when it changes a lock. */
export function withoutOwner(
  held: readonly HeldLock[],
  owner: FileLock["owner"],
): readonly HeldLock[] {
  return held.some((lock) => lock.owner === owner)
    ? held.filter((lock) => lock.owner !== owner)
    : held;
}

/**
 * The locks without those that were set through `handle`, which is closed. What an owner has set through another
 * handle stays: that an owner lets go of all he has in a file when he closes it (`fcntl(2)`) is for him to say,
 * as the kernel does with FLUSH. It does not say it of locks of an open file description (F_OFD_SETLK), which
 * end with this.
 */
export function withoutHandle(held: readonly HeldLock[], handle: object): readonly HeldLock[] {
  return held.filter((lock) => lock.handle !== handle);
}

/** The lock as whoever met it is told. */
export function told({ kind, type, start, end, owner, pid }: HeldLock): FileLock {
  return { kind, type, start, end, owner, pid };
}
