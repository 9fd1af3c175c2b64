/**
 * Extended attributes of real files.
 *
 * @module
 */
import { decodeName, ERRNO, type FsErrorDetails } from "../base/mod.ts";
import {
  CStringArea,
  failure,
  fgetxattr,
  flistxattr,
  fremovexattr,
  fsetxattr,
  lgetxattr,
  llistxattr,
  lremovexattr,
  lsetxattr,
  MemoryBlock,
  XATTR_SIZE_MAX,
} from "../libc/mod.ts";
import type { Context } from "../provider/mod.ts";
import { isHiddenXattr } from "./trusted_xattr.ts";

/** A file: its open descriptor, or a path of the host that no link can lead astray. */
export type XattrTarget = number | string;

/** Whose call it is, and what its errors say. */
export interface XattrCaller extends FsErrorDetails {
  /** Whoever asks. */
  readonly context: Context | undefined;
}

const MISSING = -ERRNO.ENOENT.number;

/**
 * Calls for files that are named in either way. The kernel sees who serves, often root: what it would refuse the
 * caller, `trusted.` attributes, is refused here.
 */
export class XattrCalls {
  readonly #path = new CStringArea();
  readonly #name = new CStringArea();
  readonly #block = new MemoryBlock(XATTR_SIZE_MAX);

  /** A copy of the value. */
  get(target: XattrTarget, name: string, caller: XattrCaller): Uint8Array {
    const value = this.find(target, name, caller);
    if (value === null) throw failure(-ERRNO.ENODATA.number, caller);
    return value;
  }

  /** A copy of the value, or null when there is none. */
  find(target: XattrTarget, name: string, caller: XattrCaller): Uint8Array | null {
    const address = this.#name.put(name);
    const size = typeof target === "number"
      ? fgetxattr(target, address, this.#block)
      : lgetxattr(this.#path.put(target), address, this.#block);
    if (size === -ERRNO.ENODATA.number) return null;
    if (size < 0) throw failure(size, caller);
    if (isHiddenXattr(name, caller.context)) return null;
    return this.#block.bytes.slice(0, size);
  }

  /** Sets a value. */
  set(
    target: XattrTarget,
    name: string,
    value: Uint8Array,
    flags: number,
    caller: XattrCaller,
  ): void {
    const address = this.#name.put(name);
    if (isHiddenXattr(name, caller.context)) {
      // Without a path the kernel looks at the other arguments only.
      const refused = lsetxattr(this.#path.put(""), address, value, flags);
      if (refused !== MISSING) throw failure(refused, caller);
      this.#refuse(target, name, caller);
    }
    const result = typeof target === "number"
      ? fsetxattr(target, address, value, flags)
      : lsetxattr(this.#path.put(target), address, value, flags);
    if (result < 0) throw failure(result, caller);
  }

  /** All names that the caller may see. */
  list(target: XattrTarget, caller: XattrCaller): string[] {
    const size = typeof target === "number"
      ? flistxattr(target, this.#block)
      : llistxattr(this.#path.put(target), this.#block);
    if (size < 0) throw failure(size, caller);
    const { bytes } = this.#block;
    const names: string[] = [];
    for (let at = 0; at < size;) {
      const end = bytes.indexOf(0, at);
      const name = decodeName(bytes, at, end);
      if (!isHiddenXattr(name, caller.context)) names.push(name);
      at = end + 1;
    }
    return names;
  }

  /** Removes one. */
  remove(target: XattrTarget, name: string, caller: XattrCaller): void {
    if (isHiddenXattr(name, caller.context)) this.#refuse(target, name, caller);
    const address = this.#name.put(name);
    const result = typeof target === "number"
      ? fremovexattr(target, address)
      : lremovexattr(this.#path.put(target), address);
    if (result < 0) throw failure(result, caller);
  }

  /** EPERM, where there is nothing else to say of the file. */
  #refuse(target: XattrTarget, name: string, caller: XattrCaller): never {
    this.find(target, name, caller);
    throw failure(-ERRNO.EPERM.number, caller);
  }
}
