/**
 * `open(2)` in memory: from a path and flags to an inode.
 *
 * @module
 */
import {
  ERRNO,
  Errno,
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
} from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { dropPrivileges } from "./memory_attributes.ts";
import { MemoryDirectory, MemoryFile, type MemoryInode, MemorySymlink } from "./memory_inode.ts";
import { MemoryTree } from "./memory_tree.ts";

/** O_TMPFILE without the O_DIRECTORY that it includes. */
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;

/**
 * Finds or makes what is to be opened. Pipes, sockets and devices can only be opened with O_PATH: what is
 * behind them is the kernel's (ENXIO).
 */
export function openInode(
  tree: MemoryTree,
  path: string,
  flags: number,
  mode: number,
  context?: Context,
): MemoryInode | Errno {
  if ((flags & O_PATH) !== 0) return openPath(tree, path, flags);
  if ((flags & TMPFILE_BIT) !== 0) return openUnnamed(tree, path, flags, mode, context);
  const isCreated = (flags & O_CREAT) !== 0;
  if (isCreated && (flags & O_DIRECTORY) !== 0) return ERRNO.EINVAL;
  const isExclusive = isCreated && (flags & O_EXCL) !== 0;
  const errno = tree.walk.walk(path, (flags & O_NOFOLLOW) === 0 && !isExclusive, isCreated);
  if (errno !== null) return errno;
  const { inode } = tree.walk;
  if (inode === null) return isCreated ? create(tree, mode, context) : tree.walk.absent();
  if (isExclusive) return ERRNO.EEXIST;
  const refused = refuse(inode, flags);
  if (refused !== null) return refused;
  if ((flags & O_TRUNC) !== 0 && inode instanceof MemoryFile) {
    dropPrivileges(inode, tree.budget, context);
    tree.data.truncate(inode, 0);
    inode.touchContent(tree.clock);
    tree.watches.change("content", inode, tree.walk);
  }
  return inode;
}

function refuse(inode: MemoryInode, flags: number): Errno | null {
  if (inode instanceof MemoryDirectory) {
    const isChanged = (flags & O_ACCMODE) !== O_RDONLY || (flags & (O_CREAT | O_TRUNC)) !== 0;
    return isChanged ? ERRNO.EISDIR : null;
  }
  if ((flags & O_DIRECTORY) !== 0) return ERRNO.ENOTDIR;
  if (inode instanceof MemorySymlink) return ERRNO.ELOOP;
  return inode instanceof MemoryFile ? null : ERRNO.ENXIO;
}

/** With O_PATH, Linux heeds O_DIRECTORY and O_NOFOLLOW and no other flag. */
function openPath(tree: MemoryTree, path: string, flags: number): MemoryInode | Errno {
  const inode = tree.walk.resolve(path, (flags & O_NOFOLLOW) === 0);
  if (inode instanceof Errno || (flags & O_DIRECTORY) === 0) return inode;
  return inode instanceof MemoryDirectory ? inode : ERRNO.ENOTDIR;
}

/** Makes a file where the walk ended. */
function create(tree: MemoryTree, mode: number, context?: Context): MemoryInode | Errno {
  const { parent, name, refused } = tree.walk;
  if (refused !== null) return refused;
  if (MemoryTree.isFull(parent)) return ERRNO.ENOSPC;
  const file = tree.makeFile(parent, mode, context);
  if (file === null || !tree.inherit(parent, file)) return ERRNO.ENOSPC;
  tree.enter(parent, name, file);
  return file;
}

function openUnnamed(
  tree: MemoryTree,
  path: string,
  flags: number,
  mode: number,
  context?: Context,
): MemoryInode | Errno {
  if ((flags & O_DIRECTORY) === 0 || (flags & O_CREAT) !== 0) return ERRNO.EINVAL;
  if ((flags & O_ACCMODE) === O_RDONLY) return ERRNO.EINVAL;
  const directory = tree.walk.resolve(path, (flags & O_NOFOLLOW) === 0);
  if (directory instanceof Errno) return directory;
  if (!(directory instanceof MemoryDirectory)) return ERRNO.ENOTDIR;
  const file = tree.makeFile(directory, mode, context);
  if (file === null || !tree.inherit(directory, file)) return ERRNO.ENOSPC;
  file.nlink = 0;
  file.isLinkable = (flags & O_EXCL) === 0;
  return file;
}
