/**
 * Owner and mode of what is made and changed on behalf of somebody.
 *
 * @module
 */
import {
  ERRNO,
  isDirectory,
  isRegular,
  MODE_PERMISSIONS,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_PATH,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_ISGID,
  S_ISUID,
} from "../base/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
  chmod,
  close,
  CStringArea,
  fchownat,
  getegid,
  geteuid,
  lgetxattr,
  MemoryBlock,
  openat,
  unlinkat,
} from "../libc/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { Place } from "./real_place.ts";
import type { RealRoot } from "./real_root.ts";

const S_IXGRP = 0o010;
const UID_MAX = 0xffff_ffff;
const DEFAULT_ACL = "system.posix_acl_default";

/** Whether the number can be an owner or group, or -1 for none. */
export function isOwnerId(id: number): boolean {
  return Number.isInteger(id) && id >= -1 && id < UID_MAX;
}

/**
 * Gives new objects to their caller, and takes privileges from what a caller changes. Only root can: a
 * provider of another user makes everything in that user's name, and the kernel does the rest.
 */
export class Ownership {
  readonly #root: RealRoot;
  readonly #uid = geteuid();
  readonly #gid = getegid();
  readonly #area = new CStringArea();
  readonly #aclArea = new CStringArea();
  readonly #acl = new MemoryBlock(1);

  /** For what is below `root`. */
  constructor(root: RealRoot) {
    this.#root = root;
  }

  #isForeign(context: Context | undefined): context is Context {
    return this.#uid === 0 && context !== undefined &&
      (context.uid !== this.#uid || context.gid !== this.#gid);
  }

  /**
   * The permission bits to make an object with: those that depend on the owner are left out until it
   * has the right one, so that there never is a set-user-ID file of root.
   */
  initialMode(mode: number, context: Context | undefined): number {
    return this.#isForeign(context) ? mode & ~(S_ISUID | S_ISGID) : mode;
  }

  /**
   * Settles what was just made at a place and is not open; on failure it is removed again. That somebody
   * else has removed it already is no failure.
   */
  settlePlace(place: Place, mode: number, context: Context | undefined): number {
    const result = this.#settlePlace(place, mode, context);
    return result === -ERRNO.ENOENT.number ? 0 : result;
  }

  #settlePlace(place: Place, mode: number, context: Context | undefined): number {
    if (!this.#isForeign(context)) {
      if ((mode & S_IFMT) === S_IFLNK) return 0;
      const result = this.#root.statName(place.directory, place.name);
      if (result < 0 || !this.#lacks(mode)) return result;
    }
    const fd = openat(place.directory, place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0) return this.#undo(place, mode, fd);
    const result = this.#settle(place, fd, mode, context);
    close(fd);
    return result;
  }

  /** Settles the regular file that was just made at a place and is open as `fd`. */
  settleFile(place: Place, fd: number, mode: number, context: Context | undefined): number {
    return this.#settle(place, fd, mode, context);
  }

  #settle(place: Place, fd: number, mode: number, context: Context | undefined): number {
    let gid = context?.gid ?? this.#gid;
    if (this.#isForeign(context)) {
      const result = this.#root.statDescriptor(place.directory);
      if (result < 0) return this.#undo(place, mode, result);
      // inode(7): below a set-group-ID directory the kernel has given the directory's group.
      if ((this.#root.statx.mode & S_ISGID) !== 0) gid = -1;
    }
    const result = this.#root.statDescriptor(fd);
    if (result < 0) return this.#undo(place, mode, result);
    if (this.#isForeign(context)) {
      // Somebody may have put another file in the place: nobody is given that.
      const isOurs = (this.#root.statx.mode & S_IFMT) === (mode & S_IFMT) &&
        this.#root.statx.uid === this.#uid;
      if (!isOurs) return -ERRNO.ESTALE.number;
      const owned = fchownat(fd, this.#area.put(""), context.uid, gid, AT_EMPTY_PATH);
      if (owned < 0) return this.#undo(place, mode, owned);
    }
    if ((mode & S_IFMT) !== S_IFLNK && this.#lacks(mode)) this.#repair(place, fd, mode);
    return 0;
  }

  /** Whether what statx told of lacks permission bits that were asked for. */
  #lacks(mode: number): boolean {
    return (mode & MODE_PERMISSIONS & ~this.#root.statx.mode) !== 0;
  }

  /**
   * Sets the bits that the process's own umask took, or that had to wait for the owner. Below a
   * directory with a default ACL there is no umask, and the kernel has the right mode already. A
   * filesystem without modes (EPERM) keeps its own.
   */
  #repair(place: Place, fd: number, mode: number): void {
    const { mode: actual } = this.#root.statx;
    const isUnderAcl = this.#hasDefaultAcl(place.directory);
    const wanted = isUnderAcl ? actual | (mode & (S_ISUID | S_ISGID)) : actual | mode;
    if (wanted !== actual) {
      chmod(this.#area.put(this.#root.hostPath(fd)), wanted & MODE_PERMISSIONS);
    }
  }

  #hasDefaultAcl(directory: number): boolean {
    const path = this.#area.put(this.#root.hostPath(directory, "."));
    const size = lgetxattr(path, this.#aclArea.put(DEFAULT_ACL), this.#acl);
    return size > 0 || size === -ERRNO.ERANGE.number;
  }

  #undo(place: Place, mode: number, result: number): number {
    unlinkat(place.directory, place.name, (mode & S_IFMT) === S_IFDIR ? AT_REMOVEDIR : 0);
    return result;
  }

  /**
   * When content or owner change: takes S_ISUID and S_ISGID away as Linux does for a caller other than root. Before
   * somebody's own content comes in, and before the owner is another; what only cuts off or clears, as Linux does it,
   * when it is done. (`file_remove_privs`: S_ISGID without group execute stays for members of the file's group.) Where
   * this process is not root, the kernel does it by itself.
   */
  dropPrivileges(fd: number, context: Context | undefined): void {
    if (context === undefined || context.uid === 0 || this.#uid !== 0) return;
    if (this.#root.statDescriptor(fd) < 0) return;
    const { mode, gid } = this.#root.statx;
    if ((mode & (S_ISUID | S_ISGID)) === 0 || isDirectory(mode) || !isRegular(mode)) return;
    let kept = mode & ~S_ISUID;
    if ((mode & S_IXGRP) !== 0 || context.gid !== gid) kept &= ~S_ISGID;
    if (kept !== mode) chmod(this.#area.put(this.#root.hostPath(fd)), kept & MODE_PERMISSIONS);
  }
}
