/**
 * An open file of a router.
 *
 * @module
 */
import { FsError, isPromise, type MaybePromise } from "../base/mod.ts";
import {
  type Context,
  type FileInfo,
  type FileLock,
  ForwardHandle,
  type Handle,
  type Provider,
  type TimeChange,
} from "../provider/mod.ts";
import type { InodeSpace } from "./inode_space.ts";
import type { Mount } from "./mount_table.ts";

/**
 * A handle of {@linkcode MountRouter}: speaks of the caller's path and gives the router's inode
 * numbers. It stays usable when its mount is taken away.
 */
export class RouterHandle extends ForwardHandle {
  readonly #mount: Mount;
  readonly #path: string;
  readonly #spaces: InodeSpace;
  readonly #name: string;

  /** @param path The caller's path, clean. @param name Its last component. */
  constructor(inner: Handle, mount: Mount, path: string, name: string, spaces: InodeSpace) {
    super(inner);
    this.#mount = mount;
    this.#path = path;
    this.#name = name;
    this.#spaces = spaces;
  }

  /** The handle of `provider` below; null when the file is another one's. */
  of(provider: Provider): Handle | null {
    return this.#mount.provider === provider ? this.inner : null;
  }

  /** A value of the handle below, its errors in the caller's terms. */
  #told<T>(value: MaybePromise<T>): MaybePromise<T> {
    return isPromise(value) ? value.catch((thrown) => this.#fail(thrown)) : value;
  }

  #fail(thrown: unknown): never {
    throw this.#mount.translate(thrown, this.#path);
  }

  /** As the handle below, at the position. */
  override read(buffer: Uint8Array, context?: Context): MaybePromise<number> {
    try {
      return this.#told(this.inner.read(buffer, context));
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** As the handle below, at the position. */
  override write(data: Uint8Array, context?: Context): MaybePromise<number> {
    try {
      return this.#told(this.inner.write(data, context));
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** As the handle below. */
  override readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    try {
      return this.#told(this.inner.readAt(buffer, offset, context));
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** As the handle below. */
  override writeAt(data: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    try {
      return this.#told(this.inner.writeAt(data, offset, context));
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** Calls that are not made for every block: here a closure is cheap enough. */
  #call<T>(run: () => MaybePromise<T>): MaybePromise<T> {
    try {
      return this.#told(run());
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** As the handle below. */
  override seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.#call(() => this.inner.seek(offset, whence, context));
  }

  /** As the handle below. */
  override close(context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.close(context));
  }

  /** As the handle below, with the router's inode number. */
  override stat(context?: Context): MaybePromise<FileInfo> {
    try {
      const info = this.inner.stat(context);
      if (!isPromise(info)) return this.#seen(info);
      return info.then((value) => this.#seen(value), (thrown) => this.#fail(thrown));
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  #seen(info: FileInfo): FileInfo {
    const ino = this.#spaces.map(this.#mount.space, info.ino);
    // A provider names its root "/"; everywhere else it knows best (a rename in the meantime).
    const name = info.name === "/" ? this.#name : info.name;
    return ino === info.ino && name === info.name ? info : info.with({ ino, name });
  }

  /** As the handle below. */
  override sync(dataOnly?: boolean, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.sync(dataOnly, context));
  }

  /** As the handle below. */
  override truncate(size: number, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.truncate(size, context));
  }

  /** As the handle below. */
  override chmod(mode: number, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.chmod(mode, context));
  }

  /** As the handle below. */
  override chown(uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.chown(uid, gid, context));
  }

  /** As the handle below. */
  override utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.utimes(atime, mtime, context));
  }

  /** As the handle below. */
  override allocate(
    mode: number,
    offset: number,
    length: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.#call(() => this.inner.allocate(mode, offset, length, context));
  }

  /** As the handle below; EXDEV to a file of another provider. */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number> {
    const routed = target instanceof RouterHandle;
    if (routed && target.#mount.provider !== this.#mount.provider) {
      throw new FsError("EXDEV", { syscall: "copyRange", path: this.#path, dest: target.#path });
    }
    const below = routed ? target.inner : target;
    return this.#call(() => this.inner.copyRange(offset, below, targetOffset, length, context));
  }

  /** As the handle below. */
  override seekHole(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.#call(() => this.inner.seekHole(offset, whence, context));
  }

  /** As the handle below. */
  override getLock(lock: FileLock, context?: Context): MaybePromise<FileLock | null> {
    return this.#call(() => this.inner.getLock(lock, context));
  }

  /** As the handle below. */
  override setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.setLock(lock, wait, context));
  }

  /** As the handle below. */
  override getXattr(name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.#call(() => this.inner.getXattr(name, context));
  }

  /** As the handle below. */
  override setXattr(
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.#call(() => this.inner.setXattr(name, value, flags, context));
  }

  /** As the handle below. */
  override listXattr(context?: Context): MaybePromise<string[]> {
    return this.#call(() => this.inner.listXattr(context));
  }

  /** As the handle below. */
  override removeXattr(name: string, context?: Context): MaybePromise<void> {
    return this.#call(() => this.inner.removeXattr(name, context));
  }
}
