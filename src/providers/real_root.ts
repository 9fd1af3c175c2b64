/**
 * The directory that a provider shows, and the only way into it.
 *
 * Invariant: every descriptor that comes from here was resolved by the kernel below the root's own
 * descriptor, with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS (`openat2(2)`), or by {@linkcode PathWalk}.
 * What is then done with it names the descriptor, or one name in it without following a link. So
 * whatever happens to the paths in the meantime, nothing outside the root can be meant.
 *
 * @module
 */
import {
  basename,
  ERRNO,
  FsError,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
} from "../base/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  check,
  close,
  CStringArea,
  linkat,
  openat,
  openat2,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
  StatfsBlock,
  StatxBlock,
} from "../libc/mod.ts";
import { FileInfo } from "../provider/mod.ts";
import { NearDirectory } from "./near_directory.ts";
import { InodeNumbers } from "./real_inode_numbers.ts";
import type { Place } from "./real_place.ts";
import { PathWalk } from "./real_walk.ts";

/** How often a resolution is tried that a rename elsewhere has disturbed (EAGAIN of `openat2`). */
const RESOLVE_ATTEMPTS_MAX = 32;
const SLASH = 47;
const LOCATE = O_PATH | O_CLOEXEC;
/** Magic number of procfs (`linux/magic.h`). */
const PROC_SUPER_MAGIC = 0x9fa0;
/** Magic numbers of the filesystems that live in memory, on which syncing does nothing. */
const MEMORY_FILESYSTEMS: readonly number[] = [0x01021994, 0x858458f6];

/** A root directory, open for the life of its provider. */
export class RealRoot {
  /** Descriptor of the root (O_PATH); -1 once it is closed. */
  fd: number;
  /** Whether the root's filesystem has nothing to sync. */
  readonly isInMemory: boolean;
  /** What the last statx call told. */
  readonly statx: StatxBlock = new StatxBlock();
  readonly #inodes: InodeNumbers;
  readonly #resolve: number;
  /** Descriptor of /proc/self/fd (O_PATH). */
  #descriptors: number;
  readonly #area = new CStringArea();
  readonly #emptyArea = new CStringArea();
  /** Address of the empty name: with AT_EMPTY_PATH it stands for a descriptor itself. */
  readonly emptyName: number = this.#emptyArea.put("");
  readonly #statfs = new StatfsBlock();
  readonly #near = new NearDirectory();
  #walk: PathWalk | undefined;

  /**
   * Opens a directory of the host.
   *
   * @throws {FsError} ENOENT, ENOTDIR and the like; ENOSYS without `openat2` or procfs.
   */
  constructor(path: string, crossMounts: boolean) {
    const details = { syscall: "open", path };
    this.#resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (crossMounts ? 0 : RESOLVE_NO_XDEV);
    this.fd = check(
      openat(AT_FDCWD, this.#area.put(path), LOCATE | O_DIRECTORY, 0),
      details.syscall,
      path,
    );
    this.#descriptors = openat(AT_FDCWD, this.#area.put("/proc/self/fd"), LOCATE | O_DIRECTORY, 0);
    const isUsable = this.#descriptors >= 0 && this.isProc(this.#descriptors) &&
      this.#canResolve();
    if (!isUsable) {
      this.close();
      throw new FsError("ENOSYS", details);
    }
    this.#statfs.fill(this.fd);
    this.isInMemory = MEMORY_FILESYSTEMS.includes(this.#statfs.type);
    this.statx.fill(this.fd, this.emptyName, AT_EMPTY_PATH);
    this.#inodes = new InodeNumbers(this.statx.dev);
  }

  /** Whether a descriptor is of procfs, whose links may lead elsewhere than they say. */
  isProc(fd: number): boolean {
    return this.#statfs.fill(fd) === 0 && this.#statfs.type === PROC_SUPER_MAGIC;
  }

  /** Whether this kernel, and the sandbox around us, have `openat2`. */
  #canResolve(): boolean {
    const fd = this.#openInRoot(this.#area.put("/"), LOCATE);
    if (fd >= 0) close(fd);
    return fd >= 0;
  }

  /** Closes the root: from now on everything is EBADF, also when the number is used again. */
  close(): void {
    this.#near.forget();
    if (this.fd >= 0) close(this.fd);
    if (this.#descriptors >= 0) close(this.#descriptors);
    this.fd = this.#descriptors = -1;
  }

  #openInRoot(address: number, flags: number): number {
    for (let attempt = 1;; attempt++) {
      const fd = openat2(this.fd, address, flags, 0, this.#resolve);
      if (fd !== -ERRNO.EAGAIN.number || attempt === RESOLVE_ATTEMPTS_MAX) return fd;
    }
  }

  #walkTo(path: string, follow: boolean): number {
    this.#walk ??= new PathWalk(this.fd, this.#resolve & ~RESOLVE_IN_ROOT);
    return this.#walk.to(path, follow);
  }

  /**
   * Finds what a path names; a final symbolic link is followed when `follow` is true. Returns an O_PATH
   * descriptor for {@linkcode RealRoot.release}, or a negated errno.
   */
  locate(path: string, follow: boolean): number {
    if (path === "/") return this.fd < 0 ? -ERRNO.EBADF.number : this.fd;
    const address = this.#area.put(path);
    if (!this.#area.isTooLong) {
      const fd = this.#openInRoot(address, follow ? LOCATE : LOCATE | O_NOFOLLOW);
      if (fd !== -ERRNO.EAGAIN.number) return fd;
    }
    return this.#walkTo(path, follow);
  }

  /** As `locate`, from the directory that a path is in; a link is not followed. */
  locateIn(directory: number, name: string): number {
    return openat2(directory, this.#area.put(name), LOCATE | O_NOFOLLOW, 0, this.#resolve);
  }

  /**
   * Opens a directory in one step; `flags` with O_DIRECTORY, which lets nothing else be opened on the way.
   * Returns a descriptor or a negated errno.
   */
  openDirectory(path: string, flags: number): number {
    const address = this.#area.put(path);
    if (!this.#area.isTooLong) {
      const fd = this.#openInRoot(address, flags | O_CLOEXEC | O_NOCTTY | O_LARGEFILE);
      if (fd !== -ERRNO.EAGAIN.number) return fd;
    }
    const located = this.#walkTo(path, (flags & O_NOFOLLOW) === 0);
    if (located < 0) return located;
    const fd = this.reopen(located, flags);
    close(located);
    return fd;
  }

  /** Closes what {@linkcode RealRoot.locate} opened. */
  release(fd: number): void {
    if (fd !== this.fd) close(fd);
  }

  /**
   * The directory `path`, as an O_PATH descriptor that stays ours; or a negated errno, after which the long
   * way tells what is there. Behind a symbolic link always: that may be replaced without our moving a directory.
   */
  #findNear(path: string): number {
    if (this.fd < 0) return -ERRNO.EBADF.number;
    const known = this.#near.find(path);
    if (known >= 0) return known;
    const address = this.#area.put(path);
    if (this.#area.isTooLong) return -ERRNO.ENAMETOOLONG.number;
    const resolve = this.#resolve | RESOLVE_NO_SYMLINKS;
    const fd = openat2(this.fd, address, LOCATE | O_DIRECTORY, 0, resolve);
    if (fd >= 0) this.#near.keep(path, fd);
    return fd;
  }

  /** Something has been moved, or a directory removed: a path may lead elsewhere from now on. */
  forgetNear(): void {
    this.#near.forget();
  }

  /**
   * Finds the directory in which a path ends and points `place` to the name in it. With `isNear`, one that
   * was found a moment ago will do. Returns 0, after which the place must be left, or a negated errno.
   */
  enter(place: Place, path: string, isNear = false): number {
    const { area } = place;
    if (this.fd < 0) return -ERRNO.EBADF.number;
    if (path === "/") {
      place.setRoot(this.fd);
      return 0;
    }
    area.put(path);
    if (area.isTooLong) return this.#enterLong(place, path);
    const slash = area.bytes.lastIndexOf(SLASH, area.size);
    const name = area.address + slash + 1;
    if (slash === 0) {
      place.set(this.fd, name, false);
      return 0;
    }
    if (isNear) {
      const near = this.#findNear(path.slice(0, path.lastIndexOf("/")));
      if (near >= 0) {
        place.set(near, name, false);
        return 0;
      }
    }
    area.bytes[slash] = 0;
    const fd = this.#openInRoot(area.address, LOCATE | O_DIRECTORY);
    if (fd === -ERRNO.EAGAIN.number) return this.#enterLong(place, path);
    if (fd < 0) return fd;
    place.set(fd, name, true);
    return 0;
  }

  #enterLong(place: Place, path: string): number {
    const slash = path.lastIndexOf("/");
    // The slash makes the walk insist on a directory.
    const fd = this.#walkTo(path.slice(0, slash + 1), true);
    if (fd < 0) return fd;
    place.set(fd, place.area.put(path.slice(slash + 1)), true);
    return 0;
  }

  /** Fills {@linkcode RealRoot.statx} for a descriptor. Returns 0 or a negated errno. */
  statDescriptor(fd: number, mask?: number): number {
    return this.statx.fill(fd, this.emptyName, AT_EMPTY_PATH, mask);
  }

  /** Fills {@linkcode RealRoot.statx} for a name in a directory. Returns 0 or a negated errno. */
  statName(directory: number, name: number, mask?: number): number {
    return this.statx.fill(directory, name, AT_SYMLINK_NOFOLLOW, mask);
  }

  /**
   * Fills {@linkcode RealRoot.statx} for a path; with `isNear` in a directory that was found a moment ago.
   * Returns 0 or a negated errno.
   */
  statPath(path: string, follow: boolean, isNear = false): number {
    // One call instead of three for names in the root itself.
    if (!follow && path.length > 1 && path.lastIndexOf("/") === 0) {
      return this.statName(this.fd, this.#area.put(path) + 1);
    }
    if (isNear && !follow && path !== "/") {
      const slash = path.lastIndexOf("/");
      const directory = this.#findNear(path.slice(0, slash));
      if (directory >= 0) {
        const result = this.statName(directory, this.#area.put(path.slice(slash + 1)));
        // What is mounted there is for the long way to allow.
        if (result < 0 || this.#inodes.isOwn(this.statx.dev)) return result;
      }
    }
    const fd = this.locate(path, follow);
    if (fd < 0) return fd;
    const result = this.statDescriptor(fd);
    this.release(fd);
    return result;
  }

  /** What {@linkcode RealRoot.statx} holds now, for the file with this clean path. */
  info(path: string): FileInfo {
    const { statx } = this;
    return new FileInfo({
      name: basename(path),
      mode: statx.mode,
      size: statx.size,
      ino: this.#inodes.of(statx.dev, statx.ino),
      nlink: statx.nlink,
      uid: statx.uid,
      gid: statx.gid,
      rdev: statx.rdev,
      blocks: statx.blocks,
      blksize: statx.blksize,
      atime: statx.atime,
      mtime: statx.mtime,
      ctime: statx.ctime,
      birthtime: statx.hasBirthtime ? statx.birthtime : undefined,
    });
  }

  /** The inode number that the provider shows for one of a device. */
  inode(device: number, ino: number | bigint): number | bigint {
    return this.#inodes.of(device, ino);
  }

  /**
   * Opens what an O_PATH descriptor stands for, so that it can be looked at before. Returns a descriptor
   * or a negated errno.
   *
   * O_DIRECT is left out: it would refuse every buffer that is not aligned to the disk's blocks.
   */
  reopen(fd: number, flags: number): number {
    const kept = flags & ~(O_NOFOLLOW | O_CREAT | O_EXCL | O_DIRECT);
    const name = this.#area.put(String(fd));
    return openat(this.#descriptors, name, kept | O_CLOEXEC | O_NOCTTY | O_LARGEFILE, 0);
  }

  /** Gives what a descriptor is open on a name. Returns 0 or a negated errno. */
  link(fd: number, place: Place): number {
    const name = this.#area.put(String(fd));
    return linkat(this.#descriptors, name, place.directory, place.name, AT_SYMLINK_FOLLOW);
  }

  /** A path of the host that means the descriptor, or a name in it that is no link to follow. */
  hostPath(fd: number, name?: string): string {
    return name === undefined ? `/proc/self/fd/${fd}` : `/proc/self/fd/${fd}/${name}`;
  }
}
