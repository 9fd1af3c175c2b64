/**
 * Renaming in memory, with the checks of Linux in the order of Linux (`renameat2(2)`).
 *
 * @module
 */
import {
  ERRNO,
  type Errno,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  S_IFCHR,
} from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { MemoryDirectory, type MemoryInode, type MemorySpecial } from "./memory_inode.ts";
import { MemoryTree } from "./memory_tree.ts";

/** A name that is there. */
interface Place {
  readonly parent: MemoryDirectory;
  readonly name: string;
  readonly inode: MemoryInode;
}

/** `renameat2(2)` with any of its flags. */
export function renamePath(
  tree: MemoryTree,
  oldPath: string,
  newPath: string,
  flags: number,
  context?: Context,
): Errno | null {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) return ERRNO.EINVAL;
  const isExchange = (flags & RENAME_EXCHANGE) !== 0;
  if (isExchange && flags !== RENAME_EXCHANGE) return ERRNO.EINVAL;

  const { walk } = tree;
  const oldErrno = walk.walk(oldPath, false);
  if (oldErrno !== null) return oldErrno;
  const { parent, name, inode } = walk;
  const absent = walk.absent();
  const newErrno = walk.walk(newPath, false);
  if (newErrno !== null) return newErrno;
  if (name === "") return ERRNO.EBUSY;
  if (walk.name === "") return (flags & RENAME_NOREPLACE) !== 0 ? ERRNO.EEXIST : ERRNO.EBUSY;
  if (inode === null) return absent;
  if (walk.inode === null && walk.refused !== null) return walk.refused;
  const from: Place = { parent, name, inode };
  return isExchange ? exchange(tree, from) : move(tree, from, flags, context);
}

/** Moves `from` to where the walk ended. */
function move(tree: MemoryTree, from: Place, flags: number, context?: Context): Errno | null {
  const { parent, name, inode: target } = tree.walk;
  const { inode } = from;
  if (target !== null && (flags & RENAME_NOREPLACE) !== 0) return ERRNO.EEXIST;
  if (inode instanceof MemoryDirectory && parent.isWithin(inode)) return ERRNO.EINVAL;
  if (target !== null && from.parent.isWithin(target)) return ERRNO.ENOTEMPTY;
  if (target === inode) return null;
  const errno = target === null ? refuseNew(tree, from, parent) : refuseReplace(inode, target);
  if (errno !== null) return errno;
  let whiteout: MemorySpecial | null = null;
  if ((flags & RENAME_WHITEOUT) !== 0) {
    whiteout = tree.makeSpecial(from.parent, S_IFCHR, 0, context);
    if (whiteout === null) return ERRNO.ENOSPC;
  }

  if (inode instanceof MemoryDirectory) {
    tree.walk.forget(inode);
    from.parent.nlink--;
    parent.nlink++;
    inode.parent = parent;
  }
  if (whiteout === null) tree.leave(from.parent, from.name);
  else tree.enter(from.parent, from.name, whiteout);
  tree.enter(parent, name, inode);
  inode.touchChange(tree.clock);
  if (target instanceof MemoryDirectory) tree.dropDirectory(target);
  else if (target !== null) tree.dropName(target);
  return null;
}

/** Why a name cannot be added to `parent`. */
function refuseNew(tree: MemoryTree, from: Place, parent: MemoryDirectory): Errno | null {
  if (parent === from.parent) return null;
  if (MemoryTree.isFull(parent)) return ERRNO.ENOSPC;
  const isDirectory = from.inode instanceof MemoryDirectory;
  return isDirectory && parent.nlink >= tree.budget.maxLinks ? ERRNO.EMLINK : null;
}

/** Why `target` cannot be replaced by `inode`. */
function refuseReplace(inode: MemoryInode, target: MemoryInode): Errno | null {
  if (inode instanceof MemoryDirectory) {
    if (!(target instanceof MemoryDirectory)) return ERRNO.ENOTDIR;
    return target.entries.size > 0 ? ERRNO.ENOTEMPTY : null;
  }
  return target instanceof MemoryDirectory ? ERRNO.EISDIR : null;
}

/** Exchanges `from` with where the walk ended. */
function exchange(tree: MemoryTree, from: Place): Errno | null {
  const { parent, name, inode: other } = tree.walk;
  const { inode } = from;
  if (other === null) return ERRNO.ENOENT;
  if (inode instanceof MemoryDirectory && parent.isWithin(inode)) return ERRNO.EINVAL;
  if (from.parent.isWithin(other)) return ERRNO.EINVAL;
  if (inode === other) return null;
  const isDown = inode instanceof MemoryDirectory && !(other instanceof MemoryDirectory);
  const isUp = other instanceof MemoryDirectory && !(inode instanceof MemoryDirectory);
  if (parent !== from.parent) {
    if (isDown && parent.nlink >= tree.budget.maxLinks) return ERRNO.EMLINK;
    if (isUp && from.parent.nlink >= tree.budget.maxLinks) return ERRNO.EMLINK;
  }
  place(tree, inode, from.parent, parent, name);
  place(tree, other, parent, from.parent, from.name);
  return null;
}

function place(
  tree: MemoryTree,
  inode: MemoryInode,
  from: MemoryDirectory,
  to: MemoryDirectory,
  name: string,
): void {
  if (inode instanceof MemoryDirectory) {
    tree.walk.forget(inode);
    from.nlink--;
    to.nlink++;
    inode.parent = to;
  }
  tree.enter(to, name, inode);
  inode.touchChange(tree.clock);
}
