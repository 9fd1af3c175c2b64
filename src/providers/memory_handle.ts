/**
 * An open file in memory.
 *
 * @module
 */
import {
  basename,
  chain,
  clean,
  ERRNO,
  Errno,
  type ErrnoName,
  type MaybePromise,
  O_ACCMODE,
  O_APPEND,
  O_NOATIME,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../base/mod.ts";
import {
  BaseHandle,
  type Context,
  type FileInfo,
  type FileLock,
  type Handle,
  type TimeChange,
} from "../provider/mod.ts";
import { changeMode, changeOwner, changeTimes, dropPrivileges } from "./memory_attributes.ts";
import { MemoryDirectory, MemoryFile, type MemoryInode } from "./memory_inode.ts";
import { allocateRange, copyRange, refuseAllocate, seekRange } from "./memory_ranges.ts";
import type { MemoryTree } from "./memory_tree.ts";
import { getXattr, listXattr, removeXattr, setXattr } from "./memory_xattr.ts";

/**
 * A handle on an inode, which lives as long as the handle does. Everything answers at once, except a lock
 * that waits.
 */
export class MemoryHandle extends BaseHandle {
  readonly #tree: MemoryTree;
  /** Where it was found; it may have moved since. */
  readonly #parent: MemoryDirectory;
  readonly #name: string;
  readonly #isReadable: boolean;
  readonly #isWritable: boolean;
  /** Null when the handle is closed. */
  #inode: MemoryInode | null;
  #position = 0;
  /** Whether a lock was ever asked for through this handle. */
  #hasLocks = false;

  /** Opens `inode`, which the tree's walk has just found; `path` is what the caller asked for. */
  constructor(tree: MemoryTree, inode: MemoryInode, flags: number, path: string) {
    super(flags, path);
    const access = flags & O_ACCMODE;
    const isPath = (flags & O_PATH) !== 0;
    this.#tree = tree;
    this.#inode = inode;
    this.#isReadable = !isPath && (access === O_RDONLY || access === O_RDWR);
    this.#isWritable = !isPath && (access === O_WRONLY || access === O_RDWR);
    this.#parent = tree.walk.parent;
    this.#name = tree.walk.name;
    inode.handles++;
  }

  /** The content has changed: times, and whoever watches. */
  #changed(file: MemoryFile, context: Context | undefined): void {
    const { budget, clock } = this.#tree;
    dropPrivileges(file, budget, context);
    file.touchContent(clock);
    this.#tell("content", file);
  }

  #tell(kind: "content" | "attributes", inode: MemoryInode): void {
    const { watches } = this.#tree;
    if (!watches.isIdle) watches.change(kind, inode, { parent: this.#parent, name: this.#name });
  }

  /** What is open, for any use. */
  #open(syscall: string): MemoryInode {
    if (this.#inode === null) throw this.fail("EBADF", syscall);
    return this.#inode;
  }

  /** What is open, for a use that O_PATH does not allow. */
  #openFully(syscall: string): MemoryInode {
    if ((this.flags & O_PATH) !== 0) throw this.fail("EBADF", syscall);
    return this.#open(syscall);
  }

  /** The open file, for writing. */
  #openToWrite(syscall: string, other: ErrnoName): MemoryFile {
    const inode = this.#open(syscall);
    if (!this.#isWritable) throw this.fail(other, syscall);
    if (!(inode instanceof MemoryFile)) throw this.fail(other, syscall);
    return inode;
  }

  /** For the provider: gives what is open the name `newPath` in `tree`. */
  linkTo(tree: MemoryTree, newPath: string): Errno | null {
    if (this.#inode === null) return ERRNO.EBADF;
    return this.#tree === tree ? tree.linkInode(this.#inode, newPath) : ERRNO.EXDEV;
  }

  #check(result: Errno | null, syscall: string): void {
    if (result !== null) throw this.fail(result.code, syscall);
  }

  #value<T>(result: T | Errno, syscall: string): T {
    if (result instanceof Errno) throw this.fail(result.code, syscall);
    return result;
  }

  #offset(offset: number, syscall: string): void {
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.fail("EINVAL", syscall);
  }

  /** Reads at `offset`; a read counts as an access (`relatime`) unless O_NOATIME was given. */
  override readAt(buffer: Uint8Array, offset: number, _context?: Context): number {
    const inode = this.#open("read");
    if (!this.#isReadable) throw this.fail("EBADF", "read");
    this.#offset(offset, "read");
    if (!(inode instanceof MemoryFile)) {
      throw this.fail(inode instanceof MemoryDirectory ? "EISDIR" : "EINVAL", "read");
    }
    const size = this.#tree.data.read(inode, buffer, offset);
    if ((this.flags & O_NOATIME) === 0) inode.touchAccess(this.#tree.clock);
    return size;
  }

  /** Writes at `offset`, with O_APPEND at the end; fewer bytes than given when space ends there. */
  override writeAt(data: Uint8Array, offset: number, context?: Context): number {
    const file = this.#openToWrite("write", "EBADF");
    this.#offset(offset, "write");
    if (data.length === 0) return 0;
    const at = (this.flags & O_APPEND) !== 0 ? file.size : offset;
    const written = this.#value(this.#tree.data.write(file, data, at), "write");
    this.#changed(file, context);
    return written;
  }

  /** `readAt` at the position. */
  override read(buffer: Uint8Array, context?: Context): number {
    const size = this.readAt(buffer, this.#position, context);
    this.#position += size;
    return size;
  }

  /** `writeAt` at the position, with O_APPEND at the end; the position is then behind the data. */
  override write(data: Uint8Array, context?: Context): number {
    const size = this.writeAt(data, this.#position, context);
    const isAppended = (this.flags & O_APPEND) !== 0 && size > 0;
    this.#position = isAppended ? this.#open("write").sizeOf() : this.#position + size;
    return size;
  }

  /** Moves the position; a directory has no end to move from, as on tmpfs. */
  override seek(offset: number, whence: number, _context?: Context): number {
    const inode = this.#openFully("seek");
    let base = NaN;
    if (whence === SEEK_SET) base = 0;
    else if (whence === SEEK_CUR) base = this.#position;
    else if (whence === SEEK_END && inode instanceof MemoryFile) base = inode.size;
    this.#offset(base + offset, "seek");
    this.#position = base + offset;
    return this.#position;
  }

  /** Ends the handle; locks that were set through it go, and an inode that has no name. */
  override close(_context?: Context): void {
    const inode = this.#open("close");
    this.#inode = null;
    if (this.#hasLocks) this.#tree.locks.release(inode, this);
    inode.handles--;
    this.#tree.settle(inode);
  }

  /** The attributes now. */
  override stat(_context?: Context): FileInfo {
    return this.#open("stat").info(basename(clean(this.path ?? "/")));
  }

  /** Memory is as durable as it gets: nothing to do. */
  override sync(_dataOnly?: boolean, _context?: Context): void {
    this.#openFully("sync");
  }

  /** Sets the size. */
  override truncate(size: number, context?: Context): void {
    const file = this.#openToWrite("truncate", "EINVAL");
    this.#offset(size, "truncate");
    this.#check(this.#tree.data.truncate(file, size), "truncate");
    this.#changed(file, context);
  }

  /** Sets the permission bits. */
  override chmod(mode: number, _context?: Context): void {
    const inode = this.#openFully("chmod");
    changeMode(inode, mode, this.#tree.clock);
    this.#tell("attributes", inode);
  }

  /** Sets owner and group. */
  override chown(uid: number, gid: number, context?: Context): void {
    const inode = this.#openFully("chown");
    this.#check(changeOwner(this.#tree, inode, uid, gid, context), "chown");
    this.#tell("attributes", inode);
  }

  /** Sets the times. */
  override utimes(atime: TimeChange, mtime: TimeChange, _context?: Context): void {
    const inode = this.#openFully("utimes");
    this.#check(changeTimes(inode, atime, mtime, this.#tree.clock), "utimes");
    this.#tell("attributes", inode);
  }

  /** `fallocate(2)`. */
  override allocate(mode: number, offset: number, length: number, context?: Context): void {
    this.#openFully("allocate");
    this.#check(refuseAllocate(mode, offset, length), "allocate");
    const file = this.#openToWrite("allocate", "EBADF");
    this.#check(allocateRange(this.#tree.data, file, mode, offset, length), "allocate");
    this.#changed(file, context);
  }

  /** `copy_file_range(2)`; a handle of another provider is EXDEV. */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): number {
    const source = this.#openFully("copyRange");
    if (!(target instanceof MemoryHandle) || target.#tree !== this.#tree) {
      throw this.fail("EXDEV", "copyRange");
    }
    const other = target.#openFully("copyRange");
    for (const value of [offset, targetOffset, length]) this.#offset(value, "copyRange");
    for (const inode of [source, other]) {
      if (inode instanceof MemoryDirectory) throw this.fail("EISDIR", "copyRange");
    }
    if (!(source instanceof MemoryFile && other instanceof MemoryFile)) {
      throw this.fail("EINVAL", "copyRange");
    }
    if (!this.#isReadable || !target.#isWritable || (target.flags & O_APPEND) !== 0) {
      throw this.fail("EBADF", "copyRange");
    }
    const size = Math.max(0, Math.min(length, source.size - offset));
    if (source === other && targetOffset + size > offset && targetOffset < offset + size) {
      throw this.fail("EINVAL", "copyRange");
    }
    const { data } = this.#tree;
    const copied = this.#value(
      copyRange(data, source, offset, other, targetOffset, size),
      "copyRange",
    );
    if (copied === 0) return 0;
    target.#changed(other, context);
    if ((this.flags & O_NOATIME) === 0) source.touchAccess(this.#tree.clock);
    return copied;
  }

  /** SEEK_DATA and SEEK_HOLE. */
  override seekHole(offset: number, whence: number, _context?: Context): number {
    const inode = this.#openFully("seekHole");
    if (!(inode instanceof MemoryFile)) throw this.fail("EINVAL", "seekHole");
    if (!Number.isSafeInteger(offset)) throw this.fail("EINVAL", "seekHole");
    return this.#value(seekRange(inode, offset, whence), "seekHole");
  }

  /** A lock that conflicts. */
  override getLock(lock: FileLock, _context?: Context): FileLock | null {
    return this.#value(this.#tree.locks.get(this.#openFully("getLock"), lock), "getLock");
  }

  /** Takes, changes or releases a lock; a promise only when it waits. */
  override setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    const inode = this.#openFully("setLock");
    if (lock.kind === "posix") {
      const isAllowed = lock.type === "read" ? this.#isReadable : this.#isWritable;
      if (lock.type !== "unlock" && !isAllowed) throw this.fail("EBADF", "setLock");
    }
    this.#hasLocks = true;
    const result = this.#tree.locks.set(inode, lock, wait, this, context?.signal);
    return chain(result, (errno) => this.#check(errno, "setLock"));
  }

  /** The value of an attribute. */
  override getXattr(name: string, context?: Context): Uint8Array {
    return this.#value(getXattr(this.#openFully("getXattr"), name, context), "getXattr");
  }

  /** Sets an attribute. */
  override setXattr(name: string, value: Uint8Array, flags: number, context?: Context): void {
    const inode = this.#openFully("setXattr");
    this.#check(setXattr(inode, this.#tree.budget, name, value, flags, context), "setXattr");
    inode.touchChange(this.#tree.clock);
    this.#tell("attributes", inode);
  }

  /** The names of the attributes. */
  override listXattr(context?: Context): string[] {
    return listXattr(this.#openFully("listXattr"), context);
  }

  /** Removes an attribute. */
  override removeXattr(name: string, context?: Context): void {
    const inode = this.#openFully("removeXattr");
    this.#check(removeXattr(inode, this.#tree.budget, name, context), "removeXattr");
    inode.touchChange(this.#tree.clock);
    this.#tell("attributes", inode);
  }
}
