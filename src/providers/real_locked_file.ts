/**
 * The locks of one real file.
 *
 * @module
 */
import { ERRNO, O_RDONLY, O_RDWR, O_WRONLY } from "../base/mod.ts";
import {
  close,
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  flock,
  getRecordLock,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  setRecordLock,
} from "../libc/mod.ts";
import { type FileLock, LOCK_END_MAX } from "../provider/mod.ts";
import {
  conflictOf,
  type HeldLock,
  LOCKS_MAX,
  withoutHandle,
  withoutOwner,
  withRecordLock,
} from "./lock_list.ts";
import type { RealRoot } from "./real_root.ts";

const AGAIN = -ERRNO.EAGAIN.number;

/**
 * What the owners here hold on one inode, and one descriptor that holds the same against other
 * processes: open-file-description locks (`fcntl(2)`, F_OFD_SETLK) and a `flock(2)` lock.
 */
export class LockedFile {
  readonly #fd: number;
  /** In the order of their beginnings. */
  #posix: readonly HeldLock[] = [];
  #flock: readonly HeldLock[] = [];

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** For the inode that is open as `fd`; a negated errno when it cannot be opened once more. */
  static open(root: RealRoot, fd: number): LockedFile | number {
    let own = -1;
    // A shared record lock needs a descriptor to read with, an exclusive one a descriptor to write with.
    for (const access of [O_RDWR, O_RDONLY, O_WRONLY]) {
      own = root.reopen(fd, access);
      if (own >= 0) return new LockedFile(own);
    }
    return own;
  }

  /** Lets go of everything. */
  close(): void {
    close(this.#fd);
  }

  /** Whether nobody holds anything. */
  get isFree(): boolean {
    return this.#posix.length + this.#flock.length === 0;
  }

  /** The lock of an owner here that keeps `lock` out, or null. */
  conflict(lock: FileLock): HeldLock | null {
    return conflictOf(lock.kind === "posix" ? this.#posix : this.#flock, lock);
  }

  /** As {@linkcode foreignConflict}, for a lock with which no owner here conflicts. */
  foreignConflict(root: RealRoot, lock: FileLock): FileLock | null | number {
    // Another descriptor would only find our own lock, which others are compatible with already.
    if (lock.kind === "flock" && this.#flock.length > 0) return null;
    return foreignConflict(root, this.#fd, lock);
  }

  /** All record locks of owners here. */
  get posix(): readonly HeldLock[] {
    return this.#posix;
  }

  /** Takes or releases a lock. Returns 0 or a negated errno; -EAGAIN for a conflict with anybody. */
  grant(lock: HeldLock): number {
    return lock.kind === "posix" ? this.#grantRecord(lock) : this.#grantWhole(lock);
  }

  /** Releases all that was set through a handle. */
  releaseHandle(handle: object): void {
    for (const lock of this.#posix) {
      if (lock.handle === handle) this.#grantRecord({ ...lock, type: "unlock" });
    }
    this.#keepWhole(withoutHandle(this.#flock, handle));
  }

  #grantRecord(lock: HeldLock): number {
    if (conflictOf(this.#posix, lock) !== null) return AGAIN;
    const next = withRecordLock(this.#posix, lock);
    if (next.length > LOCKS_MAX && next.length > this.#posix.length) return -ERRNO.ENOLCK.number;
    // Nobody else here has more than a shared lock in the range, so one call makes it what is asked.
    const result = lock.type === "unlock"
      ? this.#unlockBetween(lock, next)
      : setRecordLock(this.#fd, lock.type === "read" ? F_RDLCK : F_WRLCK, ...range(lock));
    if (result < 0) return result === -ERRNO.EACCES.number ? AGAIN : result;
    this.#posix = next;
    return 0;
  }

  /** Releases the parts of a range that no remaining lock covers. */
  #unlockBetween(lock: HeldLock, remaining: readonly HeldLock[]): number {
    let { start } = lock;
    for (const other of remaining) {
      if (other.end < start) continue;
      if (other.start > lock.end) break;
      if (other.start > start) {
        const gap = { start, end: other.start - 1 };
        const result = setRecordLock(this.#fd, F_UNLCK, ...range(gap));
        if (result < 0) return result;
      }
      if (other.end >= lock.end) return 0;
      start = other.end + 1;
    }
    return setRecordLock(this.#fd, F_UNLCK, ...range({ start, end: lock.end }));
  }

  /** flock(2): the owner's old lock goes before the new one is tried, and is lost if that fails. */
  #grantWhole(lock: HeldLock): number {
    const isHeld = this.#flock.some((held) => held.owner === lock.owner && held.type === lock.type);
    if (isHeld) return 0;
    this.#keepWhole(withoutOwner(this.#flock, lock.owner));
    if (lock.type === "unlock") return 0;
    if (conflictOf(this.#flock, lock) !== null) return AGAIN;
    const result = flock(this.#fd, (lock.type === "read" ? LOCK_SH : LOCK_EX) | LOCK_NB);
    if (result === 0) this.#flock = [...this.#flock, lock];
    return result;
  }

  #keepWhole(left: readonly HeldLock[]): void {
    if (left.length === 0 && this.#flock.length > 0) flock(this.#fd, LOCK_UN);
    this.#flock = left;
  }
}

/** First byte and size, as `struct flock` has them: size 0 is to the end, wherever that will be. */
function range(lock: { readonly start: number; readonly end: number }): [number, number] {
  return [lock.start, lock.end === LOCK_END_MAX ? 0 : lock.end - lock.start + 1];
}

/**
 * The lock of another process that keeps `lock` out, null, or a negated errno. `fd` is a descriptor of the
 * file on which nothing is locked from here.
 */
export function foreignConflict(
  root: RealRoot,
  fd: number,
  lock: FileLock,
): FileLock | null | number {
  if (lock.kind === "flock") return foreignWhole(root, fd, lock);
  const type = lock.type === "read" ? F_RDLCK : F_WRLCK;
  const found = getRecordLock(fd, type, ...range(lock));
  if (typeof found === "number" || found === null) return found;
  const end = found.length === 0 ? LOCK_END_MAX : found.start + found.length - 1;
  const held = found.type === F_WRLCK ? "write" : "read";
  const { start, pid } = found;
  return { kind: "posix", type: held, start, end, owner: FOREIGN, pid: Math.max(pid, 0) };
}

/** The owner that locks of other processes are shown with: which it is nobody can know. */
export const FOREIGN = -1;

/** The kernel does not tell who holds a flock lock, only whether one can be had. */
function foreignWhole(root: RealRoot, fd: number, lock: FileLock): FileLock | null | number {
  const probe = root.reopen(fd, O_RDONLY);
  if (probe < 0) return probe;
  const wanted = lock.type === "read" ? LOCK_SH : LOCK_EX;
  const result = flock(probe, wanted | LOCK_NB);
  const isShared = result === AGAIN && flock(probe, LOCK_SH | LOCK_NB) === 0;
  close(probe);
  if (result !== AGAIN) return result === 0 ? null : result;
  const type = isShared ? "read" : "write";
  return { kind: "flock", type, start: 0, end: LOCK_END_MAX, owner: FOREIGN, pid: 0 };
}
