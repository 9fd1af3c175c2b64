/**
 * A handle with a position, that can do nothing else yet.
 *
 * @module
 */
import {
  allowsRead,
  allowsWrite,
  chain,
  type ErrnoName,
  FsError,
  type MaybePromise,
  O_APPEND,
  O_PATH,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../base/mod.ts";
import { requireCount } from "./answers.ts";
import type { Context } from "./context.ts";
import type { FileInfo } from "./file_info.ts";
import type { Handle, TimeChange } from "./handle.ts";
import type { FileLock } from "./lock.ts";

/**
 * The class to extend for handles of your own. Write `readAt`, `writeAt`, `stat` and `truncate`; the
 * position (`read`, `write`, `seek`) is kept here, with overlapping calls in their order. What you do
 * not write answers ENOSYS; `sync` and `close` succeed, since a handle that buffers nothing and holds
 * nothing has nothing to do there. Begin your methods with `requireRead`, `requireWrite`,
 * `requireTruncate` or `requireOpen`, which refuse what Linux refuses. Who overrides `close` calls
 * `super.close()`, or sees to EBADF alone.
 */
export abstract class BaseHandle implements Handle {
  /** The flags that the file was opened with. */
  readonly flags: number;
  /** The path that it was opened by, for messages. */
  readonly path: string | undefined;
  #closed = false;
  #position = 0;
  /** The positioned call under way, when one is. */
  #busy: Promise<unknown> | null = null;

  /** A handle opened with the `flags` of `open`; `path` is the caller's, for messages. */
  constructor(flags: number, path?: string) {
    this.flags = flags;
    this.path = path;
  }

  /** The error for an operation on this handle. */
  protected fail(code: ErrnoName, syscall: string): FsError {
    return new FsError(code, { syscall, path: this.path });
  }

  /** Fails with EBADF once {@linkcode BaseHandle.close} has been called. */
  protected requireOpen(syscall: string): void {
    if (this.#closed) throw this.fail("EBADF", syscall);
  }

  /** Fails with EBADF unless the handle is open for reading, with EINVAL for no offset. */
  protected requireRead(syscall: string, offset = 0): void {
    this.requireOpen(syscall);
    if ((this.flags & O_PATH) !== 0 || !allowsRead(this.flags)) throw this.fail("EBADF", syscall);
    this.#requireCount(syscall, offset);
  }

  /** Fails with EBADF unless the handle is open for writing, with EINVAL for no offset. */
  protected requireWrite(syscall: string, offset = 0): void {
    this.requireOpen(syscall);
    if ((this.flags & O_PATH) !== 0 || !allowsWrite(this.flags)) throw this.fail("EBADF", syscall);
    this.#requireCount(syscall, offset);
  }

  /** `ftruncate(2)`: EBADF when closed, EINVAL unless open for writing and `size` is a size. */
  protected requireTruncate(size: number): void {
    this.requireOpen("truncate");
    if (!allowsWrite(this.flags)) throw this.fail("EINVAL", "truncate");
    this.#requireCount("truncate", size);
  }

  #requireCount(syscall: string, count: number): void {
    if (!Number.isSafeInteger(count) || count < 0) throw this.fail("EINVAL", syscall);
  }

  /** Runs after the positioned call before it. */
  #inOrder<T>(run: () => MaybePromise<T>): MaybePromise<T> {
    const value = this.#busy === null ? run() : this.#busy.then(run, run);
    if (!(value instanceof Promise)) return value;
    const settled: Promise<unknown> = value.catch(() => {}).then(() => {
      if (this.#busy === settled) this.#busy = null;
    });
    this.#busy = settled;
    return value;
  }

  /** `readAt` at the position. */
  read(buffer: Uint8Array, context?: Context): MaybePromise<number> {
    return this.#inOrder(() =>
      chain(this.readAt(buffer, this.#position, context), (size) => {
        this.#position += requireCount(size, buffer.length);
        return size;
      })
    );
  }

  /** `writeAt` at the position, which ends behind the data; with O_APPEND at the end of the file. */
  write(data: Uint8Array, context?: Context): MaybePromise<number> {
    return this.#inOrder(() =>
      chain(this.writeAt(data, this.#position, context), (size) => {
        requireCount(size, data.length);
        // write(2): nothing written goes nowhere.
        if ((this.flags & O_APPEND) === 0 || size === 0) {
          this.#position += size;
          return size;
        }
        return chain(this.stat(context), (info) => {
          this.#position = info.size;
          return size;
        });
      })
    );
  }

  /** Moves the position; SEEK_END asks `stat` for the size. */
  seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    const to = (position: number): number => {
      if (!Number.isSafeInteger(position) || position < 0) throw this.fail("EINVAL", "seek");
      this.#position = position;
      return position;
    };
    return this.#inOrder(() => {
      this.requireOpen("seek");
      if (whence === SEEK_SET) return to(offset);
      if (whence === SEEK_CUR) return to(this.#position + offset);
      if (whence !== SEEK_END) throw this.fail("EINVAL", "seek");
      return chain(this.stat(context), (info) => to(info.size + offset));
    });
  }

  /** Nothing to let go of: from now on everything here that takes an open handle fails with EBADF. */
  close(_context?: Context): MaybePromise<void> {
    this.requireOpen("close");
    this.#closed = true;
  }

  /** ENOSYS. */
  readAt(_buffer: Uint8Array, _offset: number, _context?: Context): MaybePromise<number> {
    throw this.fail("ENOSYS", "read");
  }

  /** ENOSYS. */
  writeAt(_data: Uint8Array, _offset: number, _context?: Context): MaybePromise<number> {
    throw this.fail("ENOSYS", "write");
  }

  /** ENOSYS. */
  stat(_context?: Context): MaybePromise<FileInfo> {
    throw this.fail("ENOSYS", "stat");
  }

  /** Nothing is buffered. */
  sync(_dataOnly?: boolean, _context?: Context): MaybePromise<void> {
    this.requireOpen("sync");
  }

  /** ENOSYS. */
  truncate(_size: number, _context?: Context): MaybePromise<void> {
    throw this.fail("ENOSYS", "truncate");
  }

  /** ENOSYS. */
  chmod(_mode: number, _context?: Context): MaybePromise<void> {
    throw this.fail("ENOSYS", "chmod");
  }

  /** ENOSYS. */
  chown(_uid: number, _gid: number, _context?: Context): MaybePromise<void> {
    throw this.fail("ENOSYS", "chown");
  }

  /** ENOSYS. */
  utimes(_atime: TimeChange, _mtime: TimeChange, _context?: Context): MaybePromise<void> {
    throw this.fail("ENOSYS", "utimes");
  }

  /** ENOSYS. */
  allocate(
    _mode: number,
    _offset: number,
    _length: number,
    _context?: Context,
  ): MaybePromise<void> {
    throw this.fail("ENOSYS", "allocate");
  }

  /** ENOSYS. */
  copyRange(
    _offset: number,
    _target: Handle,
    _targetOffset: number,
    _length: number,
    _context?: Context,
  ): MaybePromise<number> {
    throw this.fail("ENOSYS", "copyRange");
  }

  /** ENOSYS. */
  seekHole(_offset: number, _whence: number, _context?: Context): MaybePromise<number> {
    throw this.fail("ENOSYS", "seekHole");
  }

  /** ENOSYS. */
  getLock(_lock: FileLock, _context?: Context): MaybePromise<FileLock | null> {
    throw this.fail("ENOSYS", "getLock");
  }

  /** ENOSYS. */
  setLock(_lock: FileLock, _wait: boolean, _context?: Context): MaybePromise<void> {
    throw this.fail("ENOSYS", "setLock");
  }

  /** ENOSYS. */
  getXattr(_name: string, _context?: Context): MaybePromise<Uint8Array> {
    throw this.fail("ENOSYS", "getXattr");
  }

  /** ENOSYS. */
  setXattr(
    _name: string,
    _value: Uint8Array,
    _flags: number,
    _context?: Context,
  ): MaybePromise<void> {
    throw this.fail("ENOSYS", "setXattr");
  }

  /** ENOSYS. */
  listXattr(_context?: Context): MaybePromise<string[]> {
    throw this.fail("ENOSYS", "listXattr");
  }

  /** ENOSYS. */
  removeXattr(_name: string, _context?: Context): MaybePromise<void> {
    throw this.fail("ENOSYS", "removeXattr");
  }

  /** `close()` for `using`; an error that comes later is an unhandled rejection. */
  [Symbol.dispose](): void {
    const closing = this.close();
    if (closing instanceof Promise) closing.catch((thrown) => Promise.reject(thrown));
  }

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
