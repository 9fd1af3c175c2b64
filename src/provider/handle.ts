/**
 * An open file.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { Context } from "./context.ts";
import type { FileInfo, Timespec } from "./file_info.ts";
import type { FileLock } from "./lock.ts";

/**
 * An open file, as {@linkcode Provider.open} returns it. It stays usable when its name is removed or
 * renamed. Handles have no permissions of their own: what the open flags do not allow is EBADF.
 *
 * The first nine methods are seed 1's `Handle` and every handle has them; the others answer ENOSYS
 * unless the provider declares the capability. The provider does not keep `buffer` or `data` after
 * the call has ended, and the caller does not touch them before.
 *
 * `read`, `write` and `seek` share one position per handle; calls that overlap on one handle take
 * effect in the order they were made.
 */
export interface Handle {
  /**
   * The descriptor of the file of the host that the handle is, -1 when it is closed; a handle that is anything else has
   * none. Who knows it may have others read and write that file without asking the handle: the kernel
   * (`FUSE_PASSTHROUGH`), or that of a client's mount (`VFSServerOptions.passFiles`). It stays the handle's.
   */
  readonly hostFd?: number;
  /** Reads at the position and moves it. Returns the bytes read; 0 only at the end of the file. */
  read(buffer: Uint8Array, context?: Context): MaybePromise<number>;
  /** Writes at the position (O_APPEND: at the end) and moves it. Returns the bytes written. */
  write(data: Uint8Array, context?: Context): MaybePromise<number>;
  /**
   * Moves the position; `whence` is SEEK_SET, SEEK_CUR or SEEK_END. Returns the new position.
   *
   * @throws {FsError} EINVAL for a negative result or another `whence`.
   */
  seek(offset: number, whence: number, context?: Context): MaybePromise<number>;
  /** Ends the handle, once, and the locks that were set through it. Every other call then, and a second close, is EBADF. */
  close(context?: Context): MaybePromise<void>;
  /** Reads at `offset`. Returns the bytes read: fewer than asked for only at the end of the file. */
  readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number>;
  /** Writes at `offset`; with O_APPEND at the end of the file, as Linux does. Returns the bytes written. */
  writeAt(data: Uint8Array, offset: number, context?: Context): MaybePromise<number>;
  /** The attributes now, also when the file has no name any more (`nlink` 0). */
  stat(context?: Context): MaybePromise<FileInfo>;
  /** Makes what was written durable (`fsync`); `dataOnly`: without what only times need (`fdatasync`). */
  sync(dataOnly?: boolean, context?: Context): MaybePromise<void>;
  /**
   * Sets the size.
   *
   * @throws {FsError} EINVAL when the handle is not open for writing, EFBIG over the largest size.
   */
  truncate(size: number, context?: Context): MaybePromise<void>;

  /** `handleAttr`: sets the permission bits. */
  chmod(mode: number, context?: Context): MaybePromise<void>;
  /** `handleAttr`: sets owner and group; -1 leaves one as it is. */
  chown(uid: number, gid: number, context?: Context): MaybePromise<void>;
  /** `handleAttr`: sets the times; `null` leaves one as it is, `"now"` takes the provider's clock. */
  utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void>;
  /** `allocate`: `fallocate(2)`; `mode` is a set of FALLOC_FL_ flags, EOPNOTSUPP for unknown ones. */
  allocate(mode: number, offset: number, length: number, context?: Context): MaybePromise<void>;
  /** `copyRange`: copies to another handle of the same provider. Returns the bytes copied. */
  copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number>;
  /** `seekHole`: the next offset for SEEK_DATA or SEEK_HOLE; ENXIO past the end. Moves nothing. */
  seekHole(offset: number, whence: number, context?: Context): MaybePromise<number>;
  /** `lock`: a lock that conflicts with `lock`, or null. */
  getLock(lock: FileLock, context?: Context): MaybePromise<FileLock | null>;
  /**
   * `lock`: takes or releases. A conflict is EAGAIN, or waits when `wait` is true until the signal aborts (EINTR). What
   * an owner holds he may release or change through any handle of the file; a lock goes with the handle that it was
   * set through last.
   */
  setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void>;
  /** `xattr`: the value. */
  getXattr(name: string, context?: Context): MaybePromise<Uint8Array>;
  /** `xattr`: sets a value; `flags` is 0, XATTR_CREATE or XATTR_REPLACE. */
  setXattr(name: string, value: Uint8Array, flags: number, context?: Context): MaybePromise<void>;
  /** `xattr`: all names. */
  listXattr(context?: Context): MaybePromise<string[]>;
  /** `xattr`: removes one. */
  removeXattr(name: string, context?: Context): MaybePromise<void>;

  /** `close()` for `using` with providers that answer at once. */
  [Symbol.dispose](): void;
  /** `close()` for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A new time: a moment, `"now"` for the provider's clock, or null to leave it as it is. */
export type TimeChange = Timespec | "now" | null;
