/**
 * A layer that changes nothing.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { CapabilitySet } from "./capability.ts";
import type { Context } from "./context.ts";
import type { DirEntry } from "./dir_entry.ts";
import type { FileInfo } from "./file_info.ts";
import type { Handle, TimeChange } from "./handle.ts";
import type { Provider } from "./provider.ts";
import type { StatFs } from "./stat_fs.ts";
import type { WatchEvent } from "./watch_event.ts";

/**
 * Delegates everything to the provider it wraps, so a layer says only what it changes and neither
 * loses nor invents a capability.
 */
export abstract class Forward implements Provider {
  /** The provider below. */
  protected readonly inner: Provider;

  /** Wraps `inner`, which from now on belongs to the layer: closing the layer closes it. */
  constructor(inner: Provider) {
    this.inner = inner;
  }

  /** What the inner provider can do. */
  get capabilities(): CapabilitySet {
    return this.inner.capabilities;
  }

  /** As the inner provider. */
  readonly(): boolean {
    return this.inner.readonly();
  }

  /** As the inner provider. */
  stat(path: string, context?: Context): MaybePromise<FileInfo> {
    return this.inner.stat(path, context);
  }

  /** As the inner provider. */
  readDir(path: string, context?: Context): MaybePromise<readonly DirEntry[]> {
    return this.inner.readDir(path, context);
  }

  /** As the inner provider. */
  open(path: string, flags: number, mode: number, context?: Context): MaybePromise<Handle> {
    return this.inner.open(path, flags, mode, context);
  }

  /** As the inner provider. */
  create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    return this.inner.create(path, mode, context);
  }

  /** As the inner provider. */
  mkdir(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.inner.mkdir(path, mode, context);
  }

  /** As the inner provider. */
  chmod(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.inner.chmod(path, mode, context);
  }

  /** As the inner provider. */
  remove(path: string, context?: Context): MaybePromise<void> {
    return this.inner.remove(path, context);
  }

  /** As the inner provider. */
  removeAll(path: string, context?: Context): MaybePromise<void> {
    return this.inner.removeAll(path, context);
  }

  /** As the inner provider. */
  rename(oldPath: string, newPath: string, context?: Context): MaybePromise<void> {
    return this.inner.rename(oldPath, newPath, context);
  }

  /** As the inner provider. */
  symlink(target: string, link: string, context?: Context): MaybePromise<void> {
    return this.inner.symlink(target, link, context);
  }

  /** As the inner provider. */
  readlink(path: string, context?: Context): MaybePromise<string> {
    return this.inner.readlink(path, context);
  }

  /** As the inner provider. */
  unlink(path: string, context?: Context): MaybePromise<void> {
    return this.inner.unlink(path, context);
  }

  /** As the inner provider. */
  rmdir(path: string, context?: Context): MaybePromise<void> {
    return this.inner.rmdir(path, context);
  }

  /** As the inner provider. */
  lstat(path: string, context?: Context): MaybePromise<FileInfo> {
    return this.inner.lstat(path, context);
  }

  /** As the inner provider. */
  link(existing: string, newPath: string, context?: Context): MaybePromise<void> {
    return this.inner.link(existing, newPath, context);
  }

  /** As the inner provider. A layer with handles of its own passes on what is below them. */
  linkHandle(handle: Handle, newPath: string, context?: Context): MaybePromise<void> {
    return this.inner.linkHandle(handle, newPath, context);
  }

  /** As the inner provider. */
  mknod(path: string, mode: number, rdev: number, context?: Context): MaybePromise<void> {
    return this.inner.mknod(path, mode, rdev, context);
  }

  /** As the inner provider. */
  chown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.inner.chown(path, uid, gid, context);
  }

  /** As the inner provider. */
  lchown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.inner.lchown(path, uid, gid, context);
  }

  /** As the inner provider. */
  utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    return this.inner.utimes(path, atime, mtime, context);
  }

  /** As the inner provider. */
  lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    return this.inner.lutimes(path, atime, mtime, context);
  }

  /** As the inner provider. */
  truncate(path: string, size: number, context?: Context): MaybePromise<void> {
    return this.inner.truncate(path, size, context);
  }

  /** As the inner provider. */
  statfs(path: string, context?: Context): MaybePromise<StatFs> {
    return this.inner.statfs(path, context);
  }

  /** As the inner provider. */
  rename2(oldPath: string, newPath: string, flags: number, context?: Context): MaybePromise<void> {
    return this.inner.rename2(oldPath, newPath, flags, context);
  }

  /** As the inner provider. */
  getXattr(path: string, name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.inner.getXattr(path, name, context);
  }

  /** As the inner provider. */
  setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.inner.setXattr(path, name, value, flags, context);
  }

  /** As the inner provider. */
  listXattr(path: string, context?: Context): MaybePromise<string[]> {
    return this.inner.listXattr(path, context);
  }

  /** As the inner provider. */
  removeXattr(path: string, name: string, context?: Context): MaybePromise<void> {
    return this.inner.removeXattr(path, name, context);
  }

  /** As the inner provider. */
  watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    return this.inner.watch(path, context);
  }

  /** Closes the inner provider. */
  close(): MaybePromise<void> {
    return this.inner.close();
  }

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
