/**
 * A real directory through system calls.
 *
 * @module
 */
import {
  chain,
  clean,
  decodeName,
  ERRNO,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_DIRECTORY,
  O_RDONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISVTX,
} from "../base/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  chmod,
  close,
  CStringArea,
  failure,
  fchownat,
  KERNEL_PATH_MAX,
  linkat,
  MemoryBlock,
  mkdirat,
  mknodat,
  readlinkat,
  StatfsBlock,
  symlinkat,
  truncate,
  unlinkat,
  utimensat,
} from "../libc/mod.ts";
import {
  ALL_CAPABILITIES,
  BaseProvider,
  type CapabilitySet,
  type Context,
  type DirEntry,
  type FileInfo,
  type Handle,
  type OnLeaseOver,
  type StatFs,
  type TimeChange,
  type WatchEvent,
} from "../provider/mod.ts";
import { move, PathCalls, removeDirectory } from "./real_calls.ts";
import { DirentReader } from "./real_dirents.ts";
import { type HandleShared, RealHandle } from "./real_handle.ts";
import { listDirectory } from "./real_listing.ts";
import { RealLeases } from "./real_leases.ts";
import { RealLocks } from "./real_locks.ts";
import { Opener } from "./real_open.ts";
import { isOwnerId, Ownership } from "./real_ownership.ts";
import { Place } from "./real_place.ts";
import { removeTree } from "./real_removal.ts";
import { RealRoot } from "./real_root.ts";
import { kernelTime } from "./real_times.ts";
import { RealWatch } from "./real_watch.ts";
import { SharedQueue } from "./shared_queue.ts";
import { XattrCalls } from "./real_xattr.ts";

const MISSING = -ERRNO.ENOENT.number;
const LISTING = O_RDONLY | O_DIRECTORY;
const MKDIR_MODE = 0o777 | S_ISVTX;
const RENAME_FLAGS = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;

/**
 * The provider behind `RealFSProvider` where system calls can be made. It answers at once, always, but
 * for syncing to a disk and for locks that wait.
 *
 * Each method resolves its path to a descriptor or to a {@linkcode Place}, makes one call on that, and lets
 * go of it. The memory for paths and results belongs to the provider and is used again by the next call.
 */
export class ContainedProvider extends BaseProvider {
  /** Everything. */
  override readonly capabilities: CapabilitySet = ALL_CAPABILITIES;
  readonly #root: RealRoot;
  readonly #place = new Place();
  readonly #area = new CStringArea();
  readonly #reader = new DirentReader();
  readonly #statfs = new StatfsBlock();
  readonly #target = new MemoryBlock(KERNEL_PATH_MAX);
  readonly #ownership: Ownership;
  readonly #opener: Opener;
  readonly #shared: HandleShared;
  readonly #calls: PathCalls;
  readonly #watchQueue = new SharedQueue();

  /**
   * Shows the directory `path` of the host; with `crossMounts` also what is mounted below it.
   *
   * @throws {FsError} When there is no such directory, or ENOSYS without `openat2` or procfs.
   */
  constructor(path: string, crossMounts: boolean) {
    super();
    const root = new RealRoot(path, crossMounts);
    const ownership = new Ownership(root);
    this.#root = root;
    this.#calls = new PathCalls(root);
    this.#ownership = ownership;
    this.#opener = new Opener(root, ownership);
    this.#shared = { root, ownership, locks: new RealLocks(root), xattrs: new XattrCalls() };
  }

  /** The attributes; a final symbolic link is followed. */
  override stat(path: string, _context?: Context): FileInfo {
    const cleaned = clean(path);
    this.#calls.check(this.#root.statPath(cleaned, true), "stat", path);
    return this.#root.info(cleaned);
  }

  /** The attributes; a final symbolic link is described itself. */
  override lstat(path: string, context?: Context): FileInfo {
    const info = this.find(path, context);
    if (info === null) throw failure(MISSING, { syscall: "lstat", path });
    return info;
  }

  /** As `lstat`, but null where there is nothing. */
  find(path: string, context?: Context): FileInfo | null {
    const cleaned = clean(path);
    const result = this.#root.statPath(cleaned, false, context?.isFromKernel);
    if (result === MISSING) return null;
    this.#calls.check(result, "lstat", path);
    return this.#root.info(cleaned);
  }

  /** The entries, in the order of the host's filesystem. */
  override readDir(path: string, _context?: Context): DirEntry[] {
    const cleaned = clean(path);
    const fd = this.#calls.check(this.#root.openDirectory(cleaned, LISTING), "readDir", path);
    try {
      const entries = listDirectory(this.#root, this.#reader, fd, cleaned, this.#area);
      if (typeof entries === "number") throw failure(entries, { syscall: "readDir", path });
      return entries;
    } finally {
      close(fd);
    }
  }

  /** Opens a regular file or a directory; with O_PATH anything. O_DIRECT has no effect. */
  override open(path: string, flags: number, mode: number, context?: Context): RealHandle {
    const opening = { flags, mode, context };
    const fd = this.#calls.check(this.#opener.open(clean(path), opening), "open", path);
    return new RealHandle(this.#shared, fd, flags, path);
  }

  /** Makes one directory. */
  override mkdir(path: string, mode: number, context?: Context): void {
    this.#calls.at("mkdir", path, (place) => {
      const result = mkdirat(place.directory, place.name, mode & MKDIR_MODE);
      const wanted = (mode & MKDIR_MODE) | S_IFDIR;
      return result < 0 ? result : this.#ownership.settlePlace(place, wanted, context);
    }, context);
  }

  /** Makes a special or regular file. */
  override mknod(path: string, mode: number, rdev: number, context?: Context): void {
    this.#calls.at("mknod", path, (place) => {
      const initial = this.#ownership.initialMode(mode, context);
      const result = mknodat(place.directory, place.name, initial, rdev);
      const wanted = (mode & S_IFMT) === 0 ? mode | S_IFREG : mode;
      return result < 0 ? result : this.#ownership.settlePlace(place, wanted, context);
    });
  }

  /** Makes a symbolic link. */
  override symlink(target: string, link: string, context?: Context): void {
    const place = this.#place;
    this.#calls.check(this.#root.enter(place, clean(link)), "symlink", target, link);
    try {
      const result = symlinkat(this.#area.put(target), place.directory, place.name);
      const settled = result < 0 ? result : this.#ownership.settlePlace(place, S_IFLNK, context);
      this.#calls.check(settled, "symlink", target, link);
    } finally {
      place.leave();
    }
  }

  /** The target of a symbolic link. */
  override readlink(path: string, _context?: Context): string {
    const size = this.#calls.at(
      "readlink",
      path,
      (place) => readlinkat(place.directory, place.name, this.#target),
    );
    return decodeName(this.#target.bytes, 0, size);
  }

  /** Gives an inode a second name. */
  override link(existing: string, newPath: string, _context?: Context): void {
    this.#calls.between(
      "link",
      existing,
      newPath,
      (from, to) => linkat(from.directory, from.name, to.directory, to.name),
      true,
    );
  }

  /** Names an open file. */
  override linkHandle(handle: Handle, newPath: string, _context?: Context): void {
    const isOurs = handle instanceof RealHandle && handle.isBelow(this.#root);
    const place = this.#place;
    const path = isOurs ? handle.path ?? "/" : "";
    const entered = isOurs ? this.#root.enter(place, clean(newPath)) : -ERRNO.EXDEV.number;
    this.#calls.check(entered, "link", path, newPath);
    try {
      const fd = isOurs ? handle.hostFd : -1;
      const result = fd < 0 ? -ERRNO.EBADF.number : this.#root.link(fd, place);
      this.#calls.check(result, "link", path, newPath);
    } finally {
      place.leave();
    }
  }

  /** Removes a name that is not a directory. */
  override unlink(path: string, context?: Context): void {
    this.#calls.at("unlink", path, (place) => unlinkat(place.directory, place.name, 0), context);
  }

  /** Removes an empty directory. */
  override rmdir(path: string, _context?: Context): void {
    this.#root.forgetNear();
    this.#calls.at("rmdir", path, removeDirectory);
  }

  /** Removes a file or an empty directory. */
  override remove(path: string, _context?: Context): void {
    this.#root.forgetNear();
    this.#calls.at("remove", path, (place) => {
      const result = unlinkat(place.directory, place.name, 0);
      return result === -ERRNO.EISDIR.number ? removeDirectory(place) : result;
    });
  }

  /** Removes a tree; links in it are removed, not followed. The root cannot go (EBUSY). */
  override removeAll(path: string, _context?: Context): MaybePromise<void> {
    return chain(removeTree(this.#root, this.#place, this.#reader, clean(path)), (result) => {
      if (result !== MISSING) this.#calls.check(result, "removeAll", path);
    });
  }

  /** Moves a path. */
  override rename(oldPath: string, newPath: string, _context?: Context): void {
    this.#calls.between("rename", oldPath, newPath, (from, to) => move(from, to, 0));
  }

  /** Moves a path, with RENAME_NOREPLACE, RENAME_EXCHANGE or RENAME_WHITEOUT. */
  override rename2(oldPath: string, newPath: string, flags: number, _context?: Context): void {
    const isRefused = (flags & ~RENAME_FLAGS) !== 0 ||
      ((flags & RENAME_EXCHANGE) !== 0 && flags !== RENAME_EXCHANGE);
    // renameat2(2) looks at the flags before it looks at the paths.
    if (isRefused) this.#calls.check(-ERRNO.EINVAL.number, "rename2", oldPath, newPath);
    this.#calls.between("rename2", oldPath, newPath, (from, to) => move(from, to, flags));
  }

  /** Sets the permission bits; a final symbolic link is followed. */
  override chmod(path: string, mode: number, _context?: Context): void {
    this.#calls.on(
      "chmod",
      path,
      true,
      (fd) => chmod(this.#area.put(this.#root.hostPath(fd)), mode & MODE_PERMISSIONS),
    );
  }

  /** Sets owner and group; a final symbolic link is followed. */
  override chown(path: string, uid: number, gid: number, context?: Context): void {
    this.#chown("chown", path, true, uid, gid, context);
  }

  /** Sets owner and group; a final symbolic link is changed itself. */
  override lchown(path: string, uid: number, gid: number, context?: Context): void {
    this.#chown("lchown", path, false, uid, gid, context);
  }

  #chown(
    syscall: string,
    path: string,
    follow: boolean,
    uid: number,
    gid: number,
    context: Context | undefined,
  ): void {
    this.#calls.on(syscall, path, follow, (fd) => {
      if (!isOwnerId(uid) || !isOwnerId(gid)) return -ERRNO.EINVAL.number;
      this.#ownership.dropPrivileges(fd, context);
      return fchownat(fd, this.#root.emptyName, uid, gid, AT_EMPTY_PATH);
    });
  }

  /** Sets the times; a final symbolic link is followed. */
  override utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    _context?: Context,
  ): void {
    const access = kernelTime(atime);
    const content = kernelTime(mtime);
    this.#calls.on("utimes", path, true, (fd) => {
      if (access === undefined || content === undefined) return -ERRNO.EINVAL.number;
      return utimensat(fd, this.#root.emptyName, access, content, AT_EMPTY_PATH);
    });
  }

  /** Sets the times; a final symbolic link is changed itself. */
  override lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    _context?: Context,
  ): void {
    const access = kernelTime(atime);
    const content = kernelTime(mtime);
    this.#calls.at("lutimes", path, (place) => {
      if (access === undefined || content === undefined) return -ERRNO.EINVAL.number;
      return utimensat(place.directory, place.name, access, content, AT_SYMLINK_NOFOLLOW);
    });
  }

  /** Sets the size of a file; a final symbolic link is followed. */
  override truncate(path: string, size: number, context?: Context): void {
    this.#calls.on("truncate", path, true, (fd) => {
      if (!Number.isSafeInteger(size) || size < 0) return -ERRNO.EINVAL.number;
      const result = truncate(this.#area.put(this.#root.hostPath(fd)), size);
      if (result === 0) this.#ownership.dropPrivileges(fd, context);
      return result;
    });
  }

  /** Sizes and limits of the filesystem that holds the path. */
  override statfs(path: string, _context?: Context): StatFs {
    const statfs = this.#statfs;
    this.#calls.on("statfs", path, true, (fd) => statfs.fill(fd));
    const { bsize, frsize, blocks, bfree, bavail, files, ffree, namelen } = statfs;
    return { bsize, frsize, blocks, bfree, bavail, files, ffree, namelen };
  }

  /** The value of an attribute. */
  override getXattr(path: string, name: string, context?: Context): Uint8Array {
    const caller = { syscall: "getXattr", path, context };
    const { xattrs } = this.#shared;
    return this.#calls.onHostPath("getXattr", path, (at) => xattrs.get(at, name, caller));
  }

  /** Sets an attribute. */
  override setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): void {
    const caller = { syscall: "setXattr", path, context };
    const { xattrs } = this.#shared;
    this.#calls.onHostPath("setXattr", path, (at) => xattrs.set(at, name, value, flags, caller));
  }

  /** The names of the attributes. */
  override listXattr(path: string, context?: Context): string[] {
    const caller = { syscall: "listXattr", path, context };
    return this.#calls.onHostPath("listXattr", path, (at) => this.#shared.xattrs.list(at, caller));
  }

  /** Removes an attribute. */
  override removeXattr(path: string, name: string, context?: Context): void {
    const caller = { syscall: "removeXattr", path, context };
    const { xattrs } = this.#shared;
    this.#calls.onHostPath("removeXattr", path, (at) => xattrs.remove(at, name, caller));
  }

  /** Changes at and below the path, made by anybody. */
  override watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    const ground = { root: this.#root, reader: this.#reader, queue: this.#watchQueue };
    return new RealWatch(ground, path, context?.signal);
  }

  /** Leases of directories. */
  leases(onOver: OnLeaseOver): RealLeases {
    return new RealLeases(this.#root, onOver);
  }

  /** Closes the root; open handles stay usable. */
  override close(): void {
    this.#root.close();
  }
}
