/**
 * System calls on a provider, without a kernel in between.
 *
 * @module
 */
import {
  always,
  chain,
  FsError,
  type MaybePromise,
  O_WRONLY,
  SEEK_DATA,
  SEEK_HOLE,
  SEEK_SET,
} from "../../src/base/mod.ts";
import type {
  Context,
  FileInfo,
  FileLock,
  Handle,
  Provider,
  StatFs,
  TimeChange,
} from "../../src/provider/mod.ts";
import { LOCK_END_MAX } from "../../src/provider/mod.ts";
import type { Caller, CallName, CallParameters, CallResults, Entry } from "../system_calls.ts";
import {
  invoke,
  type LockInTheWay,
  type LockType,
  type Stat,
  type SystemCalls,
} from "../system_calls.ts";

/** Descriptors count up over all callers, so that a number also names a lock owner. */
let lastFd = 2;

/**
 * A caller of a provider: keeps descriptors and calls the contract as the kernel would, in the name
 * of `context`.
 */
export class ProviderCaller implements Caller, SystemCalls {
  readonly #provider: Provider;
  readonly #context: Context | undefined;
  readonly #handles = new Map<number, Handle>();

  /** A caller with no open files. */
  constructor(provider: Provider, context?: Context) {
    this.#provider = provider;
    this.#context = context;
  }

  /** Makes a call. */
  call<Name extends CallName>(
    name: Name,
    parameters: CallParameters[Name],
  ): MaybePromise<CallResults[Name]> {
    return invoke(this, name, parameters);
  }

  /** Closes every descriptor that is still open. */
  async closeAll(): Promise<number> {
    const left = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of left) await handle.close(this.#context);
    return left.length;
  }

  /** Closes what is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAll();
  }

  #handle(fd: number, syscall: string): Handle {
    const handle = this.#handles.get(fd);
    if (handle === undefined) throw new FsError("EBADF", { syscall });
    return handle;
  }

  open(path: string, flags: number, mode: number): MaybePromise<number> {
    return chain(this.#provider.open(path, flags, mode, this.#context), (handle) => {
      this.#handles.set(++lastFd, handle);
      return lastFd;
    });
  }

  close(fd: number): MaybePromise<void> {
    const handle = this.#handle(fd, "close");
    this.#handles.delete(fd);
    return handle.close(this.#context);
  }

  read(fd: number, size: number): MaybePromise<Uint8Array> {
    const buffer = new Uint8Array(size);
    return chain(
      this.#handle(fd, "read").read(buffer, this.#context),
      (count) => buffer.subarray(0, count),
    );
  }

  write(fd: number, data: Uint8Array): MaybePromise<number> {
    return this.#handle(fd, "write").write(data, this.#context);
  }

  pread(fd: number, size: number, offset: number): MaybePromise<Uint8Array> {
    const buffer = new Uint8Array(size);
    return chain(
      this.#handle(fd, "read").readAt(buffer, offset, this.#context),
      (count) => buffer.subarray(0, count),
    );
  }

  pwrite(fd: number, data: Uint8Array, offset: number): MaybePromise<number> {
    return this.#handle(fd, "write").writeAt(data, offset, this.#context);
  }

  lseek(fd: number, offset: number, whence: number): MaybePromise<number> {
    const handle = this.#handle(fd, "seek");
    if (whence !== SEEK_DATA && whence !== SEEK_HOLE) {
      return handle.seek(offset, whence, this.#context);
    }
    // As lseek(2), which goes where it has found something; seekHole() only finds it.
    return chain(
      handle.seekHole(offset, whence, this.#context),
      (found) => handle.seek(found, SEEK_SET, this.#context),
    );
  }

  truncate(path: string, size: number): MaybePromise<void> {
    if (this.#provider.capabilities.has("truncate")) {
      return this.#provider.truncate(path, size, this.#context);
    }
    return chain(
      this.#provider.open(path, O_WRONLY, 0, this.#context),
      (handle) =>
        always(
          () => handle.truncate(size, this.#context),
          () => handle.close(this.#context),
        ),
    );
  }

  ftruncate(fd: number, size: number): MaybePromise<void> {
    return this.#handle(fd, "truncate").truncate(size, this.#context);
  }

  fsync(fd: number, dataOnly: boolean): MaybePromise<void> {
    return this.#handle(fd, "sync").sync(dataOnly, this.#context);
  }

  fallocate(fd: number, mode: number, offset: number, length: number): MaybePromise<void> {
    return this.#handle(fd, "allocate").allocate(mode, offset, length, this.#context);
  }

  copyFileRange(
    from: number,
    offset: number,
    to: number,
    toOffset: number,
    length: number,
  ): MaybePromise<number> {
    const target = this.#handle(to, "copyRange");
    return this.#handle(from, "copyRange")
      .copyRange(offset, target, toOffset, length, this.#context);
  }

  stat(path: string): MaybePromise<Stat> {
    return chain(this.#provider.stat(path, this.#context), statOf);
  }

  lstat(path: string): MaybePromise<Stat> {
    const info = this.#provider.capabilities.has("lstat")
      ? this.#provider.lstat(path, this.#context)
      : this.#provider.stat(path, this.#context);
    return chain(info, statOf);
  }

  fstat(fd: number): MaybePromise<Stat> {
    return chain(this.#handle(fd, "stat").stat(this.#context), statOf);
  }

  chmod(path: string, mode: number): MaybePromise<void> {
    return this.#provider.chmod(path, mode, this.#context);
  }

  fchmod(fd: number, mode: number): MaybePromise<void> {
    return this.#handle(fd, "chmod").chmod(mode, this.#context);
  }

  chown(path: string, uid: number, gid: number): MaybePromise<void> {
    return this.#provider.chown(path, uid, gid, this.#context);
  }

  lchown(path: string, uid: number, gid: number): MaybePromise<void> {
    return this.#provider.lchown(path, uid, gid, this.#context);
  }

  fchown(fd: number, uid: number, gid: number): MaybePromise<void> {
    return this.#handle(fd, "chown").chown(uid, gid, this.#context);
  }

  utimens(path: string, atime: TimeChange, mtime: TimeChange): MaybePromise<void> {
    return this.#provider.utimes(path, atime, mtime, this.#context);
  }

  lutimens(path: string, atime: TimeChange, mtime: TimeChange): MaybePromise<void> {
    return this.#provider.lutimes(path, atime, mtime, this.#context);
  }

  futimens(fd: number, atime: TimeChange, mtime: TimeChange): MaybePromise<void> {
    return this.#handle(fd, "utimes").utimes(atime, mtime, this.#context);
  }

  mkdir(path: string, mode: number): MaybePromise<void> {
    return this.#provider.mkdir(path, mode, this.#context);
  }

  rmdir(path: string): MaybePromise<void> {
    return this.#provider.rmdir(path, this.#context);
  }

  unlink(path: string): MaybePromise<void> {
    return this.#provider.unlink(path, this.#context);
  }

  rename(oldPath: string, newPath: string): MaybePromise<void> {
    return this.#provider.rename(oldPath, newPath, this.#context);
  }

  rename2(oldPath: string, newPath: string, flags: number): MaybePromise<void> {
    return this.#provider.rename2(oldPath, newPath, flags, this.#context);
  }

  link(existing: string, newPath: string): MaybePromise<void> {
    return this.#provider.link(existing, newPath, this.#context);
  }

  flink(fd: number, newPath: string): MaybePromise<void> {
    return this.#provider.linkHandle(this.#handle(fd, "link"), newPath, this.#context);
  }

  symlink(target: string, path: string): MaybePromise<void> {
    return this.#provider.symlink(target, path, this.#context);
  }

  readlink(path: string): MaybePromise<string> {
    return this.#provider.readlink(path, this.#context);
  }

  mknod(path: string, mode: number, rdev: number): MaybePromise<void> {
    return this.#provider.mknod(path, mode, rdev, this.#context);
  }

  readdir(path: string): MaybePromise<Entry[]> {
    return chain(
      this.#provider.readDir(path, this.#context),
      (entries) => entries.map(({ name, type, ino }) => ({ name, type, ino })),
    );
  }

  statfs(path: string): MaybePromise<StatFs> {
    return this.#provider.statfs(path, this.#context);
  }

  getxattr(path: string, name: string): MaybePromise<Uint8Array> {
    return this.#provider.getXattr(path, name, this.#context);
  }

  setxattr(path: string, name: string, value: Uint8Array, flags: number): MaybePromise<void> {
    return this.#provider.setXattr(path, name, value, flags, this.#context);
  }

  listxattr(path: string): MaybePromise<string[]> {
    return this.#provider.listXattr(path, this.#context);
  }

  removexattr(path: string, name: string): MaybePromise<void> {
    return this.#provider.removeXattr(path, name, this.#context);
  }

  fgetxattr(fd: number, name: string): MaybePromise<Uint8Array> {
    return this.#handle(fd, "getXattr").getXattr(name, this.#context);
  }

  fsetxattr(fd: number, name: string, value: Uint8Array, flags: number): MaybePromise<void> {
    return this.#handle(fd, "setXattr").setXattr(name, value, flags, this.#context);
  }

  flistxattr(fd: number): MaybePromise<string[]> {
    return this.#handle(fd, "listXattr").listXattr(this.#context);
  }

  fremovexattr(fd: number, name: string): MaybePromise<void> {
    return this.#handle(fd, "removeXattr").removeXattr(name, this.#context);
  }

  flock(fd: number, type: LockType): MaybePromise<void> {
    const lock = { kind: "flock", type, start: 0, end: LOCK_END_MAX, owner: fd, pid: 0 } as const;
    return this.#handle(fd, "setLock").setLock(lock, false, this.#context);
  }

  setlk(fd: number, type: LockType, start: number, length: number): MaybePromise<void> {
    const lock = recordLock(fd, type, start, length);
    return this.#handle(fd, "setLock").setLock(lock, false, this.#context);
  }

  getlk(
    fd: number,
    type: LockType,
    start: number,
    length: number,
  ): MaybePromise<LockInTheWay | null> {
    const wanted = recordLock(fd, type, start, length);
    return chain(this.#handle(fd, "getLock").getLock(wanted, this.#context), (found) => {
      if (found === null || found.type === "unlock") return null;
      const endless = found.end >= LOCK_END_MAX;
      return {
        type: found.type,
        start: found.start,
        length: endless ? 0 : found.end - found.start + 1,
      };
    });
  }
}

/** The descriptor is the owner, as with F_OFD_SETLK. */
function recordLock(fd: number, type: LockType, start: number, length: number): FileLock {
  const end = length === 0 ? LOCK_END_MAX : start + length - 1;
  return { kind: "posix", type, start, end, owner: fd, pid: 0 };
}

function statOf(info: FileInfo): Stat {
  const { mode, size, ino, nlink, uid, gid, rdev, blocks, atime, mtime, ctime } = info;
  return { mode, size, ino, nlink, uid, gid, rdev, blocks, atime, mtime, ctime };
}
