/**
 * What is asked for a lock, checked and in one form.
 *
 * @module
 */
import { type FileLock, LOCK_END_MAX } from "../provider/mod.ts";

/** Who holds or wants a lock. */
export type LockOwner = FileLock["owner"];

/** Whether the range is one: whole numbers from 0 to {@linkcode LOCK_END_MAX}, the end not before the start. */
export function isLockRange({ start, end }: FileLock): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end &&
    end <= LOCK_END_MAX;
}

/** The owner as one value, also when one caller says 7 and the next 7n. */
export function normalOwner(owner: LockOwner): LockOwner {
  if (typeof owner === "number") return owner;
  const small = Number(owner);
  return Number.isSafeInteger(small) ? small : owner;
}

/** The lock with its owner as one value; for flock it reaches over the whole file. */
export function normalLock(lock: FileLock): FileLock {
  const owner = normalOwner(lock.owner);
  if (lock.kind === "flock") return { ...lock, owner, start: 0, end: LOCK_END_MAX };
  return owner === lock.owner ? lock : { ...lock, owner };
}
