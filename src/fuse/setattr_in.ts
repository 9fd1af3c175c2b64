/**
 * `struct fuse_setattr_in`: which attributes to change, and to what.
 *
 * @module
 */
import { FATTR } from "./abi.ts";
import { readI64, readU64 } from "./word64.ts";

/** Size of `struct fuse_setattr_in`. */
export const SETATTR_IN_SIZE = 88;

/** Seed 2's `fuse.SetAttrIn`: the fields count where `valid` has their {@linkcode FATTR} bit. */
export class SetAttrIn {
  /** A set of {@linkcode FATTR} bits. */
  valid = 0;
  /** File handle, with FATTR.FH. */
  fh = 0;
  /** New size in bytes. */
  size = 0;
  /** New access time, seconds. */
  atime = 0;
  /** New modification time, seconds. */
  mtime = 0;
  /** New change time, seconds; only with a writeback cache. */
  ctime = 0;
  /** Nanoseconds of `atime`. */
  atimensec = 0;
  /** Nanoseconds of `mtime`. */
  mtimensec = 0;
  /** Nanoseconds of `ctime`. */
  ctimensec = 0;
  /** New permissions, with the type that the file has. */
  mode = 0;
  /** New owner. */
  uid = 0;
  /** New group. */
  gid = 0;

  /** Whether the bit is set in `valid`. */
  has(bit: number): boolean {
    return (this.valid & bit) !== 0;
  }

  /** Reads the struct at `offset`. */
  decode(view: DataView, offset: number): void {
    this.valid = view.getUint32(offset, true);
    this.fh = this.has(FATTR.FH) ? readU64(view, offset + 8) : 0;
    this.size = readU64(view, offset + 16);
    this.atime = readSeconds(view, offset + 32);
    this.mtime = readSeconds(view, offset + 40);
    this.ctime = readSeconds(view, offset + 48);
    this.atimensec = view.getUint32(offset + 56, true);
    this.mtimensec = view.getUint32(offset + 60, true);
    this.ctimensec = view.getUint32(offset + 64, true);
    this.mode = view.getUint32(offset + 68, true);
    this.uid = view.getUint32(offset + 76, true);
    this.gid = view.getUint32(offset + 80, true);
  }
}

/**
 * Seconds since 1970. A time that a number does not hold exactly, some 285 million years away, becomes the last
 * that it does: Linux does so with times that a filesystem cannot store.
 */
function readSeconds(view: DataView, offset: number): number {
  return Math.min(
    Math.max(readI64(view, offset), Number.MIN_SAFE_INTEGER),
    Number.MAX_SAFE_INTEGER,
  );
}
