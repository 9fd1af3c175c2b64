/**
 * Waits for record locks that could never end.
 *
 * @module
 */
import type { FileLock } from "../provider/mod.ts";
import { isConflict } from "./lock_list.ts";
import type { LockOwner } from "./lock_request.ts";

/** One file, as far as waiting goes. */
export interface LockWaits {
  /** The record locks that are held. */
  readonly posix: readonly FileLock[];
  /** Who waits for a lock. */
  readonly waiting: readonly { readonly lock: FileLock }[];
}

/** One wait. */
interface Wait {
  readonly file: LockWaits;
  readonly lock: FileLock;
}

/**
 * Whether somebody who keeps `lock` out of `file` waits, over any number of others in `files`, for its
 * owner: `fcntl(2)` answers EDEADLK to that.
 */
export function isDeadlock(file: LockWaits, lock: FileLock, files: Iterable<LockWaits>): boolean {
  const waits = waitsByOwner(files);
  if (waits.size === 0) return false;
  // Each owner is followed once, and a lock that led to its owner is not looked at again.
  const left = new Map<LockWaits, readonly FileLock[]>();
  const blocked: Wait[] = [{ file, lock }];
  for (const wait of blocked) {
    const held = left.get(wait.file) ?? wait.file.posix;
    const others: FileLock[] = [];
    for (const other of held) {
      if (!isConflict(other, wait.lock)) {
        others.push(other);
        continue;
      }
      if (other.owner === lock.owner) return true;
      const next = waits.get(other.owner);
      if (next === undefined) continue;
      waits.delete(other.owner);
      for (const each of next) blocked.push(each);
    }
    left.set(wait.file, others);
  }
  return false;
}

function waitsByOwner(files: Iterable<LockWaits>): Map<LockOwner, Wait[]> {
  const waits = new Map<LockOwner, Wait[]>();
  for (const file of files) {
    for (const { lock } of file.waiting) {
      if (lock.kind !== "posix") continue;
      const known = waits.get(lock.owner);
      if (known === undefined) waits.set(lock.owner, [{ file, lock }]);
      else known.push({ file, lock });
    }
  }
  return waits;
}
