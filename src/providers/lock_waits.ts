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

/**
 * Whether somebody who keeps `lock` out of `file` waits, over any number of others in `files`, for its
 * owner: `fcntl(2)` answers EDEADLK to that.
 */
export function isDeadlock(file: LockWaits, lock: FileLock, files: Iterable<LockWaits>): boolean {
  const all = [...files];
  const seen = new Set<LockOwner>();
  const holders = holdersAgainst(file, lock);
  for (let holder = holders.pop(); holder !== undefined; holder = holders.pop()) {
    if (holder === lock.owner) return true;
    if (seen.has(holder)) continue;
    seen.add(holder);
    for (const other of all) {
      for (const waiter of other.waiting) {
        if (waiter.lock.kind !== "posix" || waiter.lock.owner !== holder) continue;
        holders.push(...holdersAgainst(other, waiter.lock));
      }
    }
  }
  return false;
}

function holdersAgainst(file: LockWaits, lock: FileLock): LockOwner[] {
  return file.posix.filter((held) => isConflict(held, lock)).map((held) => held.owner);
}
