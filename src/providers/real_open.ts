/**
 * `open(2)` below a root.
 *
 * The kernel opens pipes and devices as a side effect of `open`, so what is there is looked at first,
 * through an O_PATH descriptor, and then that very descriptor is opened. Devices of the host cannot be
 * opened here, whoever made their nodes: as on a `nodev` mount, but with ENXIO, as for sockets and pipes,
 * whose other ends are not in the provider either.
 *
 * @module
 */
import {
  allowsWrite,
  decodeName,
  dirname,
  ERRNO,
  isDirectory,
  isRegular,
  isSymlink,
  MODE_PERMISSIONS,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_TMPFILE,
  O_TRUNC,
  S_IFREG,
  SYMLINKS_MAX,
} from "../base/mod.ts";
import {
  close,
  KERNEL_PATH_MAX,
  MemoryBlock,
  openat,
  readlinkat,
  STATX_MODE,
} from "../libc/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { Ownership } from "./real_ownership.ts";
import { Place } from "./real_place.ts";
import type { RealRoot } from "./real_root.ts";

/** O_TMPFILE without the O_DIRECTORY that it includes. */
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;
/** How often a creation begins again, because of a link or because the name came and went meanwhile. */
const CREATE_ATTEMPTS_MAX = 1024;

/** What to open, and for whom. */
interface Opening {
  readonly flags: number;
  readonly mode: number;
  readonly context: Context | undefined;
}

/** Opens files below a root. Results are descriptors or negated errnos. */
export class Opener {
  readonly #root: RealRoot;
  readonly #ownership: Ownership;
  readonly #place = new Place();
  readonly #target = new MemoryBlock(KERNEL_PATH_MAX);

  /** For files below `root`; new ones get their owner from `ownership`. */
  constructor(root: RealRoot, ownership: Ownership) {
    this.#root = root;
    this.#ownership = ownership;
  }

  /** Opens a clean path. */
  open(path: string, opening: Opening): number {
    const { flags } = opening;
    if ((flags & O_PATH) !== 0) return this.#openPath(path, flags);
    if ((flags & TMPFILE_BIT) !== 0) return this.#openUnnamed(path, opening);
    if ((flags & (O_CREAT | O_DIRECTORY)) === O_DIRECTORY) {
      return this.#root.openDirectory(path, flags & ~(O_EXCL | O_DIRECT));
    }
    if ((flags & O_CREAT) === 0) {
      const fd = this.#root.locate(path, (flags & O_NOFOLLOW) === 0);
      return fd < 0 ? fd : this.#openLocated(fd, opening);
    }
    // Linux 6.4 and later: before, the two together made a file and then failed.
    return (flags & O_DIRECTORY) !== 0 ? -ERRNO.EINVAL.number : this.#create(path, opening);
  }

  #openPath(path: string, flags: number): number {
    const fd = this.#root.locate(path, (flags & O_NOFOLLOW) === 0);
    if (fd < 0) return fd;
    const result = this.#root.statDescriptor(fd, STATX_MODE);
    const isRefused = (flags & O_DIRECTORY) !== 0 && !isDirectory(this.#root.statx.mode);
    if (result < 0 || isRefused) {
      this.#root.release(fd);
      return result < 0 ? result : -ERRNO.ENOTDIR.number;
    }
    // The root's own descriptor is not to be closed with the handle.
    return fd === this.#root.fd ? openat(fd, this.#place.area.put("."), O_PATH | O_CLOEXEC, 0) : fd;
  }

  /** Opens what an O_PATH descriptor of `locate` stands for, and lets go of that. */
  #openLocated(fd: number, opening: Opening): number {
    const result = this.#root.statDescriptor(fd, STATX_MODE);
    const refused = result < 0 ? result : refusal(this.#root.statx.mode, opening.flags);
    const opened = refused < 0 ? refused : this.#root.reopen(fd, opening.flags);
    if (opened >= 0 && (opening.flags & O_TRUNC) !== 0) {
      this.#ownership.dropPrivileges(fd, opening.context);
    }
    this.#root.release(fd);
    return opened;
  }

  #openUnnamed(path: string, opening: Opening): number {
    const { flags, context } = opening;
    const isRefused = (flags & O_DIRECTORY) === 0 || (flags & O_CREAT) !== 0 || !allowsWrite(flags);
    if (isRefused) return -ERRNO.EINVAL.number;
    const directory = this.#root.locate(path, (flags & O_NOFOLLOW) === 0);
    if (directory < 0) return directory;
    const mode = opening.mode & MODE_PERMISSIONS;
    const initial = this.#ownership.initialMode(mode, context);
    const place = this.#place;
    place.set(directory, place.area.put("."), directory !== this.#root.fd);
    const fd = openat(directory, place.name, flags | O_CLOEXEC | O_LARGEFILE, initial);
    const settled = fd < 0 ? 0 : this.#ownership.settleFile(place, fd, mode | S_IFREG, context);
    place.leave();
    if (settled < 0) close(fd);
    return settled < 0 ? settled : fd;
  }

  /**
   * O_CREAT: tries to make the file, then to open the one that is in the way. Links in the way are followed
   * here, one after the other, since the kernel follows none to make a file exclusively.
   */
  #create(path: string, opening: Opening): number {
    const place = this.#place;
    let at = path;
    let links = 0;
    for (let attempt = 0; attempt < CREATE_ATTEMPTS_MAX; attempt++) {
      if (at.endsWith("/") && at !== "/") return -ERRNO.EISDIR.number;
      const entered = this.#root.enter(place, at, opening.context?.isFromKernel);
      if (entered < 0) return entered;
      try {
        const made = this.#make(place, opening);
        if (made !== -ERRNO.EEXIST.number || (opening.flags & O_EXCL) !== 0) return made;
        const found = this.#openExisting(place, at, opening);
        if (typeof found === "string") {
          if (++links > SYMLINKS_MAX) return -ERRNO.ELOOP.number;
          const directory = dirname(at);
          at = found.startsWith("/") ? found : `${directory === "/" ? "" : directory}/${found}`;
        } else if (found !== -ERRNO.ENOENT.number) return found;
      } finally {
        place.leave();
      }
    }
    return -ERRNO.EAGAIN.number;
  }

  #make(place: Place, opening: Opening): number {
    const { context } = opening;
    const mode = opening.mode & MODE_PERMISSIONS;
    const flags = (opening.flags & ~O_DIRECT) | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC |
      O_NOCTTY | O_LARGEFILE;
    const initial = this.#ownership.initialMode(mode, context);
    const fd = openat(place.directory, place.name, flags, initial);
    if (fd < 0) return fd;
    const settled = this.#ownership.settleFile(place, fd, mode | S_IFREG, context);
    if (settled === 0) return fd;
    close(fd);
    return settled;
  }

  /**
   * Opens what is at the place already. For a link that is to be followed gives its target; -ENOENT when the
   * name has gone again.
   */
  #openExisting(place: Place, path: string, opening: Opening): number | string {
    const fd = openat(place.directory, place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0) return fd;
    const result = this.#root.statDescriptor(fd, STATX_MODE);
    const isLink = result === 0 && isSymlink(this.#root.statx.mode);
    if (!isLink || (opening.flags & O_NOFOLLOW) !== 0) return this.#openLocated(fd, opening);
    const isOfProc = this.#root.isProc(fd);
    const size = readlinkat(fd, this.#root.emptyName, this.#target);
    close(fd);
    if (size < 0) return size;
    if (!isOfProc) return decodeName(this.#target.bytes, 0, size);
    // The text of such a link may not be where it leads: only the kernel can tell, and refuse.
    const target = this.#root.locate(path, true);
    return target < 0 ? target : this.#openLocated(target, opening);
  }
}

/** Why a file of this mode cannot be opened so, as a negated errno, or 0. */
function refusal(mode: number, flags: number): number {
  if (isDirectory(mode)) return (flags & (O_CREAT | O_TRUNC)) !== 0 ? -ERRNO.EISDIR.number : 0;
  if ((flags & O_DIRECTORY) !== 0) return -ERRNO.ENOTDIR.number;
  if (isSymlink(mode)) return -ERRNO.ELOOP.number;
  return isRegular(mode) ? 0 : -ERRNO.ENXIO.number;
}
