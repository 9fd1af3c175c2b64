/**
 * An open file that hooks have put in place of another.
 *
 * @module
 */
import { basename, chain, type MaybePromise, rescue } from "../base/mod.ts";
import type { Context, FileInfo, FileLock, Handle, TimeChange } from "../provider/mod.ts";
import { inCallersTerms } from "./callers_terms.ts";
import { InterceptHandle } from "./intercept_handle.ts";
import type { Opened } from "./intercepted_attributes.ts";
import type { Interception } from "./interception.ts";

/** Errors and attributes name the path that was asked for; hooks know the file by the one that was opened. */
export class RedirectedHandle extends InterceptHandle {
  readonly #asked: string;

  /** @param asked The path, clean, that the caller opened. */
  constructor(inner: Handle, interception: Interception, opened: Opened, asked: string) {
    super(inner, interception, opened);
    this.#asked = asked;
  }

  #told<T>(run: () => MaybePromise<T>): MaybePromise<T> {
    return rescue(run, (thrown): never => {
      const asked = { path: this.#asked, newPath: "" };
      throw inCallersTerms(thrown, asked, { path: this.openedPath, newPath: "" });
    });
  }

  /** As the file that was opened. */
  override read(buffer: Uint8Array, context?: Context): MaybePromise<number> {
    return this.#told(() => super.read(buffer, context));
  }

  /** As the file that was opened. */
  override readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    return this.#told(() => super.readAt(buffer, offset, context));
  }

  /** As the file that was opened. */
  override write(data: Uint8Array, context?: Context): MaybePromise<number> {
    return this.#told(() => super.write(data, context));
  }

  /** As the file that was opened. */
  override writeAt(data: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    return this.#told(() => super.writeAt(data, offset, context));
  }

  /** As the file that was opened. */
  override seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.#told(() => super.seek(offset, whence, context));
  }

  /** As the file that was opened. */
  override close(context?: Context): MaybePromise<void> {
    return this.#told(() => super.close(context));
  }

  /** As the file that was opened, under the name that was asked for. */
  override stat(context?: Context): MaybePromise<FileInfo> {
    const name = basename(this.#asked);
    return this.#told(() => chain(super.stat(context), (info) => info.with({ name })));
  }

  /** As the file that was opened. */
  override sync(dataOnly?: boolean, context?: Context): MaybePromise<void> {
    return this.#told(() => super.sync(dataOnly, context));
  }

  /** As the file that was opened. */
  override truncate(size: number, context?: Context): MaybePromise<void> {
    return this.#told(() => super.truncate(size, context));
  }

  /** As the file that was opened. */
  override chmod(mode: number, context?: Context): MaybePromise<void> {
    return this.#told(() => super.chmod(mode, context));
  }

  /** As the file that was opened. */
  override chown(uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.#told(() => super.chown(uid, gid, context));
  }

  /** As the file that was opened. */
  override utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void> {
    return this.#told(() => super.utimes(atime, mtime, context));
  }

  /** As the file that was opened. */
  override allocate(
    mode: number,
    offset: number,
    length: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.#told(() => super.allocate(mode, offset, length, context));
  }

  /** As the file that was opened. */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number> {
    return this.#told(() => super.copyRange(offset, target, targetOffset, length, context));
  }

  /** As the file that was opened. */
  override seekHole(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.#told(() => super.seekHole(offset, whence, context));
  }

  /** As the file that was opened. */
  override getLock(lock: FileLock, context?: Context): MaybePromise<FileLock | null> {
    return this.#told(() => super.getLock(lock, context));
  }

  /** As the file that was opened. */
  override setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    return this.#told(() => super.setLock(lock, wait, context));
  }

  /** As the file that was opened. */
  override getXattr(name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.#told(() => super.getXattr(name, context));
  }

  /** As the file that was opened. */
  override setXattr(
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.#told(() => super.setXattr(name, value, flags, context));
  }

  /** As the file that was opened. */
  override listXattr(context?: Context): MaybePromise<string[]> {
    return this.#told(() => super.listXattr(context));
  }

  /** As the file that was opened. */
  override removeXattr(name: string, context?: Context): MaybePromise<void> {
    return this.#told(() => super.removeXattr(name, context));
  }
}
