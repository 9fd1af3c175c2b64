/**
 * An open file of the host.
 *
 * @module
 */
import {
  allowsRead,
  allowsWrite,
  chain,
  clean,
  ERRNO,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_APPEND,
  O_PATH,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../base/mod.ts";
import {
  AT_EMPTY_PATH,
  close,
  copyFileRange,
  dup,
  failure,
  fallocate,
  fchmod,
  fchownat,
  fsync,
  fsyncAsync,
  ftruncate,
  IO_SIZE_MAX,
  lseek,
  pread,
  pwrite,
  utimensat,
} from "../libc/mod.ts";
import {
  BaseHandle,
  type Context,
  type FileInfo,
  type FileLock,
  type Handle,
  type TimeChange,
} from "../provider/mod.ts";
import type { RealLocks } from "./real_locks.ts";
import { isOwnerId, type Ownership } from "./real_ownership.ts";
import type { RealRoot } from "./real_root.ts";
import { kernelTime } from "./real_times.ts";
import type { XattrCalls } from "./real_xattr.ts";

const PUNCH_HOLE = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

/** What the handles of one provider share. */
export interface HandleShared {
  /** The provider's root. */
  readonly root: RealRoot;
  /** Who owns what. */
  readonly ownership: Ownership;
  /** The locks of all handles. */
  readonly locks: RealLocks;
  /** Extended attributes. */
  readonly xattrs: XattrCalls;
}

/**
 * A handle on a descriptor. What its flags do not allow, the kernel refuses; a closed handle's
 * descriptor is -1, which the kernel refuses too.
 */
export class RealHandle extends BaseHandle {
  readonly #shared: HandleShared;
  #fd: number;
  #position = 0;
  /** Whether a lock was ever asked for through this handle. */
  #hasLocks = false;

  /** Takes over `fd`, which was opened with `flags` for `path`. */
  constructor(shared: HandleShared, fd: number, flags: number, path: string) {
    super(flags, path);
    this.#shared = shared;
    this.#fd = fd;
  }

  /**
   * The descriptor, -1 when the handle is closed: for those who can hand a file itself on, as a mount
   * does with FUSE_PASSTHROUGH. It stays the handle's; do not close it.
   */
  get hostFd(): number {
    return this.#fd;
  }

  /** Whether it is open below this root. */
  isBelow(root: RealRoot): boolean {
    return this.#shared.root === root;
  }

  #check(result: number, syscall: string): number {
    if (result < 0) throw failure(result, { syscall, path: this.path });
    return result;
  }

  #requireOffset(offset: number, syscall: string): void {
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.fail("EINVAL", syscall);
  }

  /** Calls by name work on O_PATH descriptors too, where those for open files do not. */
  #requireOpen(syscall: string): void {
    if ((this.flags & O_PATH) !== 0 || this.#fd < 0) throw this.fail("EBADF", syscall);
  }

  /** `pread(2)` straight into the buffer. */
  override readAt(buffer: Uint8Array, offset: number, _context?: Context): number {
    this.#requireOffset(offset, "read");
    const size = this.#check(pread(this.#fd, buffer, buffer.length, offset), "read");
    if (size !== IO_SIZE_MAX || size === buffer.length) return size;
    return size + this.readAt(buffer.subarray(size), offset + size);
  }

  /** `pwrite(2)` straight from the data; with O_APPEND Linux appends. */
  override writeAt(data: Uint8Array, offset: number, context?: Context): number {
    this.#requireOffset(offset, "write");
    // First, as Linux does: there is no moment in which the new content has the old privileges.
    if (data.length > 0 && this.#mayWrite) {
      this.#shared.ownership.dropPrivileges(this.#fd, context);
    }
    return this.#check(pwrite(this.#fd, data, data.length, offset), "write");
  }

  /** Whether the kernel lets content be changed through this: else nothing must be lost by trying. */
  get #mayWrite(): boolean {
    return allowsWrite(this.flags) && (this.flags & O_PATH) === 0;
  }

  /** `readAt` at the position. */
  override read(buffer: Uint8Array, context?: Context): number {
    const size = this.readAt(buffer, this.#position, context);
    this.#position += size;
    return size;
  }

  /** `writeAt` at the position, with O_APPEND at the end; the position is then behind the data. */
  override write(data: Uint8Array, context?: Context): number {
    const size = this.writeAt(data, this.#position, context);
    const isAppended = (this.flags & O_APPEND) !== 0 && size > 0;
    this.#position = isAppended ? this.#size() : this.#position + size;
    return size;
  }

  /** Moves the position. */
  override seek(offset: number, whence: number, _context?: Context): number {
    this.#requireOpen("seek");
    let base = NaN;
    if (whence === SEEK_SET) base = 0;
    else if (whence === SEEK_CUR) base = this.#position;
    else if (whence === SEEK_END) base = this.#check(lseek(this.#fd, 0, SEEK_END), "seek");
    this.#requireOffset(base + offset, "seek");
    this.#position = base + offset;
    return this.#position;
  }

  #size(): number {
    this.#check(this.#shared.root.statDescriptor(this.#fd), "write");
    return this.#shared.root.statx.size;
  }

  /** Closes the descriptor; locks that were set through the handle go. */
  override close(_context?: Context): void {
    const fd = this.#fd;
    if (fd < 0) throw this.fail("EBADF", "close");
    this.#fd = -1;
    if (this.#hasLocks) this.#shared.locks.release(this);
    const result = close(fd);
    // close(2): the descriptor is gone, whatever happened; what is told is the fate of older writes.
    if (result !== -ERRNO.EINTR.number) this.#check(result, "close");
  }

  /** The attributes now. */
  override stat(_context?: Context): FileInfo {
    const { root } = this.#shared;
    this.#check(root.statDescriptor(this.#fd), "stat");
    return root.info(clean(this.path ?? "/"));
  }

  /**
   * `fsync(2)`, off this thread where it may take long. Its errno stays with the other thread: when it
   * fails, asking again tells why, and if by then all is well the error was one of writing (EIO).
   */
  override sync(dataOnly = false, _context?: Context): MaybePromise<void> {
    this.#requireOpen("sync");
    if (this.#shared.root.isInMemory) {
      this.#check(fsync(this.#fd, dataOnly), "sync");
      return;
    }
    return this.#syncElsewhere(dataOnly);
  }

  async #syncElsewhere(dataOnly: boolean): Promise<void> {
    // A descriptor of its own: the handle may be closed, and its number used again, before the other
    // thread begins.
    const fd = this.#check(dup(this.#fd), "sync");
    try {
      if (await fsyncAsync(fd, dataOnly) === 0) return;
      this.#check(fsync(fd, dataOnly), "sync");
      throw this.fail("EIO", "sync");
    } finally {
      close(fd);
    }
  }

  /** Sets the size. */
  override truncate(size: number, context?: Context): void {
    this.#requireOffset(size, "truncate");
    // The contract's word for every handle that is not open for writing.
    if ((this.flags & O_PATH) !== 0 && this.#fd >= 0) throw this.fail("EINVAL", "truncate");
    this.#check(ftruncate(this.#fd, size), "truncate");
    this.#shared.ownership.dropPrivileges(this.#fd, context);
  }

  /** Sets the permission bits. */
  override chmod(mode: number, _context?: Context): void {
    this.#check(fchmod(this.#fd, mode & MODE_PERMISSIONS), "chmod");
  }

  /** Sets owner and group. */
  override chown(uid: number, gid: number, context?: Context): void {
    this.#requireOpen("chown");
    if (!isOwnerId(uid) || !isOwnerId(gid)) throw this.fail("EINVAL", "chown");
    const { root, ownership } = this.#shared;
    ownership.dropPrivileges(this.#fd, context);
    this.#check(fchownat(this.#fd, root.emptyName, uid, gid, AT_EMPTY_PATH), "chown");
  }

  /** Sets the times. */
  override utimes(atime: TimeChange, mtime: TimeChange, _context?: Context): void {
    this.#requireOpen("utimes");
    const access = kernelTime(atime);
    const content = kernelTime(mtime);
    if (access === undefined || content === undefined) throw this.fail("EINVAL", "utimes");
    const { emptyName } = this.#shared.root;
    this.#check(utimensat(this.#fd, emptyName, access, content, AT_EMPTY_PATH), "utimes");
  }

  /** `fallocate(2)`; FALLOC_FL_ZERO_RANGE also where the filesystem knows only holes, as tmpfs. */
  override allocate(mode: number, offset: number, length: number, context?: Context): void {
    this.#requireOffset(offset, "allocate");
    this.#requireOffset(length, "allocate");
    let result = fallocate(this.#fd, mode, offset, length);
    const kept = mode & FALLOC_FL_KEEP_SIZE;
    if (result === -ERRNO.EOPNOTSUPP.number && mode === (kept | FALLOC_FL_ZERO_RANGE)) {
      result = fallocate(this.#fd, PUNCH_HOLE, offset, length);
      if (result === 0) {
        this.#shared.ownership.dropPrivileges(this.#fd, context);
        result = fallocate(this.#fd, kept, offset, length);
      }
    }
    this.#check(result, "allocate");
    this.#shared.ownership.dropPrivileges(this.#fd, context);
  }

  /** `copy_file_range(2)`; a handle of another provider is EXDEV. */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): number {
    if (!(target instanceof RealHandle) || target.#shared !== this.#shared) {
      throw this.fail("EXDEV", "copyRange");
    }
    for (const value of [offset, targetOffset, length]) this.#requireOffset(value, "copyRange");
    const mayCopy = target.#mayWrite && (target.flags & O_APPEND) === 0;
    if (length > 0 && mayCopy && this.#hasData(offset)) {
      this.#shared.ownership.dropPrivileges(target.#fd, context);
    }
    const result = copyFileRange(this.#fd, offset, target.#fd, targetOffset, length);
    return this.#check(result, "copyRange");
  }

  #hasData(offset: number): boolean {
    const { root } = this.#shared;
    return allowsRead(this.flags) && root.statDescriptor(this.#fd) >= 0 && offset < root.statx.size;
  }

  /** SEEK_DATA and SEEK_HOLE. */
  override seekHole(offset: number, whence: number, _context?: Context): number {
    this.#requireOpen("seekHole");
    const isKnown = whence === SEEK_DATA || whence === SEEK_HOLE;
    if (!isKnown || !Number.isSafeInteger(offset)) throw this.fail("EINVAL", "seekHole");
    if (offset < 0) throw this.fail("ENXIO", "seekHole");
    return this.#check(lseek(this.#fd, offset, whence), "seekHole");
  }

  /** A lock that conflicts. */
  override getLock(lock: FileLock, _context?: Context): FileLock | null {
    this.#requireOpen("getLock");
    const found = this.#shared.locks.get(this, lock);
    if (typeof found === "number") throw failure(found, { syscall: "getLock", path: this.path });
    return found;
  }

  /** Takes, changes or releases a lock; a promise only when it waits. */
  override setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    this.#requireOpen("setLock");
    if (lock.kind === "posix" && lock.type !== "unlock") {
      const isAllowed = lock.type === "read" ? allowsRead(this.flags) : allowsWrite(this.flags);
      if (!isAllowed) throw this.fail("EBADF", "setLock");
    }
    this.#hasLocks = true;
    const result = this.#shared.locks.set(this, lock, wait, context?.signal);
    return chain(result, (errno) => void this.#check(errno, "setLock"));
  }

  /** The value of an attribute. */
  override getXattr(name: string, context?: Context): Uint8Array {
    const caller = { syscall: "getXattr", path: this.path, context };
    return this.#shared.xattrs.get(this.#fd, name, caller);
  }

  /**
   * As `getXattr`, but null for an attribute that is not there. The kernel asks for one at the first write of
   * every file, and what always throws V8 never optimises.
   */
  findXattr(name: string, context?: Context): Uint8Array | null {
    const caller = { syscall: "getXattr", path: this.path, context };
    return this.#shared.xattrs.find(this.#fd, name, caller);
  }

  /** Sets an attribute. */
  override setXattr(name: string, value: Uint8Array, flags: number, context?: Context): void {
    const caller = { syscall: "setXattr", path: this.path, context };
    this.#shared.xattrs.set(this.#fd, name, value, flags, caller);
  }

  /** The names of the attributes. */
  override listXattr(context?: Context): string[] {
    const caller = { syscall: "listXattr", path: this.path, context };
    return this.#shared.xattrs.list(this.#fd, caller);
  }

  /** Removes an attribute. */
  override removeXattr(name: string, context?: Context): void {
    const caller = { syscall: "removeXattr", path: this.path, context };
    this.#shared.xattrs.remove(this.#fd, name, caller);
  }
}
