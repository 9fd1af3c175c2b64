/**
 * The contract that everything else speaks.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { CapabilitySet } from "./capability.ts";
import type { Context } from "./context.ts";
import type { DirEntry } from "./dir_entry.ts";
import type { FileInfo } from "./file_info.ts";
import type { Handle, TimeChange } from "./handle.ts";
import type { Leases, OnLeaseOver } from "./leases.ts";
import type { StatFs } from "./stat_fs.ts";
import type { WatchEvent } from "./watch_event.ts";

/**
 * A filesystem. Paths are in the dialect of `src/base/path.ts`; modes, flags and errnos are Linux's.
 * Every method fails with an {@linkcode FsError} that names the caller's path, thrown or as a rejected
 * promise. The first thirteen methods are seed 1's `Provider`; the others answer ENOSYS unless
 * {@linkcode Provider.capabilities} declares them.
 *
 * Providers do not check permissions (the kernel does, or a layer); they apply the caller of the
 * context as owner of what they create, and clear S_ISUID and S_ISGID as Linux does when a caller
 * other than root changes content or owner.
 *
 * Extend {@linkcode BaseProvider} rather than implementing this from nothing.
 */
export interface Provider {
  /** What works beyond the core. Constant for the life of the provider. */
  readonly capabilities: CapabilitySet;

  /** Whether every change fails with EROFS. */
  readonly(): boolean;
  /** The attributes; a final symbolic link is followed. */
  stat(path: string, context?: Context): MaybePromise<FileInfo>;
  /**
   * The entries without `.` and `..`, in an order that is the same while nothing changes. The array
   * may be shared with other callers, so nobody changes it: `toSorted` and `filter` make one's own.
   */
  readDir(path: string, context?: Context): MaybePromise<readonly DirEntry[]>;
  /**
   * Opens a file; `flags` are Linux's O_ flags, `mode` the permission bits of a file that O_CREAT
   * makes (the caller's umask has been applied). A directory can be opened with O_RDONLY or O_PATH:
   * its handle has attributes but no data (EISDIR).
   */
  open(path: string, flags: number, mode: number, context?: Context): MaybePromise<Handle>;
  /** `open` with O_RDWR, O_CREAT and O_TRUNC. */
  create(path: string, mode: number, context?: Context): MaybePromise<Handle>;
  /** Makes one directory. */
  mkdir(path: string, mode: number, context?: Context): MaybePromise<void>;
  /** Sets the permission bits; a final symbolic link is followed. */
  chmod(path: string, mode: number, context?: Context): MaybePromise<void>;
  /** Removes a file or an empty directory (Go's `os.Remove`). See {@linkcode Provider.unlink}. */
  remove(path: string, context?: Context): MaybePromise<void>;
  /** Removes a path and everything below it; succeeds when it is not there. Links are not followed. */
  removeAll(path: string, context?: Context): MaybePromise<void>;
  /** Moves `oldPath` to `newPath`, replacing a file or an empty directory there, atomically. */
  rename(oldPath: string, newPath: string, context?: Context): MaybePromise<void>;
  /** Makes `link` a symbolic link to `target`, which is stored as it is. */
  symlink(target: string, link: string, context?: Context): MaybePromise<void>;
  /** The target of a symbolic link; EINVAL for anything else. */
  readlink(path: string, context?: Context): MaybePromise<string>;
  /** Removes a name that is not a directory (EISDIR). */
  unlink(path: string, context?: Context): MaybePromise<void>;
  /** Removes an empty directory (ENOTDIR for anything else). */
  rmdir(path: string, context?: Context): MaybePromise<void>;

  /** `lstat`: the attributes; a final symbolic link is described itself. */
  lstat(path: string, context?: Context): MaybePromise<FileInfo>;
  /**
   * As {@linkcode Provider.lstat}, but null where there is nothing (ENOENT). For providers that can tell without
   * throwing: half of what a kernel looks up is not there. Optional; who has it has the capability `lstat`.
   */
  find?(path: string, context?: Context): MaybePromise<FileInfo | null>;
  /** `link`: gives an inode a second name; a final symbolic link in `existing` is not followed. */
  link(existing: string, newPath: string, context?: Context): MaybePromise<void>;
  /**
   * `tmpfile`: gives an open file another name, or its first (`linkat(2)` with AT_EMPTY_PATH). EXDEV for
   * a handle of another provider; ENOENT when its last name has been removed, or O_EXCL said that it
   * shall never have one.
   */
  linkHandle(handle: Handle, newPath: string, context?: Context): MaybePromise<void>;
  /** `mknod`: makes a pipe, socket, device node or regular file; `mode` has type and permissions. */
  mknod(path: string, mode: number, rdev: number, context?: Context): MaybePromise<void>;
  /** `chown`: sets owner and group, -1 leaves one as it is; a final symbolic link is followed. */
  chown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void>;
  /** `chown`: as chown; a final symbolic link is changed itself. */
  lchown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void>;
  /** `utimes`: sets access and modification time; a final symbolic link is followed. */
  utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void>;
  /** `utimes`: as utimes; a final symbolic link is changed itself. */
  lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void>;
  /** `truncate`: sets the size of a file; a final symbolic link is followed. */
  truncate(path: string, size: number, context?: Context): MaybePromise<void>;
  /** `statfs`: sizes and limits of the filesystem that holds the path. */
  statfs(path: string, context?: Context): MaybePromise<StatFs>;
  /** `rename2`: rename with RENAME_ flags; EINVAL for flags it does not know. */
  rename2(
    oldPath: string,
    newPath: string,
    flags: number,
    context?: Context,
  ): MaybePromise<void>;
  /** `xattr`: the value; ENODATA when there is none. Final symbolic links are not followed here and below. */
  getXattr(path: string, name: string, context?: Context): MaybePromise<Uint8Array>;
  /** `xattr`: sets a value; `flags` is 0, XATTR_CREATE or XATTR_REPLACE. */
  setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void>;
  /** `xattr`: all names. */
  listXattr(path: string, context?: Context): MaybePromise<string[]>;
  /** `xattr`: removes one; ENODATA when there is none. */
  removeXattr(path: string, name: string, context?: Context): MaybePromise<void>;
  /** `watch`: changes at and below the path, made by anybody, until `context.signal` aborts. */
  watch(path: string, context?: Context): AsyncIterable<WatchEvent>;
  /**
   * Leases of directories for one client: `onOver` is told of each that is over. For providers that hear of changes by
   * anybody without having to watch a whole tree. A server gives them to its clients, and a mount keeps listings
   * that are asked for again and again. Optional; null where that turns out to be impossible.
   */
  leases?(onOver: OnLeaseOver): Leases | null;

  /**
   * Whether its calls, until they return, start no thread and no process: no `Deno.Command`, no worker, nothing
   * asynchronous of Deno that goes to another thread, as files do. A mount can be faster when it knows that
   * (`bench/README.md`). A layer says so for itself only if what it wraps does. Default: no.
   */
  readonly startsNothing?: boolean;

  /** Lets go of what the provider holds (descriptors, connections). A layer closes what it wraps. */
  close(): MaybePromise<void>;
  /** `close()` for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
