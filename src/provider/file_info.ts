/**
 * The attributes of a file.
 *
 * @module
 */
import { isDirectory, S_IFDIR, S_IFMT, S_IFREG } from "../base/mod.ts";

/** A moment: whole seconds since 1970 (negative before) and nanoseconds, 0 to 999,999,999. */
export interface Timespec {
  /** Seconds since 1970-01-01T00:00:00Z; negative before. */
  readonly sec: number;
  /** Nanoseconds within the second, 0 to 999,999,999. */
  readonly nsec: number;
}

/** What {@linkcode FileInfo} is made from; all but `name` and `mode` have defaults. */
export interface FileInfoInit {
  /** The last component of the path that was asked for; `/` for the root. */
  readonly name: string;
  /** `st_mode`: type and permission bits. */
  readonly mode: number;
  /** Size in bytes. */
  readonly size?: number;
  /** Inode number, unique and constant within the provider; 0 when it has none. */
  readonly ino?: number | bigint;
  /** How many names the inode has; default 1, for a directory 2. */
  readonly nlink?: number;
  /** Owner. */
  readonly uid?: number;
  /** Group. */
  readonly gid?: number;
  /** Device number of a device node, as `makedev(3)` makes it (32 bits). */
  readonly rdev?: number;
  /** Allocated blocks of 512 bytes; default from `size`. */
  readonly blocks?: number | undefined;
  /** Preferred size of one transfer in bytes; default 4096. */
  readonly blksize?: number;
  /** Last access. */
  readonly atime?: Timespec;
  /** Last change of the content. */
  readonly mtime?: Timespec;
  /** Last change of the inode. */
  readonly ctime?: Timespec;
  /** When the inode was made, where that is known. */
  readonly birthtime?: Timespec | undefined;
  /** Whatever the provider wants to hand along (Go's `Sys()`). */
  readonly sys?: unknown;
}

const EPOCH: Timespec = Object.freeze({ sec: 0, nsec: 0 });

/**
 * What `stat(2)` tells of a file, a snapshot that does not change with the file. Seed 1's
 * `FileInfo`; Go's methods are properties here.
 *
 * @example
 * ```ts
 * import { FileInfo } from "@fusewire/vfs";
 * import { assert } from "@std/assert";
 *
 * const info = new FileInfo({ name: "notes", mode: 0o040755 });
 * assert(info.isDir && info.nlink === 2 && (info.mode & 0o777) === 0o755);
 * ```
 */
export class FileInfo {
  /** The last component of the path that was asked for; `/` for the root. */
  readonly name: string;
  /** `st_mode`: type and permission bits. */
  readonly mode: number;
  /** Size in bytes. */
  readonly size: number;
  /** Inode number; a bigint only above 2^53 - 1; 0 when the provider has none. */
  readonly ino: number | bigint;
  /** How many names the inode has. */
  readonly nlink: number;
  /** Owner. */
  readonly uid: number;
  /** Group. */
  readonly gid: number;
  /** Device number of a device node. */
  readonly rdev: number;
  /** Allocated blocks of 512 bytes. */
  readonly blocks: number;
  /** Preferred size of one transfer in bytes. */
  readonly blksize: number;
  /** Last access. */
  readonly atime: Timespec;
  /** Last change of the content. */
  readonly mtime: Timespec;
  /** Last change of the inode. */
  readonly ctime: Timespec;
  /** When the inode was made, where that is known. */
  readonly birthtime: Timespec | undefined;
  /** Whatever the provider handed along. */
  readonly sys: unknown;

  /** Takes the fields of `init`; what is missing gets the defaults named there. */
  constructor(init: FileInfoInit) {
    const size = init.size ?? 0;
    this.name = init.name;
    this.mode = init.mode;
    this.size = size;
    this.ino = init.ino ?? 0;
    this.nlink = init.nlink ?? (isDirectory(init.mode) ? 2 : 1);
    this.uid = init.uid ?? 0;
    this.gid = init.gid ?? 0;
    this.rdev = init.rdev ?? 0;
    this.blocks = init.blocks ?? Math.ceil(size / 512);
    this.blksize = init.blksize ?? 4096;
    this.mtime = init.mtime ?? EPOCH;
    this.atime = init.atime ?? this.mtime;
    this.ctime = init.ctime ?? this.mtime;
    this.birthtime = init.birthtime;
    this.sys = init.sys;
  }

  /** Whether it is a directory. */
  get isDir(): boolean {
    return isDirectory(this.mode);
  }

  /** The same attributes with some of them changed, for layers that present a file as another. */
  with(changes: Partial<FileInfoInit>): FileInfo {
    return new FileInfo({
      name: changes.name ?? this.name,
      mode: changes.mode ?? this.mode,
      size: changes.size ?? this.size,
      ino: changes.ino ?? this.ino,
      nlink: changes.nlink ?? this.nlink,
      uid: changes.uid ?? this.uid,
      gid: changes.gid ?? this.gid,
      rdev: changes.rdev ?? this.rdev,
      blocks: changes.blocks ?? (changes.size === undefined ? this.blocks : undefined),
      blksize: changes.blksize ?? this.blksize,
      atime: changes.atime ?? this.atime,
      mtime: changes.mtime ?? this.mtime,
      ctime: changes.ctime ?? this.ctime,
      birthtime: changes.birthtime ?? this.birthtime,
      sys: changes.sys ?? this.sys,
    });
  }

  /** `mtime` as a Date, to the millisecond. */
  get modTime(): Date {
    return new Date(this.mtime.sec * 1000 + Math.floor(this.mtime.nsec / 1e6));
  }
}

/** The moment a Date stands for. */
export function timespecOf(date: Date): Timespec {
  const sec = Math.floor(date.getTime() / 1000);
  return { sec, nsec: (date.getTime() - sec * 1000) * 1e6 };
}

/** Seed 1's `NewFileInfo`: `isDir` decides the type where `mode` has none. */
export function newFileInfo(
  name: string,
  size: number,
  mode: number,
  modTime: Date,
  isDir: boolean,
): FileInfo {
  return newFileInfoWithSys(name, size, mode, modTime, isDir, undefined);
}

/** Seed 1's `NewFileInfoWithSys`: as {@linkcode newFileInfo}, with a value to hand along. */
export function newFileInfoWithSys(
  name: string,
  size: number,
  mode: number,
  modTime: Date,
  isDir: boolean,
  sys: unknown,
): FileInfo {
  const type = (mode & S_IFMT) !== 0 ? 0 : isDir ? S_IFDIR : S_IFREG;
  return new FileInfo({ name, size, mode: mode | type, mtime: timespecOf(modTime), sys });
}
