/**
 * The system calls that cases are made of: one row a call, parameters and result.
 *
 * A case never talks to a provider or to the kernel; it makes these calls, and each route answers
 * them in its own way. All are plain data, so that they can be recorded, printed and sent to another
 * process.
 *
 * @module
 */
import type { MaybePromise } from "../src/base/mod.ts";
import type { StatFs, TimeChange, Timespec } from "../src/provider/mod.ts";

/** What `stat(2)` tells. */
export interface Stat {
  /** Type and permission bits. */
  readonly mode: number;
  /** Size in bytes. */
  readonly size: number;
  /** Inode number. */
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
  /** Last access. */
  readonly atime: Timespec;
  /** Last change of the content. */
  readonly mtime: Timespec;
  /** Last change of the inode. */
  readonly ctime: Timespec;
}

/** Whether a value is what `stat(2)` tells. */
export function isStat(value: unknown): value is Stat {
  return typeof value === "object" && value !== null && "mode" in value && "ctime" in value;
}

/** One entry of a listing. */
export interface Entry {
  /** The name. */
  readonly name: string;
  /** The type bits of `st_mode`; 0 when the listing does not tell. */
  readonly type: number;
  /** Inode number. */
  readonly ino: number | bigint;
}

/** A record lock that is in the way. */
export interface LockInTheWay {
  /** `read` is shared, `write` exclusive. */
  readonly type: "read" | "write";
  /** First byte. */
  readonly start: number;
  /** Size in bytes; 0 for everything from `start` on. */
  readonly length: number;
}

/** The kinds of a lock request. */
export type LockType = "read" | "write" | "unlock";

/** The parameters of each call, in the order of its man page. */
export interface CallParameters {
  /** `open(2)`. */
  open: [path: string, flags: number, mode: number];
  /** `close(2)`. */
  close: [fd: number];
  /** `read(2)`. */
  read: [fd: number, size: number];
  /** `write(2)`. */
  write: [fd: number, data: Uint8Array];
  /** `pread(2)`. */
  pread: [fd: number, size: number, offset: number];
  /** `pwrite(2)`. */
  pwrite: [fd: number, data: Uint8Array, offset: number];
  /** `lseek(2)`. */
  lseek: [fd: number, offset: number, whence: number];
  /** `truncate(2)`. */
  truncate: [path: string, size: number];
  /** `ftruncate(2)`. */
  ftruncate: [fd: number, size: number];
  /** `fsync(2)`, or `fdatasync(2)`. */
  fsync: [fd: number, dataOnly: boolean];
  /** `fallocate(2)`. */
  fallocate: [fd: number, mode: number, offset: number, length: number];
  /** `copy_file_range(2)`. */
  copyFileRange: [from: number, offset: number, to: number, toOffset: number, length: number];
  /** `stat(2)`. */
  stat: [path: string];
  /** `lstat(2)`. */
  lstat: [path: string];
  /** `fstat(2)`. */
  fstat: [fd: number];
  /** `chmod(2)`. */
  chmod: [path: string, mode: number];
  /** `fchmod(2)`. */
  fchmod: [fd: number, mode: number];
  /** `chown(2)`. */
  chown: [path: string, uid: number, gid: number];
  /** `lchown(2)`. */
  lchown: [path: string, uid: number, gid: number];
  /** `fchown(2)`. */
  fchown: [fd: number, uid: number, gid: number];
  /** `utimensat(2)`, a final link followed. */
  utimens: [path: string, atime: TimeChange, mtime: TimeChange];
  /** `utimensat(2)` with AT_SYMLINK_NOFOLLOW. */
  lutimens: [path: string, atime: TimeChange, mtime: TimeChange];
  /** `futimens(3)`. */
  futimens: [fd: number, atime: TimeChange, mtime: TimeChange];
  /** `mkdir(2)`. */
  mkdir: [path: string, mode: number];
  /** `rmdir(2)`. */
  rmdir: [path: string];
  /** `unlink(2)`. */
  unlink: [path: string];
  /** `rename(2)`. */
  rename: [oldPath: string, newPath: string];
  /** `renameat2(2)`. */
  rename2: [oldPath: string, newPath: string, flags: number];
  /** `link(2)`; a final link is not followed. */
  link: [existing: string, newPath: string];
  /** `linkat(2)` of an open file, by its link in `/proc/self/fd`. */
  flink: [fd: number, newPath: string];
  /** `symlink(2)`. */
  symlink: [target: string, path: string];
  /** `readlink(2)`. */
  readlink: [path: string];
  /** `mknod(2)`. */
  mknod: [path: string, mode: number, rdev: number];
  /** A whole listing (`getdents64(2)`). */
  readdir: [path: string];
  /** `statfs(2)`. */
  statfs: [path: string];
  /** `lgetxattr(2)`. */
  getxattr: [path: string, name: string];
  /** `lsetxattr(2)`. */
  setxattr: [path: string, name: string, value: Uint8Array, flags: number];
  /** `llistxattr(2)`. */
  listxattr: [path: string];
  /** `lremovexattr(2)`. */
  removexattr: [path: string, name: string];
  /** `fgetxattr(2)`. */
  fgetxattr: [fd: number, name: string];
  /** `fsetxattr(2)`. */
  fsetxattr: [fd: number, name: string, value: Uint8Array, flags: number];
  /** `flistxattr(2)`. */
  flistxattr: [fd: number];
  /** `fremovexattr(2)`. */
  fremovexattr: [fd: number, name: string];
  /** `flock(2)` with LOCK_NB. */
  flock: [fd: number, type: LockType];
  /** `fcntl(2)` F_OFD_SETLK; length 0 is all that follows. */
  setlk: [fd: number, type: LockType, start: number, length: number];
  /** `fcntl(2)` F_OFD_GETLK. */
  getlk: [fd: number, type: LockType, start: number, length: number];
}

/** What each call returns. A failed one throws an FsError. */
export interface CallResults {
  /** A descriptor. */
  open: number;
  /** Nothing. */
  close: void;
  /** The bytes. */
  read: Uint8Array;
  /** How many bytes. */
  write: number;
  /** The bytes. */
  pread: Uint8Array;
  /** How many bytes. */
  pwrite: number;
  /** The new position. */
  lseek: number;
  /** Nothing. */
  truncate: void;
  /** Nothing. */
  ftruncate: void;
  /** Nothing. */
  fsync: void;
  /** Nothing. */
  fallocate: void;
  /** How many bytes were copied. */
  copyFileRange: number;
  /** The attributes. */
  stat: Stat;
  /** The attributes. */
  lstat: Stat;
  /** The attributes. */
  fstat: Stat;
  /** Nothing. */
  chmod: void;
  /** Nothing. */
  fchmod: void;
  /** Nothing. */
  chown: void;
  /** Nothing. */
  lchown: void;
  /** Nothing. */
  fchown: void;
  /** Nothing. */
  utimens: void;
  /** Nothing. */
  lutimens: void;
  /** Nothing. */
  futimens: void;
  /** Nothing. */
  mkdir: void;
  /** Nothing. */
  rmdir: void;
  /** Nothing. */
  unlink: void;
  /** Nothing. */
  rename: void;
  /** Nothing. */
  rename2: void;
  /** Nothing. */
  link: void;
  /** Nothing. */
  flink: void;
  /** Nothing. */
  symlink: void;
  /** The target. */
  readlink: string;
  /** Nothing. */
  mknod: void;
  /** Entries without `.` and `..`. */
  readdir: Entry[];
  /** Sizes and limits. */
  statfs: StatFs;
  /** The bytes. */
  getxattr: Uint8Array;
  /** Nothing. */
  setxattr: void;
  /** The names. */
  listxattr: string[];
  /** Nothing. */
  removexattr: void;
  /** The bytes. */
  fgetxattr: Uint8Array;
  /** Nothing. */
  fsetxattr: void;
  /** The names. */
  flistxattr: string[];
  /** Nothing. */
  fremovexattr: void;
  /** Nothing. */
  flock: void;
  /** Nothing. */
  setlk: void;
  /** A lock in the way, if there is one. */
  getlk: LockInTheWay | null;
}

/** The name of a call. */
export type CallName = keyof CallParameters;

/** Something that answers the calls: a provider, or the kernel. */
export type SystemCalls = {
  [Name in CallName]: (...parameters: CallParameters[Name]) => MaybePromise<CallResults[Name]>;
};

/** Makes one call. */
export function invoke<Name extends CallName>(
  calls: SystemCalls,
  name: Name,
  parameters: CallParameters[Name],
): MaybePromise<CallResults[Name]> {
  return calls[name](...parameters);
}

/** A caller with descriptors of its own, like a process. */
export interface Caller extends AsyncDisposable {
  /** Makes a call. */
  call<Name extends CallName>(
    name: Name,
    parameters: CallParameters[Name],
  ): MaybePromise<CallResults[Name]>;
  /** Closes every descriptor that is still open. Returns how many those were. */
  closeAll(): Promise<number>;
}
