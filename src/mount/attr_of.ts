/**
 * A provider's attributes in the kernel's form.
 *
 * @module
 */
import type { Attr } from "../fuse/mod.ts";
import { type FileInfo, requireInfo } from "../provider/mod.ts";

/** Copies what `info` tells. @throws {TypeError} When no file can have these attributes. */
export function fillAttr(attr: Attr, info: FileInfo): void {
  requireInfo(info);
  attr.ino = info.ino;
  attr.size = info.size;
  attr.blocks = info.blocks;
  attr.atime = info.atime.sec;
  attr.mtime = info.mtime.sec;
  attr.ctime = info.ctime.sec;
  attr.atimensec = info.atime.nsec;
  attr.mtimensec = info.mtime.nsec;
  attr.ctimensec = info.ctime.nsec;
  attr.mode = info.mode;
  attr.nlink = info.nlink;
  attr.uid = info.uid;
  attr.gid = info.gid;
  attr.rdev = info.rdev;
  attr.blksize = info.blksize;
}
