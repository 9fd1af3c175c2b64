/**
 * Names in memory: making, linking and removing them.
 *
 * Methods answer an errno instead of throwing; the provider above knows the caller's words. Invariants: an
 * inode is counted in the budget once for itself and once for each further name; `nlink` of a directory
 * is 2 plus its subdirectories; an inode without names and handles has given everything back.
 *
 * @module
 */
import {
  components,
  ERRNO,
  Errno,
  nameLength,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISVTX,
} from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { inheritAcl } from "./memory_acl.ts";
import { PAGE_SIZE } from "./memory_arena.ts";
import { MEMORY_INODES_MAX, MemoryBudget, type MemoryOptions } from "./memory_budget.ts";
import { MemoryClock } from "./memory_clock.ts";
import { MemoryData } from "./memory_data.ts";
import { addToListing } from "./memory_dir_entry.ts";
import {
  LONG_TARGET,
  MemoryDirectory,
  MemoryFile,
  type MemoryInode,
  MemorySpecial,
  MemorySymlink,
} from "./memory_inode.ts";
import { MemoryLocks } from "./memory_locks.ts";
import { ownName, refuseName, refuseTarget } from "./memory_name.ts";
import { MemoryWalk, refusePath } from "./memory_walk.ts";
import { MemoryWatches } from "./memory_watch.ts";
import { discardXattrs } from "./memory_xattr_values.ts";

const MODE_FILE = 0o7777;
/** mkdir(2) takes no S_ISUID and S_ISGID. */
const MODE_DIRECTORY = 0o777 | S_ISVTX;
const MODE_ROOT = 0o755;
const RDEV_MAX = 0xffff_ffff;

/** One filesystem: a root and everything below it. */
export class MemoryTree {
  /** Its time. */
  readonly clock: MemoryClock;
  /** Its limits. */
  readonly budget: MemoryBudget;
  /** The content of its files. */
  readonly data: MemoryData;
  /** Who has locked what. */
  readonly locks: MemoryLocks = new MemoryLocks();
  /** Who is told of changes. */
  readonly watches: MemoryWatches;
  /** Its root. */
  readonly root: MemoryDirectory;
  /** Finds things by path. */
  readonly walk: MemoryWalk;
  readonly #uid: number;
  readonly #gid: number;
  #ino = 0;

  /** An empty root. */
  constructor(options: MemoryOptions) {
    this.clock = new MemoryClock(options.clock, options.accessTime);
    this.budget = new MemoryBudget(options);
    this.data = new MemoryData(this.budget);
    this.#uid = options.uid ?? 0;
    this.#gid = options.gid ?? 0;
    this.clock.tick();
    this.budget.takeInode();
    const mode = (options.mode ?? MODE_ROOT) & MODE_FILE;
    this.root = new MemoryDirectory(++this.#ino, mode, this.#uid, this.#gid, this.clock, null);
    this.walk = new MemoryWalk(this.root, this.clock);
    this.watches = new MemoryWatches(this.root);
  }

  /** `mkdir(2)`. */
  makeDirectory(path: string, mode: number, context?: Context): Errno | null {
    const errno = this.#findNew(path);
    if (errno !== null) return errno;
    const made = this.#makeBelow(this.walk.parent, this.walk.name, mode, context);
    return made instanceof Errno ? made : null;
  }

  /** Makes a directory and those above it that are missing; one that is there is no error. */
  makeDirectories(path: string, mode: number, context?: Context): Errno | null {
    const refused = refusePath(path);
    if (refused !== null) return refused;
    const names = components(path);
    let directory = this.root;
    for (const [index, name] of names.entries()) {
      let inode = directory.entries.get(name);
      if (inode === undefined) {
        const made = this.#makeBelow(directory, name, mode, context);
        if (made instanceof Errno) return made;
        inode = made;
      } else if (inode instanceof MemorySymlink) {
        const found = this.walk.resolve(`/${names.slice(0, index + 1).join("/")}`, true);
        if (found instanceof Errno) return found;
        inode = found;
      }
      if (!(inode instanceof MemoryDirectory)) return ERRNO.ENOTDIR;
      directory = inode;
    }
    return null;
  }

  #makeBelow(
    parent: MemoryDirectory,
    name: string,
    mode: number,
    context: Context | undefined,
  ): MemoryDirectory | Errno {
    const refused = refuseName(name);
    if (refused !== null) return refused;
    if (parent.nlink >= this.budget.maxLinks) return ERRNO.EMLINK;
    const directory = MemoryTree.isFull(parent)
      ? null
      : this.makeEmptyDirectory(parent, mode, context);
    if (directory === null || !this.inherit(parent, directory)) return ERRNO.ENOSPC;
    this.enter(parent, name, directory);
    return directory;
  }

  /** A directory that is counted in `parent` and has no name there yet; null when there is no inode left. */
  makeEmptyDirectory(
    parent: MemoryDirectory,
    mode: number,
    context?: Context,
  ): MemoryDirectory | null {
    if (!this.budget.takeInode()) return null;
    const bits = (mode & MODE_DIRECTORY) | (parent.mode & S_ISGID);
    const uid = this.#ownerFor(context);
    const gid = this.#groupFor(parent, context);
    this.clock.tick();
    parent.nlink++;
    return new MemoryDirectory(++this.#ino, bits, uid, gid, this.clock, parent);
  }

  /** `symlink(2)`. */
  makeSymlink(target: string, path: string, context?: Context): Errno | null {
    const refused = refuseTarget(target);
    if (refused !== null) return refused;
    const errno = this.#findNew(path);
    if (errno !== null) return errno;
    const link = this.makeLink(this.walk.parent, target, context);
    if (link === null) return ERRNO.ENOSPC;
    this.enter(this.walk.parent, this.walk.name, link);
    return null;
  }

  /** As {@linkcode MemoryTree.makeFile}, for a symbolic link. */
  makeLink(parent: MemoryDirectory, target: string, context?: Context): MemorySymlink | null {
    const size = nameLength(target);
    const isLong = size >= LONG_TARGET;
    if (isLong && !this.budget.takeBytes(PAGE_SIZE)) return null;
    if (!this.budget.takeInode()) {
      if (isLong) this.budget.giveBytes(PAGE_SIZE);
      return null;
    }
    const uid = this.#ownerFor(context);
    const gid = this.#groupFor(parent, context);
    this.clock.tick();
    return new MemorySymlink(++this.#ino, uid, gid, this.clock, target, size);
  }

  /** `mknod(2)`: without a type in `mode`, a regular file. */
  makeNode(path: string, mode: number, rdev: number, context?: Context): Errno | null {
    const type = mode & S_IFMT;
    if (type === S_IFDIR) return ERRNO.EPERM;
    const isDevice = type === S_IFCHR || type === S_IFBLK;
    if (!isDevice && type !== S_IFIFO && type !== S_IFSOCK && type !== S_IFREG && type !== 0) {
      return ERRNO.EINVAL;
    }
    if (!Number.isInteger(rdev) || rdev < 0 || rdev > RDEV_MAX) return ERRNO.EINVAL;
    const errno = this.#findNew(path);
    if (errno !== null) return errno;
    if (type === S_IFREG || type === 0) {
      const file = this.makeFile(this.walk.parent, mode, context);
      if (file === null || !this.inherit(this.walk.parent, file)) return ERRNO.ENOSPC;
      this.enter(this.walk.parent, this.walk.name, file);
      return null;
    }
    const node = this.makeSpecial(this.walk.parent, mode, isDevice ? rdev : 0, context);
    if (node === null || !this.inherit(this.walk.parent, node)) return ERRNO.ENOSPC;
    this.enter(this.walk.parent, this.walk.name, node);
    return null;
  }

  /** A regular file without a name, to be owned as what is made in `parent`; null when there is no inode left. */
  makeFile(parent: MemoryDirectory, mode: number, context?: Context): MemoryFile | null {
    if (!this.budget.takeInode()) return null;
    const uid = this.#ownerFor(context);
    const gid = this.#groupFor(parent, context);
    this.clock.tick();
    return new MemoryFile(++this.#ino, S_IFREG | (mode & MODE_FILE), uid, gid, this.clock);
  }

  /** As {@linkcode MemoryTree.makeFile}, for what is no file. */
  makeSpecial(
    parent: MemoryDirectory,
    mode: number,
    rdev: number,
    context?: Context,
  ): MemorySpecial | null {
    if (!this.budget.takeInode()) return null;
    const bits = mode & (S_IFMT | MODE_FILE);
    const uid = this.#ownerFor(context);
    const gid = this.#groupFor(parent, context);
    this.clock.tick();
    return new MemorySpecial(++this.#ino, bits, uid, gid, this.clock, rdev);
  }

  /**
   * What was just made in a directory begins with that one's default ACL. False when there is no room
   * for it: then nothing is left of what was made.
   */
  inherit(parent: MemoryDirectory, inode: MemoryInode): boolean {
    if (parent.xattrs === null || inheritAcl(parent, inode, this.budget) === null) return true;
    if (inode instanceof MemoryDirectory) parent.nlink--;
    inode.nlink = 0;
    this.settle(inode);
    return false;
  }

  /** `link(2)`. */
  link(existing: string, newPath: string): Errno | null {
    const inode = this.walk.resolve(existing, false);
    return inode instanceof Errno ? inode : this.linkInode(inode, newPath);
  }

  /** `linkat(2)` of what is open; ENOENT when it has no name and may not get one. */
  linkInode(inode: MemoryInode, newPath: string): Errno | null {
    const errno = this.#findNew(newPath);
    if (errno !== null) return errno;
    if (inode instanceof MemoryDirectory) return ERRNO.EPERM;
    const isFirst = inode.nlink === 0;
    if (isFirst && !(inode instanceof MemoryFile && inode.isLinkable)) return ERRNO.ENOENT;
    if (inode.nlink >= this.budget.maxLinks) return ERRNO.EMLINK;
    if (!isFirst && !this.budget.takeInode()) return ERRNO.ENOSPC;
    if (inode instanceof MemoryFile) inode.isLinkable = false;
    inode.nlink++;
    inode.touchChange(this.clock);
    this.enter(this.walk.parent, this.walk.name, inode);
    return null;
  }

  /** `unlink(2)`. */
  unlink(path: string): Errno | null {
    const errno = this.walk.walk(path, false);
    if (errno !== null) return errno;
    const { parent, name, inode } = this.walk;
    if (inode === null) return this.walk.absent();
    if (inode instanceof MemoryDirectory) return ERRNO.EISDIR;
    this.leave(parent, name);
    this.dropName(inode);
    return null;
  }

  /** `rmdir(2)`. */
  removeDirectory(path: string): Errno | null {
    const errno = this.walk.walk(path, false);
    if (errno !== null) return errno;
    const { parent, name, inode } = this.walk;
    if (inode === null) return this.walk.absent();
    if (!(inode instanceof MemoryDirectory)) return ERRNO.ENOTDIR;
    if (inode === this.root) return ERRNO.EBUSY;
    if (inode.entries.size > 0) return ERRNO.ENOTEMPTY;
    this.leave(parent, name);
    this.dropDirectory(inode);
    return null;
  }

  /** Removes a path and everything below it; nothing there is no error, the root cannot go (EBUSY). */
  removeAll(path: string): Errno | null {
    const errno = this.walk.walk(path, false);
    if (errno !== null) return errno === ERRNO.ENOENT ? null : errno;
    const { parent, name, inode } = this.walk;
    if (inode === null) return this.walk.refused;
    if (inode === this.root) return ERRNO.EBUSY;
    this.leave(parent, name);
    if (!(inode instanceof MemoryDirectory)) {
      this.dropName(inode);
      return null;
    }
    const directories = [inode];
    for (const directory of directories) {
      for (const child of directory.entries.values()) {
        if (child instanceof MemoryDirectory) directories.push(child);
        else this.dropName(child);
      }
      directory.entries.clear();
      directory.listing = null;
    }
    for (let last = directories.pop(); last !== undefined; last = directories.pop()) {
      this.dropDirectory(last);
    }
    return null;
  }

  /** Puts a name into a directory. */
  enter(parent: MemoryDirectory, name: string, inode: MemoryInode): void {
    const { entries } = parent;
    const before = entries.size;
    const own = ownName(name);
    entries.set(own, inode);
    if (entries.size === before) parent.listing = null;
    else if (parent.listing !== null) addToListing(parent, own, inode);
    if (inode instanceof MemoryDirectory) inode.name = own;
    parent.touchContent(this.clock);
    this.watches.entry(parent, own, inode);
  }

  /** Takes a name out of a directory. */
  leave(parent: MemoryDirectory, name: string): void {
    parent.entries.delete(name);
    parent.listing = null;
    parent.touchContent(this.clock);
    this.watches.entry(parent, name, null);
  }

  /** An inode that is not a directory lost a name. */
  dropName(inode: MemoryInode): void {
    inode.nlink--;
    inode.touchChange(this.clock);
    if (inode.nlink > 0) this.budget.giveInode();
    else this.settle(inode);
  }

  /** An empty directory lost its name. */
  dropDirectory(directory: MemoryDirectory): void {
    this.walk.forget(directory);
    directory.parent.nlink--;
    directory.nlink = 0;
    directory.touchChange(this.clock);
    this.settle(directory);
  }

  /** Gives everything back if the inode has neither names nor handles. */
  settle(inode: MemoryInode): void {
    if (inode.nlink > 0 || inode.handles > 0) return;
    if (inode instanceof MemoryFile) this.data.discard(inode);
    else if (inode.blocksOf() > 0) this.budget.giveBytes(PAGE_SIZE);
    discardXattrs(inode, this.budget);
    this.budget.giveInode();
  }

  /** Finds the place of a name that must not be there, in a directory that can take it. */
  #findNew(path: string): Errno | null {
    const errno = this.walk.walk(path, false);
    if (errno !== null) return errno;
    if (this.walk.inode !== null) return ERRNO.EEXIST;
    if (this.walk.refused !== null) return this.walk.refused;
    return MemoryTree.isFull(this.walk.parent) ? ERRNO.ENOSPC : null;
  }

  /** Whether a directory can take no more names. */
  static isFull(directory: MemoryDirectory): boolean {
    return directory.entries.size >= MEMORY_INODES_MAX;
  }

  #ownerFor(context: Context | undefined): number {
    return context === undefined ? this.#uid : context.uid;
  }

  /** In a setgid directory the directory's group, else the caller's (`inode(7)`). */
  #groupFor(parent: MemoryDirectory, context: Context | undefined): number {
    if ((parent.mode & S_ISGID) !== 0) return parent.gid;
    return context === undefined ? this.#gid : context.gid;
  }
}
