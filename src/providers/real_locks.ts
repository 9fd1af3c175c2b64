/**
 * Locks of real files.
 *
 * Between the handles of one provider a lock belongs to its owner, as the contract says, not to a process
 * or descriptor; so it is kept here. To other processes the whole provider looks like one open file (see
 * {@linkcode LockedFile}).
 *
 * Who waits for an owner here is served at once in the order of asking; a lock of another process is tried
 * again after {@linkcode RETRY_MIN_MS} to {@linkcode RETRY_MAX_MS}, since a blocked call in another
 * thread could never be ended.
 *
 * @module
 */
import { ERRNO, type MaybePromise } from "../base/mod.ts";
import type { FileLock } from "../provider/mod.ts";
import { type HeldLock, told } from "./lock_list.ts";
import { isLockRange, normalLock } from "./lock_request.ts";
import { isDeadlock } from "./lock_waits.ts";
import { foreignConflict, LockedFile } from "./real_locked_file.ts";
import type { RealRoot } from "./real_root.ts";

/** The first pause before another process's lock is tried again. */
export const RETRY_MIN_MS = 1;
/** The longest pause; each is twice the one before. */
export const RETRY_MAX_MS = 50;

const AGAIN = -ERRNO.EAGAIN.number;

/** A handle, as far as locks go. */
export interface LockHandle {
  /** Its descriptor. */
  readonly hostFd: number;
}

/** One request that waits. */
interface Waiter {
  readonly lock: HeldLock;
  readonly end: (result: number) => void;
}

/** One inode, who waits there, and when to look again. */
interface Queue {
  readonly key: number | bigint;
  readonly file: LockedFile;
  readonly posix: readonly HeldLock[];
  waiting: Waiter[];
  timer: ReturnType<typeof setTimeout> | null;
  pauseMs: number;
}

/** All locks of one provider. */
export class RealLocks {
  readonly #root: RealRoot;
  readonly #queues = new Map<number | bigint, Queue>();
  /** The inode of each handle that has asked. */
  readonly #keys = new WeakMap<LockHandle, number | bigint>();

  /** For files below `root`. */
  constructor(root: RealRoot) {
    this.#root = root;
  }

  /** A lock that keeps `lock` out, null, or a negated errno. */
  get(handle: LockHandle, asked: FileLock): FileLock | null | number {
    if (!isLockRange(asked) || asked.type === "unlock") return -ERRNO.EINVAL.number;
    const queue = this.#find(handle);
    if (typeof queue === "number") return queue;
    const lock = normalLock(asked);
    if (queue === undefined) return foreignConflict(this.#root, handle.hostFd, lock);
    const found = queue.file.conflict(lock);
    return found === null ? queue.file.foreignConflict(this.#root, lock) : told(found);
  }

  /**
   * Takes or releases `lock` for its owner. Gives 0 or a negated errno: a conflict is -EAGAIN, or with
   * `wait` a promise, which ends with -EINTR when the signal aborts and with -EBADF when the handle is
   * closed.
   */
  set(
    handle: LockHandle,
    asked: FileLock,
    wait: boolean,
    signal?: AbortSignal,
  ): MaybePromise<number> {
    if (!isLockRange(asked)) return -ERRNO.EINVAL.number;
    const lock = { ...normalLock(asked), handle };
    const known = this.#find(handle);
    if (known === undefined && lock.type === "unlock") return 0;
    const queue = known ?? this.#make(handle);
    if (typeof queue === "number") return queue;
    let result = queue.file.grant(lock);
    if (result === AGAIN && wait) {
      if (signal?.aborted) result = -ERRNO.EINTR.number;
      else if (lock.kind === "posix" && isDeadlock(queue, lock, this.#queues.values())) {
        result = -ERRNO.EDEADLK.number;
      } else return this.#wait(queue, lock, signal);
    }
    // Also when it failed: a failed flock has released the owner's old one.
    this.#serve(queue);
    return result;
  }

  /** A handle is closed: what was set through it goes, and what it waits for ends. */
  release(handle: LockHandle): void {
    const key = this.#keys.get(handle);
    const queue = key === undefined ? undefined : this.#queues.get(key);
    if (queue === undefined) return;
    const left = queue.waiting.filter((waiter) => waiter.lock.handle === handle);
    queue.waiting = queue.waiting.filter((waiter) => waiter.lock.handle !== handle);
    for (const waiter of left) waiter.end(-ERRNO.EBADF.number);
    queue.file.releaseHandle(handle);
    this.#serve(queue);
  }

  #find(handle: LockHandle): Queue | undefined | number {
    let key = this.#keys.get(handle);
    if (key === undefined) {
      const result = this.#root.statDescriptor(handle.hostFd);
      if (result < 0) return result;
      key = this.#root.inode(this.#root.statx.dev, this.#root.statx.ino);
      this.#keys.set(handle, key);
    }
    return this.#queues.get(key);
  }

  #make(handle: LockHandle): Queue | number {
    const file = LockedFile.open(this.#root, handle.hostFd);
    if (typeof file === "number") return file;
    const key = this.#keys.get(handle)!;
    const queue: Queue = {
      key,
      file,
      get posix() {
        return file.posix;
      },
      waiting: [],
      timer: null,
      pauseMs: RETRY_MIN_MS,
    };
    this.#queues.set(key, queue);
    return queue;
  }

  #wait(
    queue: Queue,
    lock: HeldLock,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return new Promise((resolve) => {
      const interrupt = (): void => {
        queue.waiting = queue.waiting.filter((other) => other !== waiter);
        resolve(-ERRNO.EINTR.number);
        this.#serve(queue);
      };
      const end = (result: number): void => {
        signal?.removeEventListener("abort", interrupt);
        resolve(result);
      };
      const waiter: Waiter = { lock, end };
      signal?.addEventListener("abort", interrupt, { once: true });
      queue.waiting.push(waiter);
      queue.pauseMs = RETRY_MIN_MS;
      this.#serve(queue);
    });
  }

  /** Serves who waits and can be served; looks again later; forgets a file on which there is nothing. */
  #serve(queue: Queue): void {
    if (queue.timer !== null) clearTimeout(queue.timer);
    queue.timer = null;
    const asking = queue.waiting;
    queue.waiting = [];
    for (const waiter of asking) {
      const result = queue.file.grant(waiter.lock);
      if (result === AGAIN) queue.waiting.push(waiter);
      else waiter.end(result);
    }
    if (queue.waiting.some((waiter) => queue.file.conflict(waiter.lock) === null)) {
      queue.timer = setTimeout(() => this.#serve(queue), queue.pauseMs);
      queue.pauseMs = Math.min(queue.pauseMs * 2, RETRY_MAX_MS);
    }
    if (queue.waiting.length === 0 && queue.file.isFree) {
      queue.file.close();
      this.#queues.delete(queue.key);
    }
  }
}
