/**
 * Record locks (`fcntl(2)`) and whole-file locks (`flock(2)`) of a filesystem in memory.
 *
 * The two kinds do not meet. Who waits is served in the order of asking, as soon as nothing that is held
 * conflicts. A wait for a record lock that could never end, because every holder waits for the asker, is
 * EDEADLK; for flock, as on Linux, nobody looks.
 *
 * @module
 */
import { ERRNO, type Errno, type MaybePromise } from "../base/mod.ts";
import type { FileLock } from "../provider/mod.ts";
import type { MemoryInode } from "./memory_inode.ts";
import {
  conflictOf,
  type HeldLock,
  LOCKS_MAX,
  told,
  withoutHandle,
  withoutOwner,
  withRecordLock,
} from "./lock_list.ts";
import { isLockRange, normalLock } from "./lock_request.ts";
import { isDeadlock } from "./lock_waits.ts";

/** One request that waits. */
interface Waiter {
  readonly lock: HeldLock;
  readonly end: (errno: Errno | null) => void;
}

/** What is held on, and waited for at, one inode. */
interface Queue {
  posix: readonly HeldLock[];
  flock: readonly HeldLock[];
  waiting: Waiter[];
}

/** All locks of one filesystem. */
export class MemoryLocks {
  readonly #queues = new Map<MemoryInode, Queue>();

  /** A lock that keeps `lock` out, or null. */
  get(inode: MemoryInode, lock: FileLock): FileLock | null | Errno {
    if (!isLockRange(lock) || lock.type === "unlock") return ERRNO.EINVAL;
    const queue = this.#queues.get(inode);
    const found = queue === undefined ? null : conflictOf(queue[lock.kind], normalLock(lock));
    return found === null ? null : told(found);
  }

  /**
   * Takes or releases `lock` for its owner. A conflict is EAGAIN, or with `wait` a promise, which ends with
   * EINTR when the signal aborts and with EBADF when `handle` is closed.
   */
  set(
    inode: MemoryInode,
    asked: FileLock,
    wait: boolean,
    handle: object,
    signal?: AbortSignal,
  ): MaybePromise<Errno | null> {
    if (!isLockRange(asked)) return ERRNO.EINVAL;
    const lock = { ...normalLock(asked), handle };
    let queue = this.#queues.get(inode);
    if (queue === undefined) {
      if (lock.type === "unlock") return null;
      queue = { posix: [], flock: [], waiting: [] };
      this.#queues.set(inode, queue);
    }
    if (lock.kind === "flock" && !holdsSame(queue.flock, lock)) {
      // flock(2): the old lock goes before the new one is tried, and is lost if that fails.
      queue.flock = withoutOwner(queue.flock, lock.owner);
      this.#wake(inode, queue);
      this.#queues.set(inode, queue);
    }
    if (conflictOf(queue[lock.kind], lock) !== null) {
      if (!wait) return ERRNO.EAGAIN;
      if (signal?.aborted) return ERRNO.EINTR;
      if (lock.kind === "posix" && isDeadlock(queue, lock, this.#queues.values())) {
        return ERRNO.EDEADLK;
      }
      return this.#wait(inode, queue, lock, signal);
    }
    const errno = grant(queue, lock);
    this.#wake(inode, queue);
    return errno;
  }

  /** A handle is closed: what was set through it goes, and what it waits for ends. */
  release(inode: MemoryInode, handle: object): void {
    const queue = this.#queues.get(inode);
    if (queue === undefined) return;
    const left = queue.waiting.filter((waiter) => waiter.lock.handle === handle);
    queue.waiting = queue.waiting.filter((waiter) => waiter.lock.handle !== handle);
    for (const waiter of left) waiter.end(ERRNO.EBADF);
    queue.posix = withoutHandle(queue.posix, handle);
    queue.flock = withoutHandle(queue.flock, handle);
    this.#wake(inode, queue);
  }

  #wait(
    inode: MemoryInode,
    queue: Queue,
    lock: HeldLock,
    signal: AbortSignal | undefined,
  ): Promise<Errno | null> {
    return new Promise((resolve) => {
      const interrupt = (): void => {
        queue.waiting = queue.waiting.filter((other) => other !== waiter);
        resolve(ERRNO.EINTR);
        this.#wake(inode, queue);
      };
      const end = (errno: Errno | null): void => {
        signal?.removeEventListener("abort", interrupt);
        resolve(errno);
      };
      const waiter: Waiter = { lock, end };
      signal?.addEventListener("abort", interrupt, { once: true });
      queue.waiting.push(waiter);
    });
  }

  /** Serves who waits and can be served; forgets an inode on which there is nothing any more. */
  #wake(inode: MemoryInode, queue: Queue): void {
    if (queue.waiting.length > 0) {
      const asking = queue.waiting;
      queue.waiting = [];
      for (const waiter of asking) {
        if (conflictOf(queue[waiter.lock.kind], waiter.lock) !== null) queue.waiting.push(waiter);
        else waiter.end(grant(queue, waiter.lock));
      }
    }
    if (queue.posix.length + queue.flock.length + queue.waiting.length === 0) {
      this.#queues.delete(inode);
    }
  }
}

function holdsSame(held: readonly HeldLock[], lock: HeldLock): boolean {
  return held.some((other) => other.owner === lock.owner && other.type === lock.type);
}

/** Puts the lock, with which nothing conflicts, among those that are held. */
function grant(queue: Queue, lock: HeldLock): Errno | null {
  if (lock.kind === "flock") {
    const others = withoutOwner(queue.flock, lock.owner);
    queue.flock = lock.type === "unlock" ? others : [...others, lock];
    return null;
  }
  const locks = withRecordLock(queue.posix, lock);
  if (locks.length > LOCKS_MAX && locks.length > queue.posix.length) return ERRNO.ENOLCK;
  queue.posix = locks;
  return null;
}
