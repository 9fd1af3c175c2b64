/**
 * What the library adds to the attributes of a node.
 *
 * @module
 */
import { isDirectory, S_IFMT } from "../base/mod.ts";
import type { Attr, AttrOut, EntryOut, StatxOut } from "../fuse/mod.ts";
import type { Inode } from "./inode.ts";
import type { TreeOptions } from "./options.ts";

const BLKSIZE = 4096;

/** Attributes of a node that does not tell its own: its type, readable. */
export function describeByIdentity(inode: Inode, attr: Attr): void {
  attr.mode = inode.stableAttr.mode;
  attr.nlink = inode.isDir ? 2 : 1;
}

/**
 * Type and number come from the identity; permissions of 0, an owner of 0, `blksize` and `blocks` get
 * the defaults that seed 2 documents. What changes unseen the kernel has to ask for every time.
 */
export function completeAttr(
  out: AttrOut | EntryOut | StatxOut,
  inode: Inode,
  options: TreeOptions,
): void {
  const { attr } = out;
  if (inode.changesUnseen) out.attrTimeoutMs = 0;
  const type = inode.stableAttr.mode;
  const permissions = attr.mode & ~S_IFMT;
  const isNull = permissions === 0 && options.nullPermissions !== true;
  attr.mode = type | (isNull ? (isDirectory(type) ? 0o755 : 0o644) : permissions);
  attr.ino = inode.stableAttr.ino;
  if (attr.uid === 0 && options.uid !== undefined) attr.uid = options.uid;
  if (attr.gid === 0 && options.gid !== undefined) attr.gid = options.gid;
  if (attr.blksize === 0) {
    attr.blksize = BLKSIZE;
    attr.blocks = Math.ceil(attr.size / BLKSIZE) * (BLKSIZE / 512);
  }
}
