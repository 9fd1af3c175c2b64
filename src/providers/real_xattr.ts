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

/** A file: its open descriptor, or a path of the host that no link can lead astray. */
export type XattrTarget = number | string;

/**
 * Calls for files that are named in either way. `details` is what their errors say.
 */
export class XattrCalls {
  readonly #path = new CStringArea();
  readonly #name = new CStringArea();
  readonly #block = new MemoryBlock(XATTR_SIZE_MAX);

  /** A copy of the value. */
  get(target: XattrTarget, name: string, details: FsErrorDetails): Uint8Array {
    const value = this.find(target, name, details);
    if (value === null) throw failure(-ERRNO.ENODATA.number, details);
    return value;
  }

  /** A copy of the value, or null when there is none. */
  find(target: XattrTarget, name: string, details: FsErrorDetails): Uint8Array | null {
    const address = this.#name.put(name);
    const size = typeof target === "number"
      ? fgetxattr(target, address, this.#block)
      : lgetxattr(this.#path.put(target), address, this.#block);
    if (size === -ERRNO.ENODATA.number) return null;
    if (size < 0) throw failure(size, details);
    return this.#block.bytes.slice(0, size);
  }

  /** Sets a value. */
  set(
    target: XattrTarget,
    name: string,
    value: Uint8Array,
    flags: number,
    details: FsErrorDetails,
  ): void {
    const address = this.#name.put(name);
    const result = typeof target === "number"
      ? fsetxattr(target, address, value, flags)
      : lsetxattr(this.#path.put(target), address, value, flags);
    if (result < 0) throw failure(result, details);
  }

  /** All names. */
  list(target: XattrTarget, details: FsErrorDetails): string[] {
    const size = typeof target === "number"
      ? flistxattr(target, this.#block)
      : llistxattr(this.#path.put(target), this.#block);
    if (size < 0) throw failure(size, details);
    const { bytes } = this.#block;
    const names: string[] = [];
    for (let at = 0; at < size;) {
      const end = bytes.indexOf(0, at);
      names.push(decodeName(bytes, at, end));
      at = end + 1;
    }
    return names;
  }

  /** Removes one. */
  remove(target: XattrTarget, name: string, details: FsErrorDetails): void {
    const address = this.#name.put(name);
    const result = typeof target === "number"
      ? fremovexattr(target, address)
      : lremovexattr(this.#path.put(target), address);
    if (result < 0) throw failure(result, details);
  }
}
