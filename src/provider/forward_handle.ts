/**
 * A handle that changes nothing.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { Context } from "./context.ts";
import type { FileInfo } from "./file_info.ts";
import type { Handle, TimeChange } from "./handle.ts";
import type { FileLock } from "./lock.ts";

/** Delegates everything to the handle it wraps; layers extend it. */
export abstract class ForwardHandle implements Handle {
  /** The handle below. */
  protected readonly inner: Handle;

  /** Wraps `inner`, which from now on belongs to this handle. */
  constructor(inner: Handle) {
    this.inner = inner;
  }

  /**
   * As the inner handle; a target of the same layer is unwrapped, so that the provider knows it. One of
   * another layer is not: that layer has a say in what is written.
   */
  copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number> {
    const isOurs = target instanceof ForwardHandle && target.constructor === this.constructor;
    const below = isOurs ? target.inner : target;
    return this.inner.copyRange(offset, below, targetOffset, length, context);
  }

  /** As the inner handle. */
  read(buffer: Uint8Array, context?: Context): MaybePromise<number> {
    return this.inner.read(buffer, context);
  }

  /** As the inner handle. */
  write(data: Uint8Array, context?: Context): MaybePromise<number> {
    return this.inner.write(data, context);
  }

  /** As the inner handle. */
  seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.inner.seek(offset, whence, context);
  }

  /** As the inner handle. */
  close(context?: Context): MaybePromise<void> {
    return this.inner.close(context);
  }

  /** As the inner handle. */
  readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    return this.inner.readAt(buffer, offset, context);
  }

  /** As the inner handle. */
  writeAt(data: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    return this.inner.writeAt(data, offset, context);
  }

  /** As the inner handle. */
  stat(context?: Context): MaybePromise<FileInfo> {
    return this.inner.stat(context);
  }

  /** As the inner handle. */
  sync(dataOnly?: boolean, context?: Context): MaybePromise<void> {
    return this.inner.sync(dataOnly, context);
  }

  /** As the inner handle. */
  truncate(size: number, context?: Context): MaybePromise<void> {
    return this.inner.truncate(size, context);
  }

  /** As the inner handle. */
  chmod(mode: number, context?: Context): MaybePromise<void> {
    return this.inner.chmod(mode, context);
  }

  /** As the inner handle. */
  chown(uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.inner.chown(uid, gid, context);
  }

  /** As the inner handle. */
  utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void> {
    return this.inner.utimes(atime, mtime, context);
  }

  /** As the inner handle. */
  allocate(mode: number, offset: number, length: number, context?: Context): MaybePromise<void> {
    return this.inner.allocate(mode, offset, length, context);
  }

  /** As the inner handle. */
  seekHole(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.inner.seekHole(offset, whence, context);
  }

  /** As the inner handle. */
  getLock(lock: FileLock, context?: Context): MaybePromise<FileLock | null> {
    return this.inner.getLock(lock, context);
  }

  /** As the inner handle. */
  setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    return this.inner.setLock(lock, wait, context);
  }

  /** As the inner handle. */
  getXattr(name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.inner.getXattr(name, context);
  }

  /** As the inner handle. */
  setXattr(name: string, value: Uint8Array, flags: number, context?: Context): MaybePromise<void> {
    return this.inner.setXattr(name, value, flags, context);
  }

  /** As the inner handle. */
  listXattr(context?: Context): MaybePromise<string[]> {
    return this.inner.listXattr(context);
  }

  /** As the inner handle. */
  removeXattr(name: string, context?: Context): MaybePromise<void> {
    return this.inner.removeXattr(name, context);
  }

  /** `close()` for `using`. */
  [Symbol.dispose](): void {
    this.inner[Symbol.dispose]();
  }

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
