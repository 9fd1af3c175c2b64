/**
 * `struct fuse_statx_out`: attributes with the time of birth.
 *
 * @module
 */
import { Attr, encodeTimeout } from "./attr.ts";
import { write64 } from "./word64.ts";

/** Size of `struct fuse_statx_out`. */
export const STATX_OUT_SIZE = 288;
/** Where `struct fuse_statx` begins in it. */
const STAT = 32;
/** STATX_BASIC_STATS: everything that {@linkcode Attr} has. */
const BASIC_STATS = 0x7ff;
/** STATX_BTIME. */
const BTIME = 0x800;

/** go-fuse's `fuse.StatxOut`. */
export class StatxOut {
  /** How long the kernel may use the attributes, in milliseconds; undefined: the mount's default. */
  attrTimeoutMs: number | undefined = undefined;
  /** The attributes. */
  readonly attr: Attr = new Attr();
  /** When the inode was made; null when that is not known. */
  birthtime: { readonly sec: number; readonly nsec: number } | null = null;
  /** A set of STATX_ATTR_ bits. */
  attributes = 0;
  /** Which bits of `attributes` mean something. */
  attributesMask = 0;

  /** Clears everything for the next request. */
  reset(): void {
    this.attrTimeoutMs = undefined;
    this.attr.reset();
    this.birthtime = null;
    this.attributes = this.attributesMask = 0;
  }

  /** Writes the 288 bytes at `offset`; `defaultMs` stands in for an undefined timeout. */
  encode(view: DataView, offset: number, defaultMs: number): void {
    for (let at = 0; at < STATX_OUT_SIZE; at += 4) view.setUint32(offset + at, 0, true);
    encodeTimeout(view, offset, offset + 8, this.attrTimeoutMs ?? defaultMs);
    const { attr, birthtime } = this;
    const at = offset + STAT;
    view.setUint32(at, birthtime === null ? BASIC_STATS : BASIC_STATS | BTIME, true);
    view.setUint32(at + 4, attr.blksize, true);
    write64(view, at + 8, this.attributes);
    view.setUint32(at + 16, attr.nlink, true);
    view.setUint32(at + 20, attr.uid, true);
    view.setUint32(at + 24, attr.gid, true);
    view.setUint16(at + 28, attr.mode, true);
    write64(view, at + 32, attr.ino);
    write64(view, at + 40, attr.size);
    write64(view, at + 48, attr.blocks);
    write64(view, at + 56, this.attributesMask);
    encodeTime(view, at + 64, attr.atime, attr.atimensec);
    if (birthtime !== null) encodeTime(view, at + 80, birthtime.sec, birthtime.nsec);
    encodeTime(view, at + 96, attr.ctime, attr.ctimensec);
    encodeTime(view, at + 112, attr.mtime, attr.mtimensec);
    // makedev(3): the major number has 12 bits, the minor one 8 below and 12 above it.
    view.setUint32(at + 128, (attr.rdev >>> 8) & 0xfff, true);
    view.setUint32(at + 132, (attr.rdev & 0xff) | ((attr.rdev >>> 12) & 0xfff00), true);
  }
}

function encodeTime(view: DataView, offset: number, sec: number, nsec: number): void {
  write64(view, offset, sec);
  view.setUint32(offset + 8, nsec, true);
}
