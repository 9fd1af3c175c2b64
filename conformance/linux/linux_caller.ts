/**
 * System calls on the kernel.
 *
 * @module
 */
import {
  decodeName,
  FsError,
  type MaybePromise,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
} from "../../src/base/mod.ts";
import * as libc from "../../src/libc/mod.ts";
import { check, CStringArea, MemoryBlock, StatfsBlock, StatxBlock } from "../../src/libc/mod.ts";
import type { StatFs, TimeChange } from "../../src/provider/mod.ts";
import type { Caller, CallName, CallParameters, CallResults, Entry } from "../system_calls.ts";
import {
  invoke,
  type LockInTheWay,
  type LockType,
  type Stat,
  type SystemCalls,
} from "../system_calls.ts";

const { AT_FDCWD, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } = libc;
/** How much one `getdents64` may return. */
const LISTING_SIZE = 32_768;
/** Room for the target of a symbolic link. */
const TARGET_SIZE = 4096;

/**
 * A caller that makes each call for real. Every call blocks this thread, so it must not be a thread
 * that serves a mount: see {@linkcode ProcessCaller}.
 */
export class LinuxCaller implements Caller, SystemCalls {
  readonly #fds = new Set<number>();
  readonly #first = new CStringArea();
  readonly #second = new CStringArea();
  readonly #statx = new StatxBlock();

  /** Makes a call. */
  call<Name extends CallName>(
    name: Name,
    parameters: CallParameters[Name],
  ): MaybePromise<CallResults[Name]> {
    return invoke(this, name, parameters);
  }

  /** Closes every descriptor that is still open. Returns how many those were. */
  closeNow(): number {
    const left = [...this.#fds];
    this.#fds.clear();
    for (const fd of left) libc.close(fd);
    return left.length;
  }

  /** As {@linkcode LinuxCaller.closeNow}. */
  closeAll(): Promise<number> {
    return Promise.resolve(this.closeNow());
  }

  /** Closes what is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAll();
  }

  open(path: string, flags: number, mode: number): number {
    const fd = check(libc.open(path, flags, mode), "open", path);
    this.#fds.add(fd);
    return fd;
  }

  close(fd: number): void {
    if (!this.#fds.delete(fd)) throw new FsError("EBADF", { syscall: "close" });
    check(libc.close(fd), "close");
  }

  read(fd: number, size: number): Uint8Array {
    const block = new MemoryBlock(size);
    return block.bytes.subarray(0, check(libc.read(fd, block.address, size), "read"));
  }

  write(fd: number, data: Uint8Array): number {
    const block = new MemoryBlock(data.length);
    block.bytes.set(data);
    return check(libc.write(fd, block.address, data.length), "write");
  }

  pread(fd: number, size: number, offset: number): Uint8Array {
    const buffer = new Uint8Array(size);
    return buffer.subarray(0, check(libc.pread(fd, buffer, size, offset), "pread"));
  }

  pwrite(fd: number, data: Uint8Array, offset: number): number {
    return check(libc.pwrite(fd, new Uint8Array(data), data.length, offset), "pwrite");
  }

  lseek(fd: number, offset: number, whence: number): number {
    return check(libc.lseek(fd, offset, whence), "lseek");
  }

  truncate(path: string, size: number): void {
    check(libc.truncate(this.#first.put(path), size), "truncate", path);
  }

  ftruncate(fd: number, size: number): void {
    check(libc.ftruncate(fd, size), "ftruncate");
  }

  fsync(fd: number, dataOnly: boolean): void {
    check(libc.fsync(fd, dataOnly), "fsync");
  }

  fallocate(fd: number, mode: number, offset: number, length: number): void {
    check(libc.fallocate(fd, mode, offset, length), "fallocate");
  }

  copyFileRange(
    from: number,
    offset: number,
    to: number,
    toOffset: number,
    length: number,
  ): number {
    return check(libc.copyFileRange(from, offset, to, toOffset, length), "copy_file_range");
  }

  #stat(fd: number, path: string, flags: number): Stat {
    check(this.#statx.fill(fd, this.#first.put(path), flags), "stat", path);
    const { mode, size, ino, nlink, uid, gid, rdev, blocks, atime, mtime, ctime } = this.#statx;
    return { mode, size, ino, nlink, uid, gid, rdev, blocks, atime, mtime, ctime };
  }

  stat(path: string): Stat {
    return this.#stat(AT_FDCWD, path, 0);
  }

  lstat(path: string): Stat {
    return this.#stat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  }

  fstat(fd: number): Stat {
    return this.#stat(fd, "", AT_EMPTY_PATH);
  }

  chmod(path: string, mode: number): void {
    check(libc.chmod(this.#first.put(path), mode), "chmod", path);
  }

  fchmod(fd: number, mode: number): void {
    check(libc.fchmod(fd, mode), "fchmod");
  }

  #chown(fd: number, path: string, uid: number, gid: number, flags: number): void {
    check(libc.fchownat(fd, this.#first.put(path), uid, gid, flags), "chown", path);
  }

  chown(path: string, uid: number, gid: number): void {
    this.#chown(AT_FDCWD, path, uid, gid, 0);
  }

  lchown(path: string, uid: number, gid: number): void {
    this.#chown(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  fchown(fd: number, uid: number, gid: number): void {
    this.#chown(fd, "", uid, gid, AT_EMPTY_PATH);
  }

  #utimens(fd: number, path: string, atime: TimeChange, mtime: TimeChange, flags: number): void {
    const address = this.#first.put(path);
    const result = libc.utimensat(fd, address, kernelTime(atime), kernelTime(mtime), flags);
    check(result, "utimensat", path);
  }

  utimens(path: string, atime: TimeChange, mtime: TimeChange): void {
    this.#utimens(AT_FDCWD, path, atime, mtime, 0);
  }

  lutimens(path: string, atime: TimeChange, mtime: TimeChange): void {
    this.#utimens(AT_FDCWD, path, atime, mtime, AT_SYMLINK_NOFOLLOW);
  }

  futimens(fd: number, atime: TimeChange, mtime: TimeChange): void {
    this.#utimens(fd, "", atime, mtime, AT_EMPTY_PATH);
  }

  mkdir(path: string, mode: number): void {
    check(libc.mkdirat(AT_FDCWD, this.#first.put(path), mode), "mkdir", path);
  }

  rmdir(path: string): void {
    check(libc.unlinkat(AT_FDCWD, this.#first.put(path), libc.AT_REMOVEDIR), "rmdir", path);
  }

  unlink(path: string): void {
    check(libc.unlinkat(AT_FDCWD, this.#first.put(path), 0), "unlink", path);
  }

  rename(oldPath: string, newPath: string): void {
    this.rename2(oldPath, newPath, 0);
  }

  rename2(oldPath: string, newPath: string, flags: number): void {
    const [from, to] = [this.#first.put(oldPath), this.#second.put(newPath)];
    check(libc.renameat2(AT_FDCWD, from, AT_FDCWD, to, flags), "rename", oldPath);
  }

  link(existing: string, newPath: string): void {
    const [from, to] = [this.#first.put(existing), this.#second.put(newPath)];
    check(libc.linkat(AT_FDCWD, from, AT_FDCWD, to), "link", existing);
  }

  flink(fd: number, newPath: string): void {
    const [from, to] = [this.#first.put(`/proc/self/fd/${fd}`), this.#second.put(newPath)];
    check(libc.linkat(AT_FDCWD, from, AT_FDCWD, to, libc.AT_SYMLINK_FOLLOW), "link", newPath);
  }

  symlink(target: string, path: string): void {
    const [text, at] = [this.#first.put(target), this.#second.put(path)];
    check(libc.symlinkat(text, AT_FDCWD, at), "symlink", path);
  }

  readlink(path: string): string {
    const block = new MemoryBlock(TARGET_SIZE);
    const size = libc.readlinkat(AT_FDCWD, this.#first.put(path), block);
    return decodeName(block.bytes, 0, check(size, "readlink", path));
  }

  mknod(path: string, mode: number, rdev: number): void {
    check(libc.mknodat(AT_FDCWD, this.#first.put(path), mode, rdev), "mknod", path);
  }

  readdir(path: string): Entry[] {
    const fd = check(libc.open(path, O_RDONLY | O_DIRECTORY), "open", path);
    try {
      const entries: Entry[] = [];
      const block = new MemoryBlock(LISTING_SIZE);
      while (true) {
        const size = check(libc.getdents64(fd, block), "getdents64", path);
        if (size === 0) return entries;
        readEntries(block, size, entries);
      }
    } finally {
      libc.close(fd);
    }
  }

  statfs(path: string): StatFs {
    const fd = check(libc.open(path, O_PATH), "statfs", path);
    try {
      const block = new StatfsBlock();
      check(block.fill(fd), "statfs", path);
      const { bsize, frsize, blocks, bfree, bavail, files, ffree, namelen } = block;
      return { bsize, frsize, blocks, bfree, bavail, files, ffree, namelen };
    } finally {
      libc.close(fd);
    }
  }

  getxattr(path: string, name: string): Uint8Array {
    const block = new MemoryBlock(libc.XATTR_SIZE_MAX);
    const [at, attribute] = [this.#first.put(path), this.#second.put(name)];
    const size = check(libc.lgetxattr(at, attribute, block), "getxattr", path);
    return block.bytes.subarray(0, size);
  }

  setxattr(path: string, name: string, value: Uint8Array, flags: number): void {
    const [at, attribute] = [this.#first.put(path), this.#second.put(name)];
    check(libc.lsetxattr(at, attribute, new Uint8Array(value), flags), "setxattr", path);
  }

  listxattr(path: string): string[] {
    const block = new MemoryBlock(libc.XATTR_SIZE_MAX);
    const size = check(libc.llistxattr(this.#first.put(path), block), "listxattr", path);
    return names(block, size);
  }

  removexattr(path: string, name: string): void {
    const [at, attribute] = [this.#first.put(path), this.#second.put(name)];
    check(libc.lremovexattr(at, attribute), "removexattr", path);
  }

  fgetxattr(fd: number, name: string): Uint8Array {
    const block = new MemoryBlock(libc.XATTR_SIZE_MAX);
    const size = check(libc.fgetxattr(fd, this.#first.put(name), block), "fgetxattr");
    return block.bytes.subarray(0, size);
  }

  fsetxattr(fd: number, name: string, value: Uint8Array, flags: number): void {
    const attribute = this.#first.put(name);
    check(libc.fsetxattr(fd, attribute, new Uint8Array(value), flags), "fsetxattr");
  }

  flistxattr(fd: number): string[] {
    const block = new MemoryBlock(libc.XATTR_SIZE_MAX);
    return names(block, check(libc.flistxattr(fd, block), "flistxattr"));
  }

  fremovexattr(fd: number, name: string): void {
    check(libc.fremovexattr(fd, this.#first.put(name)), "fremovexattr");
  }

  flock(fd: number, type: LockType): void {
    const operation = { read: libc.LOCK_SH, write: libc.LOCK_EX, unlock: libc.LOCK_UN }[type];
    check(libc.flock(fd, operation | libc.LOCK_NB), "flock");
  }

  setlk(fd: number, type: LockType, start: number, length: number): void {
    check(libc.setRecordLock(fd, recordType(type), start, length), "fcntl");
  }

  getlk(fd: number, type: LockType, start: number, length: number): LockInTheWay | null {
    const found = libc.getRecordLock(fd, recordType(type), start, length);
    if (found === null) return null;
    if (typeof found === "number") throw libc.failure(found, { syscall: "fcntl" });
    return {
      type: found.type === libc.F_RDLCK ? "read" : "write",
      start: found.start,
      length: found.length,
    };
  }
}

function recordType(type: LockType): number {
  return { read: libc.F_RDLCK, write: libc.F_WRLCK, unlock: libc.F_UNLCK }[type];
}

function kernelTime(change: TimeChange): { sec: number; nsec: number } {
  if (change === null) return { sec: 0, nsec: libc.UTIME_OMIT };
  return change === "now" ? { sec: 0, nsec: libc.UTIME_NOW } : change;
}

/** Names that end with NUL each. */
function names(block: MemoryBlock, size: number): string[] {
  return decodeName(block.bytes, 0, size).split("\0").slice(0, -1);
}

/** `struct linux_dirent64` of `getdents64(2)`: ino, off, reclen, type, name. */
function readEntries(block: MemoryBlock, size: number, entries: Entry[]): void {
  for (let at = 0; at < size;) {
    const reclen = block.view.getUint16(at + 16, true);
    const end = block.bytes.indexOf(0, at + 19);
    const name = decodeName(block.bytes, at + 19, end);
    if (name !== "." && name !== "..") {
      const exact = block.view.getBigUint64(at, true);
      const ino = exact > Number.MAX_SAFE_INTEGER ? exact : Number(exact);
      entries.push({ name, type: block.view.getUint8(at + 18) << 12, ino });
    }
    at += reclen;
  }
}
