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
  open: [path: string, flags: number, mode: number];
  close: [fd: number];
  read: [fd: number, size: number];
  write: [fd: number, data: Uint8Array];
  pread: [fd: number, size: number, offset: number];
  pwrite: [fd: number, data: Uint8Array, offset: number];
  lseek: [fd: number, offset: number, whence: number];
  truncate: [path: string, size: number];
  ftruncate: [fd: number, size: number];
  fsync: [fd: number, dataOnly: boolean];
  fallocate: [fd: number, mode: number, offset: number, length: number];
  copyFileRange: [from: number, offset: number, to: number, toOffset: number, length: number];
  stat: [path: string];
  lstat: [path: string];
  fstat: [fd: number];
  chmod: [path: string, mode: number];
  fchmod: [fd: number, mode: number];
  chown: [path: string, uid: number, gid: number];
  lchown: [path: string, uid: number, gid: number];
  fchown: [fd: number, uid: number, gid: number];
  utimens: [path: string, atime: TimeChange, mtime: TimeChange];
  lutimens: [path: string, atime: TimeChange, mtime: TimeChange];
  futimens: [fd: number, atime: TimeChange, mtime: TimeChange];
  mkdir: [path: string, mode: number];
  rmdir: [path: string];
  unlink: [path: string];
  rename: [oldPath: string, newPath: string];
  rename2: [oldPath: string, newPath: string, flags: number];
  link: [existing: string, newPath: string];
  symlink: [target: string, path: string];
  readlink: [path: string];
  mknod: [path: string, mode: number, rdev: number];
  readdir: [path: string];
  statfs: [path: string];
  getxattr: [path: string, name: string];
  setxattr: [path: string, name: string, value: Uint8Array, flags: number];
  listxattr: [path: string];
  removexattr: [path: string, name: string];
  fgetxattr: [fd: number, name: string];
  fsetxattr: [fd: number, name: string, value: Uint8Array, flags: number];
  flistxattr: [fd: number];
  fremovexattr: [fd: number, name: string];
  flock: [fd: number, type: LockType];
  setlk: [fd: number, type: LockType, start: number, length: number];
  getlk: [fd: number, type: LockType, start: number, length: number];
}

/** What each call returns. A failed one throws an FsError. */
export interface CallResults {
  open: number;
  close: void;
  read: Uint8Array;
  write: number;
  pread: Uint8Array;
  pwrite: number;
  lseek: number;
  truncate: void;
  ftruncate: void;
  fsync: void;
  fallocate: void;
  copyFileRange: number;
  stat: Stat;
  lstat: Stat;
  fstat: Stat;
  chmod: void;
  fchmod: void;
  chown: void;
  lchown: void;
  fchown: void;
  utimens: void;
  lutimens: void;
  futimens: void;
  mkdir: void;
  rmdir: void;
  unlink: void;
  rename: void;
  rename2: void;
  link: void;
  symlink: void;
  readlink: string;
  mknod: void;
  readdir: Entry[];
  statfs: StatFs;
  getxattr: Uint8Array;
  setxattr: void;
  listxattr: string[];
  removexattr: void;
  fgetxattr: Uint8Array;
  fsetxattr: void;
  flistxattr: string[];
  fremovexattr: void;
  flock: void;
  setlk: void;
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
  /** Its calls. */
  readonly calls: SystemCalls;
  /** Closes every descriptor that is still open. Returns how many those were. */
  closeAll(): Promise<number>;
}
