/**
 * An open file of a provider, as the kernel uses it.
 *
 * @module
 */
import {
  allowsRead,
  allowsWrite,
  always,
  chain,
  ERRNO,
  type Errno,
  type MaybePromise,
  O_APPEND,
  O_TRUNC,
  orUndo,
} from "../base/mod.ts";
import { FUSE_WRITE } from "../fuse/mod.ts";
import type {
  FileAllocater,
  FileFsyncer,
  FileGetlker,
  FileLseeker,
  FilePassthroughFder,
  FilePassthroughObserver,
  FileReader,
  FileSetlker,
  FileSetlkwer,
  FileWriter,
} from "../nodefs/mod.ts";
import {
  type Context,
  type FileInfo,
  type FileLock,
  type Handle,
  LOCK_END_MAX,
} from "../provider/mod.ts";
import { RealHandle } from "../providers/mod.ts";
import { RemoteHandle } from "../wire/mod.ts";

/** What an open file consists of. */
export interface ProviderFileParts {
  /** The handle that reads and writes where it is told to. */
  readonly handle: Handle;
  /** A second one, for the writes of O_APPEND. */
  readonly appending?: Handle;
  /** The flags that `handle` was opened with. */
  readonly flags: number;
}

/**
 * One or two handles of the provider.
 *
 * A file that was opened with O_APPEND needs two. Its own writes go through a handle that appends, at
 * the end of the file as it is then, whoever else writes. But the kernel also writes dirty pages of a
 * shared mapping through any handle it has, at their own offsets, and those must not be appended: they
 * go through the plain handle.
 */
export class ProviderFile
  implements
    FilePassthroughFder,
    FilePassthroughObserver,
    FileReader,
    FileWriter,
    FileFsyncer,
    FileAllocater,
    FileLseeker,
    FileGetlker,
    FileSetlker,
    FileSetlkwer {
  /** The handle that reads and writes where it is told to. */
  readonly handle: Handle;
  readonly #parts: ProviderFileParts;
  /** How many open files share the handles. */
  readonly #users: { count: number };
  /** Who may hold a record lock that was taken through it. */
  #lockOwners: Set<number | bigint> | null = null;
  /** Who may hold a `flock(2)` that was taken through it. */
  #flockOwner: number | bigint | null = null;

  /** Takes over the handles; `users` is for `again` alone. */
  constructor(parts: ProviderFileParts, users: { count: number } = { count: 1 }) {
    this.handle = parts.handle;
    this.#parts = parts;
    this.#users = users;
  }

  /** Whether the handle may do all that a file opened with `flags` may. */
  allows(flags: number): boolean {
    const { flags: own } = this.#parts;
    return (!allowsRead(flags) || allowsRead(own)) && (!allowsWrite(flags) || allowsWrite(own));
  }

  /**
   * Opens the file once more, though it has no name: with the same handles, which stay open until the
   * last user has gone. Appending writes go where the kernel says that the end is.
   */
  again(flags: number, context: Context): MaybePromise<ProviderFile> {
    // From now on: while the file is emptied, the other users may go.
    this.#users.count++;
    const again = new ProviderFile(this.#parts, this.#users);
    if ((flags & O_TRUNC) === 0) return again;
    return orUndo(
      () => chain(this.handle.truncate(0, context), () => again),
      () => again.release(context),
    );
  }

  /** Reads at an offset. */
  read(context: Context, buffer: Uint8Array, offset: number): MaybePromise<number | Errno> {
    return this.handle.readAt(buffer, offset, context);
  }

  /** Whether the provider hands out a file of the host itself: what is done to that needs no path. */
  get isReal(): boolean {
    return this.handle instanceof RealHandle;
  }

  /** The descriptor of a file of the host, where the provider hands out the file itself. */
  passthroughFd(): number {
    const { handle } = this;
    if (!(handle instanceof RemoteHandle)) return handle.hostFd ?? -1;
    return handle.passedFd;
  }

  /** The kernel reads and writes by itself from now on, which a client of a server has to know. */
  passthroughBegan(): (() => void) | null {
    return this.handle instanceof RemoteHandle ? this.handle.passed?.begin() ?? null : null;
  }

  /** The kernel reads and writes through this open by itself. */
  passthroughOpened(): void {
    if (this.handle instanceof RemoteHandle) this.handle.wentPast();
  }

  /** The attributes, where a server told them with its last reply: see `VFSClientOptions.recentMs`. */
  recentStat(): FileInfo | undefined {
    return this.handle instanceof RemoteHandle ? this.handle.recentStat() : undefined;
  }

  /** An extended attribute. */
  getxattr(context: Context, name: string): MaybePromise<Uint8Array | Errno> {
    if (this.handle instanceof RealHandle) {
      return this.handle.findXattr(name, context) ?? ERRNO.ENODATA;
    }
    return this.handle.getXattr(name, context);
  }

  /** Writes at an offset, or at the end when the descriptor appends at this moment. */
  write(
    context: Context,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno> {
    const appends = (openFlags & O_APPEND) !== 0 && (writeFlags & FUSE_WRITE.CACHE) === 0;
    const handle = appends ? this.#parts.appending ?? this.handle : this.handle;
    return handle.writeAt(data, offset, context);
  }

  /** Makes what was written durable. */
  fsync(context: Context, dataOnly: boolean): MaybePromise<void> {
    return this.handle.sync(dataOnly, context);
  }

  /** `fallocate(2)`. */
  allocate(context: Context, offset: number, size: number, mode: number): MaybePromise<void> {
    return this.handle.allocate(mode, offset, size, context);
  }

  /** Finds data or a hole. */
  lseek(context: Context, offset: number, whence: number): MaybePromise<number> {
    return this.handle.seekHole(offset, whence, context);
  }

  /** The lock in the way. */
  getlk(context: Context, lock: FileLock): MaybePromise<FileLock | null> {
    return this.handle.getLock(lock, context);
  }

  /** Takes or releases a lock. */
  setlk(context: Context, lock: FileLock): MaybePromise<void> {
    this.#noteOwner(lock);
    return this.handle.setLock(lock, false, context);
  }

  /** Takes a lock and waits for it. */
  setlkw(context: Context, lock: FileLock): MaybePromise<void> {
    this.#noteOwner(lock);
    return this.handle.setLock(lock, true, context);
  }

  #noteOwner({ kind, type, owner }: FileLock): void {
    if (type === "unlock") return;
    if (kind === "flock") this.#flockOwner = owner;
    else (this.#lockOwners ??= new Set()).add(owner);
  }

  /** Releases all record locks of an owner, if any were taken through this file. */
  unlockRecords(context: Context, owner: number | bigint): MaybePromise<void> {
    if (this.#lockOwners?.delete(owner) !== true || this.#users.count === 0) return;
    return this.#unlock(context, "posix", owner);
  }

  #unlock(
    context: Context,
    kind: FileLock["kind"],
    owner: number | bigint,
  ): MaybePromise<void> {
    const all = { type: "unlock", start: 0, end: LOCK_END_MAX } as const;
    return this.handle.setLock({ ...all, kind, owner, pid: context.pid ?? 0 }, false, context);
  }

  /** Closes the handles, when nobody else uses them; otherwise only its own `flock(2)` goes. */
  release(context: Context): MaybePromise<void> {
    if (--this.#users.count > 0) {
      return this.#flockOwner === null
        ? undefined
        : this.#unlock(context, "flock", this.#flockOwner);
    }
    const { appending } = this.#parts;
    return appending === undefined
      ? this.handle.close(context)
      : always(() => appending.close(context), () => this.handle.close(context));
  }
}
