/**
 * An open file that nobody can change.
 *
 * @module
 */
import { FsError, type MaybePromise } from "../base/mod.ts";
import {
  type Capability,
  type CapabilitySet,
  type Context,
  ForwardHandle,
  type Handle,
  type TimeChange,
} from "../provider/mod.ts";

/**
 * A handle of {@linkcode ReadonlyProvider}. The handle below was opened for reading, so it would
 * refuse a write itself; here the reason is said too, and what needs no write access (permissions,
 * owner, times, extended attributes) is refused as well.
 */
export class ReadonlyHandle extends ForwardHandle {
  readonly #path: string;
  readonly #capabilities: CapabilitySet;

  /** @param path The caller's path, for messages. @param capabilities Those of the provider below. */
  constructor(inner: Handle, path: string, capabilities: CapabilitySet) {
    super(inner);
    this.#path = path;
    this.#capabilities = capabilities;
  }

  /** EROFS. */
  override write(_data: Uint8Array, _context?: Context): MaybePromise<number> {
    throw this.#refused("write");
  }

  /** EROFS. */
  override writeAt(_data: Uint8Array, _offset: number, _context?: Context): MaybePromise<number> {
    throw this.#refused("write");
  }

  /** EROFS. */
  override truncate(_size: number, _context?: Context): MaybePromise<void> {
    throw this.#refused("truncate");
  }

  /** EROFS. */
  override chmod(mode: number, context?: Context): MaybePromise<void> {
    if (this.#lacks("handleAttr")) return super.chmod(mode, context);
    throw this.#refused("chmod");
  }

  /** EROFS. */
  override chown(uid: number, gid: number, context?: Context): MaybePromise<void> {
    if (this.#lacks("handleAttr")) return super.chown(uid, gid, context);
    throw this.#refused("chown");
  }

  /** EROFS, unless both times are left as they are. */
  override utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void> {
    if (this.#lacks("handleAttr")) return super.utimes(atime, mtime, context);
    if (atime !== null || mtime !== null) throw this.#refused("utimes");
  }

  /** EROFS. */
  override allocate(
    mode: number,
    offset: number,
    length: number,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("allocate")) return super.allocate(mode, offset, length, context);
    throw this.#refused("allocate");
  }

  /** EROFS for a target that is read-only; from here to another handle of the provider it works. */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number> {
    if (target instanceof ReadonlyHandle && !this.#lacks("copyRange")) {
      throw target.#refused("copyRange");
    }
    return super.copyRange(offset, target, targetOffset, length, context);
  }

  /** EROFS. */
  override setXattr(
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("xattr")) return super.setXattr(name, value, flags, context);
    throw this.#refused("setXattr");
  }

  /** EROFS. */
  override removeXattr(name: string, context?: Context): MaybePromise<void> {
    if (this.#lacks("xattr")) return super.removeXattr(name, context);
    throw this.#refused("removeXattr");
  }

  #lacks(capability: Capability): boolean {
    return !this.#capabilities.has(capability);
  }

  #refused(syscall: string): FsError {
    return new FsError("EROFS", { syscall, path: this.#path });
  }
}
