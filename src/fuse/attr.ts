/**
 * `struct fuse_attr`, `fuse_entry_out`, `fuse_attr_out`: attributes on their way to the kernel.
 *
 * @module
 */
import { write64 } from "./word64.ts";

/** Size of `struct fuse_attr`. */
export const ATTR_SIZE = 88;
/** Size of `struct fuse_entry_out`. */
export const ENTRY_OUT_SIZE = 128;
/** Size of `struct fuse_attr_out`. */
export const ATTR_OUT_SIZE = 16 + ATTR_SIZE;

/** `struct fuse_attr`, filled in by the filesystem. Reused from request to request: reset first. */
export class Attr {
  /** Inode number. */
  ino: number | bigint = 0;
  /** Size in bytes. */
  size = 0;
  /** Blocks of 512 bytes. */
  blocks = 0;
  /** Last access, seconds since 1970; negative before. */
  atime = 0;
  /** Last change of content, seconds. */
  mtime = 0;
  /** Last change of the inode, seconds. */
  ctime = 0;
  /** Nanoseconds of `atime`. */
  atimensec = 0;
  /** Nanoseconds of `mtime`. */
  mtimensec = 0;
  /** Nanoseconds of `ctime`. */
  ctimensec = 0;
  /** Type and permissions. */
  mode = 0;
  /** Number of names. What is not told has one: the kernel refuses to link what has none. */
  nlink = 1;
  /** Owner. */
  uid = 0;
  /** Group. */
  gid = 0;
  /** Device number of a device node. */
  rdev = 0;
  /** Preferred size of a transfer; 0 lets the kernel choose. */
  blksize = 0;
  /** `FUSE_ATTR_` flags. */
  flags = 0;

  /** Sets every field to 0, but `nlink` to 1. */
  reset(): void {
    this.ino = 0;
    this.size = this.blocks = 0;
    this.atime = this.mtime = this.ctime = 0;
    this.atimensec = this.mtimensec = this.ctimensec = 0;
    this.mode = this.uid = this.gid = 0;
    this.rdev = this.blksize = this.flags = 0;
    this.nlink = 1;
  }

  /** Writes the 88 bytes at `offset`. */
  encode(view: DataView, offset: number): void {
    write64(view, offset, this.ino);
    write64(view, offset + 8, this.size);
    write64(view, offset + 16, this.blocks);
    write64(view, offset + 24, this.atime);
    write64(view, offset + 32, this.mtime);
    write64(view, offset + 40, this.ctime);
    view.setUint32(offset + 48, this.atimensec, true);
    view.setUint32(offset + 52, this.mtimensec, true);
    view.setUint32(offset + 56, this.ctimensec, true);
    view.setUint32(offset + 60, this.mode, true);
    view.setUint32(offset + 64, this.nlink, true);
    view.setUint32(offset + 68, this.uid, true);
    view.setUint32(offset + 72, this.gid, true);
    view.setUint32(offset + 76, this.rdev, true);
    view.setUint32(offset + 80, this.blksize, true);
    view.setUint32(offset + 84, this.flags, true);
  }
}

/** Writes a time limit as seconds at `seconds` and nanoseconds at `nanoseconds`. */
export function encodeTimeout(
  view: DataView,
  seconds: number,
  nanoseconds: number,
  ms: number,
): void {
  const whole = Math.floor(ms / 1000);
  write64(view, seconds, whole);
  view.setUint32(nanoseconds, Math.round((ms - whole * 1000) * 1e6), true);
}

/**
 * `struct fuse_attr_out`: attributes and how long the kernel may keep them. Seed 2's `fuse.AttrOut`.
 */
export class AttrOut {
  /** How long the kernel may use the attributes, in milliseconds; undefined: the mount's default. */
  attrTimeoutMs: number | undefined = undefined;
  /** The attributes. */
  readonly attr: Attr = new Attr();

  /** Clears everything for the next request. */
  reset(): void {
    this.attrTimeoutMs = undefined;
    this.attr.reset();
  }

  /** Writes the 104 bytes at `offset`; `defaultMs` stands in for an undefined timeout. */
  encode(view: DataView, offset: number, defaultMs: number): void {
    encodeTimeout(view, offset, offset + 8, this.attrTimeoutMs ?? defaultMs);
    view.setUint32(offset + 12, 0, true);
    this.attr.encode(view, offset + 16);
  }
}

/**
 * `struct fuse_entry_out`: what a name leads to and how long the kernel may remember it. Seed 2's
 * `fuse.EntryOut`. Node id 0 is a negative entry: nothing is there, and the kernel may remember that.
 */
export class EntryOut {
  /** Our number for the node. */
  nodeid = 0;
  /** Tells apart two files that had the same node id one after the other. */
  generation = 0;
  /** How long the kernel may use the name, in milliseconds; undefined: the mount's default. */
  entryTimeoutMs: number | undefined = undefined;
  /** How long the kernel may use the attributes, in milliseconds; undefined: the mount's default. */
  attrTimeoutMs: number | undefined = undefined;
  /** The attributes. */
  readonly attr: Attr = new Attr();

  /** Clears everything for the next request. */
  reset(): void {
    this.nodeid = 0;
    this.generation = 0;
    this.entryTimeoutMs = undefined;
    this.attrTimeoutMs = undefined;
    this.attr.reset();
  }

  /** Writes the 128 bytes at `offset`; the defaults stand in for undefined timeouts. */
  encode(view: DataView, offset: number, entryDefaultMs: number, attrDefaultMs: number): void {
    write64(view, offset, this.nodeid);
    write64(view, offset + 8, this.generation);
    encodeTimeout(view, offset + 16, offset + 32, this.entryTimeoutMs ?? entryDefaultMs);
    encodeTimeout(view, offset + 24, offset + 36, this.attrTimeoutMs ?? attrDefaultMs);
    this.attr.encode(view, offset + 40);
  }
}
