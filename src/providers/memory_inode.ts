/**
 * What a filesystem in memory is made of.
 *
 * Times are pairs of small integers and everything rare is null at first: a million small files are
 * to fit in half a gigabyte.
 *
 * @module
 */
import { S_IFDIR, S_IFLNK } from "../base/mod.ts";
import { FileInfo } from "../provider/mod.ts";
import { PAGE_SIZE } from "./memory_arena.ts";
import type { MemoryClock } from "./memory_clock.ts";
import type { MemoryListing } from "./memory_dir_entry.ts";
import type { MemoryPageTable } from "./memory_page_table.ts";
import type { MemoryXattrs } from "./memory_xattr_values.ts";

const SECTORS_PER_PAGE = PAGE_SIZE / 512;
const SECONDS_PER_DAY = 86_400;
/** From this length on, a link's target is paid for (`SHORT_SYMLINK_LEN` of tmpfs). */
export const LONG_TARGET = 128;

/** What every inode has. It lives while it has a name or an open handle. */
export abstract class MemoryInode {
  /** Its number, never used again. */
  readonly ino: number;
  /** Type and permission bits. */
  mode: number;
  /** How many names it has; a directory has one for each subdirectory and two for itself. */
  nlink = 1;
  /** Owner. */
  uid: number;
  /** Group. */
  gid: number;
  /** Open handles. */
  handles = 0;
  /** Extended attributes, null while there are none. */
  xattrs: MemoryXattrs | null = null;
  /** Last access. */
  atimeSec: number;
  /** Its nanoseconds. */
  atimeNsec: number;
  /** Last change of the content. */
  mtimeSec: number;
  /** Its nanoseconds. */
  mtimeNsec: number;
  /** Last change of anything. */
  ctimeSec: number;
  /** Its nanoseconds. */
  ctimeNsec: number;
  /** When it was made. */
  readonly birthSec: number;
  /** Its nanoseconds. */
  readonly birthNsec: number;

  /** A new inode without a name; `clock` has just been read. */
  constructor(ino: number, mode: number, uid: number, gid: number, clock: MemoryClock) {
    this.ino = ino;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.atimeSec =
      this.mtimeSec =
      this.ctimeSec =
      this.birthSec =
        clock.sec;
    this.atimeNsec =
      this.mtimeNsec =
      this.ctimeNsec =
      this.birthNsec =
        clock.nsec;
  }

  /** `st_size`. */
  abstract sizeOf(): number;

  /** `st_blocks`, in units of 512 bytes. */
  blocksOf(): number {
    return 0;
  }

  /** `st_rdev`. */
  rdevOf(): number {
    return 0;
  }

  /** The content changed. */
  touchContent(clock: MemoryClock): void {
    clock.tick();
    this.mtimeSec = this.ctimeSec = clock.sec;
    this.mtimeNsec = this.ctimeNsec = clock.nsec;
  }

  /** Something else about the inode changed. */
  touchChange(clock: MemoryClock): void {
    clock.tick();
    this.ctimeSec = clock.sec;
    this.ctimeNsec = clock.nsec;
  }

  /** Somebody read it. */
  touchAccess(clock: MemoryClock): void {
    if (clock.accessTime === "never") return;
    if (clock.accessTime === "relative") {
      clock.tickRoughly();
      if (!this.#isAccessStale(clock)) return;
    }
    clock.tick();
    this.atimeSec = clock.sec;
    this.atimeNsec = clock.nsec;
  }

  /** What `relatime` asks (`mount(8)`): was it not read since it changed, or not for a day? */
  #isAccessStale(clock: MemoryClock): boolean {
    const { atimeSec: sec, atimeNsec: nsec } = this;
    if (sec < this.mtimeSec || (sec === this.mtimeSec && nsec <= this.mtimeNsec)) return true;
    if (sec < this.ctimeSec || (sec === this.ctimeSec && nsec <= this.ctimeNsec)) return true;
    return clock.sec - sec >= SECONDS_PER_DAY;
  }

  /** The attributes now, under the last component of the path that was asked for. */
  info(name: string): FileInfo {
    return new FileInfo({
      name,
      mode: this.mode,
      size: this.sizeOf(),
      ino: this.ino,
      nlink: this.nlink,
      uid: this.uid,
      gid: this.gid,
      rdev: this.rdevOf(),
      blocks: this.blocksOf(),
      blksize: PAGE_SIZE,
      atime: { sec: this.atimeSec, nsec: this.atimeNsec },
      mtime: { sec: this.mtimeSec, nsec: this.mtimeNsec },
      ctime: { sec: this.ctimeSec, nsec: this.ctimeNsec },
      birthtime: { sec: this.birthSec, nsec: this.birthNsec },
    });
  }
}

/**
 * A regular file. Its data is in one of two places: a fragment holds the first `capacity` bytes of a small
 * file, or `pages` holds all of it. Bytes that neither has are zeros, and what is stored beyond `size`
 * is zeros too, so a file can grow without being cleared.
 */
export class MemoryFile extends MemoryInode {
  /** Bytes. */
  size = 0;
  /** The fragment, when `capacity` is not 0. */
  fragment = 0;
  /** Bytes of the fragment, 0 when there is none. */
  capacity = 0;
  /** The pages, null for a file without or with a fragment. */
  pages: MemoryPageTable | null = null;
  /** Whether it may get a name though it has none: made with O_TMPFILE, and without O_EXCL. */
  isLinkable = false;

  /** The size. */
  override sizeOf(): number {
    return this.size;
  }

  /** Whole pages, as they are paid for. */
  override blocksOf(): number {
    if (this.pages !== null) return this.pages.count * SECTORS_PER_PAGE;
    return this.capacity > 0 ? SECTORS_PER_PAGE : 0;
  }
}

/** A directory. Names are in the order in which they came. */
export class MemoryDirectory extends MemoryInode {
  /** What is in it. */
  readonly entries: Map<string, MemoryInode> = new Map();
  /** Where it is; the root is its own parent. */
  parent: MemoryDirectory;
  /** Its name there; empty for the root. */
  name = "";
  /** The path under which path resolution remembers it, null when it does not. */
  remembered: string | null = null;
  /** The last listing, while it is true and nobody needed its memory. */
  listing: WeakRef<MemoryListing> | null = null;

  /** An empty directory below `parent`, or a root. */
  constructor(
    ino: number,
    mode: number,
    uid: number,
    gid: number,
    clock: MemoryClock,
    parent: MemoryDirectory | null,
  ) {
    super(ino, S_IFDIR | mode, uid, gid, clock);
    this.parent = parent ?? this;
    this.nlink = 2;
  }

  /** 0: what a directory takes is not data (seed 1 says 0 as well). */
  override sizeOf(): number {
    return 0;
  }

  /** Whether `inode` is this directory or above it. */
  isWithin(inode: MemoryInode): boolean {
    if (inode === this) return true;
    let above = this.parent;
    while (above !== inode && above !== above.parent) above = above.parent;
    return above === inode;
  }
}

/** A symbolic link. */
export class MemorySymlink extends MemoryInode {
  /** Where it points, as it was given. */
  readonly target: string;
  readonly #size: number;

  /** @param size The length of `target` in bytes. */
  constructor(
    ino: number,
    uid: number,
    gid: number,
    clock: MemoryClock,
    target: string,
    size: number,
  ) {
    super(ino, S_IFLNK | 0o777, uid, gid, clock);
    this.target = target;
    this.#size = size;
  }

  /** The length of the target in bytes. */
  override sizeOf(): number {
    return this.#size;
  }

  /** A page for a long target, none for a short one: as tmpfs counts, and as it is paid for. */
  override blocksOf(): number {
    return this.#size < LONG_TARGET ? 0 : SECTORS_PER_PAGE;
  }
}

/** A named pipe, socket or device node: a name for something that the kernel makes. */
export class MemorySpecial extends MemoryInode {
  readonly #rdev: number;

  /** @param mode Type and permission bits. */
  constructor(
    ino: number,
    mode: number,
    uid: number,
    gid: number,
    clock: MemoryClock,
    rdev: number,
  ) {
    super(ino, mode, uid, gid, clock);
    this.#rdev = rdev;
  }

  /** 0. */
  override sizeOf(): number {
    return 0;
  }

  /** The device number. */
  override rdevOf(): number {
    return this.#rdev;
  }
}
