/**
 * What a filesystem is to the kernel: operations on node ids.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { FileLock, StatFs } from "../provider/mod.ts";
import type { AttrOut, EntryOut } from "./attr.ts";
import type { DirEntryList } from "./dir_entry_list.ts";
import type { Agreement } from "./negotiation.ts";
import type { OpenOut } from "./open_out.ts";
import type { Request } from "./request.ts";
import type { SetAttrIn } from "./setattr_in.ts";
import type { StatxOut } from "./statx_out.ts";

/** The outcome of an operation that has no other result: nothing, or why it failed. */
export type Outcome = MaybePromise<Errno | void>;

/**
 * The operations of the kernel, one method an opcode; go-fuse's `RawFileSystem`. `request.nodeid` is the
 * node, `out` is filled in before the operation ends. A method may throw or reject: `toErrno` decides
 * what the caller sees. Buffers and the request are valid until the result is there.
 *
 * `fh` is the handle that `open`, `create` or `opendir` put in `out.fh`, or 0.
 */
export interface RawFileSystem {
  /** The kernel has agreed on the protocol; called once, first. */
  init(agreement: Agreement): void;
  /** The mount has ended; called once, last. Every handle and node is gone for the kernel. */
  destroy(): MaybePromise<void>;
  /** The path of a node, for messages; undefined where it has none. */
  pathOf?(nodeid: number): string | undefined;
  /** LOOKUP: finds a name; success adds one to the node's lookup count. */
  lookup(request: Request, name: string, out: EntryOut): Outcome;
  /** FORGET and BATCH_FORGET: takes `count` off the node's lookup count. No reply. */
  forget(nodeid: number, count: number): void;
  /** GETATTR. */
  getattr(request: Request, fh: number, out: AttrOut): Outcome;
  /** STATX: `mask` is a set of STATX_ bits. ENOSYS makes the kernel use GETATTR for all nodes from then on. */
  statx(request: Request, fh: number, mask: number, out: StatxOut): Outcome;
  /** SETATTR. */
  setattr(request: Request, input: SetAttrIn, out: AttrOut): Outcome;
  /** ACCESS: `mask` is a set of R_OK 4, W_OK 2, X_OK 1. */
  access(request: Request, mask: number): Outcome;
  /** READLINK: the target's bytes. */
  readlink(request: Request): MaybePromise<Uint8Array | Errno>;
  /** SYMLINK. */
  symlink(request: Request, name: string, target: string, out: EntryOut): Outcome;
  /** MKNOD: `mode` has the type; the umask has been applied. */
  mknod(request: Request, name: string, mode: number, rdev: number, out: EntryOut): Outcome;
  /** MKDIR. */
  mkdir(request: Request, name: string, mode: number, out: EntryOut): Outcome;
  /** UNLINK. */
  unlink(request: Request, name: string): Outcome;
  /** RMDIR. */
  rmdir(request: Request, name: string): Outcome;
  /** RENAME and RENAME2: `flags` are RENAME_ flags. */
  rename(
    request: Request,
    name: string,
    newParent: number,
    newName: string,
    flags: number,
  ): Outcome;
  /** LINK: `request.nodeid` is the new parent. */
  link(request: Request, target: number, name: string, out: EntryOut): Outcome;
  /** OPEN: `flags` are open flags without O_CREAT and O_EXCL. */
  open(request: Request, flags: number, out: OpenOut): Outcome;
  /** CREATE: makes and opens. */
  create(
    request: Request,
    name: string,
    flags: number,
    mode: number,
    out: EntryOut,
    opened: OpenOut,
  ): Outcome;
  /** TMPFILE: makes and opens a file without a name; `request.nodeid` is the directory. */
  tmpfile(request: Request, flags: number, mode: number, out: EntryOut, opened: OpenOut): Outcome;
  /** READ: fills `buffer`, which is part of the reply; returns the bytes read, 0 at the end. */
  read(
    request: Request,
    fh: number,
    buffer: Uint8Array,
    offset: number,
  ): MaybePromise<number | Errno>;
  /** WRITE: `writeFlags` are FUSE_WRITE bits, `openFlags` the descriptor's flags now. */
  write(
    request: Request,
    fh: number,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno>;
  /** FLUSH: one of the descriptors of the handle was closed. */
  flush(request: Request, fh: number, lockOwner: number | bigint): Outcome;
  /** RELEASE: the last descriptor has gone; the kernel ignores the result. */
  release(request: Request, fh: number, releaseFlags: number, lockOwner: number | bigint): Outcome;
  /** FSYNC. */
  fsync(request: Request, fh: number, dataOnly: boolean): Outcome;
  /** OPENDIR. */
  opendir(request: Request, flags: number, out: OpenOut): Outcome;
  /** READDIR and READDIRPLUS: goes on behind `offset`, which is 0 or an offset it handed out. */
  readdir(request: Request, fh: number, offset: number, list: DirEntryList): Outcome;
  /** RELEASEDIR. */
  releasedir(request: Request, fh: number): Outcome;
  /** FSYNCDIR. */
  fsyncdir(request: Request, fh: number, dataOnly: boolean): Outcome;
  /** STATFS. */
  statfs(request: Request): MaybePromise<StatFs | Errno>;
  /** SYNCFS: everything becomes durable. Linux sends it over virtiofs, not through `/dev/fuse`. */
  syncfs(request: Request): Outcome;
  /** GETXATTR: the whole value. */
  getxattr(request: Request, name: string): MaybePromise<Uint8Array | Errno>;
  /** LISTXATTR: all names. */
  listxattr(request: Request): MaybePromise<readonly string[] | Errno>;
  /** SETXATTR: `flags` is 0, XATTR_CREATE or XATTR_REPLACE. */
  setxattr(request: Request, name: string, value: Uint8Array, flags: number): Outcome;
  /** REMOVEXATTR. */
  removexattr(request: Request, name: string): Outcome;
  /** GETLK: the lock in the way, or null. */
  getlk(request: Request, fh: number, lock: FileLock): MaybePromise<FileLock | null | Errno>;
  /** SETLK and SETLKW (`wait`). */
  setlk(request: Request, fh: number, lock: FileLock, wait: boolean): Outcome;
  /** FALLOCATE. */
  fallocate(
    request: Request,
    fh: number,
    mode: number,
    offset: number,
    length: number,
  ): Outcome;
  /** LSEEK with SEEK_DATA or SEEK_HOLE: the offset found. */
  lseek(
    request: Request,
    fh: number,
    offset: number,
    whence: number,
  ): MaybePromise<number | Errno>;
  /** IOCTL: fills `output`, which is zeroed; returns the result of the call. */
  ioctl(
    request: Request,
    fh: number,
    command: number,
    argument: number | bigint,
    input: Uint8Array,
    output: Uint8Array,
  ): MaybePromise<number | Errno>;
  /**
   * POLL: which of `events` are there. With a `kernelHandle`, the kernel wants `Notices.wakePoll` with it once
   * that has changed.
   */
  poll(
    request: Request,
    fh: number,
    kernelHandle: number | bigint | null,
    events: number,
  ): MaybePromise<number | Errno>;
  /** COPY_FILE_RANGE: bytes copied. */
  copyFileRange(
    request: Request,
    fh: number,
    offset: number,
    targetFh: number,
    targetOffset: number,
    length: number,
  ): MaybePromise<number | Errno>;
}
