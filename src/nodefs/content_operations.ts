/**
 * The operations on the content of a file, one small interface each.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { OpenOut } from "../fuse/mod.ts";
import type { Context, FileLock } from "../provider/mod.ts";
import type { FileHandle, Outcome, PollWake } from "./file_handle.ts";
import type { Inode } from "./inode.ts";

/** `open`: opens a file. Without it, ENOTSUP. */
export interface NodeOpener {
  /** A handle, or null when there is no need for one; `out.openFlags` takes FOPEN bits. */
  open(context: Context, flags: number, out: OpenOut): MaybePromise<FileHandle | null | Errno>;
}

/** `read`. Without it, the handle's. */
export interface NodeReader {
  /** Fills `buffer` from `offset` on; returns the bytes read, 0 at the end. */
  read(
    context: Context,
    file: FileHandle | null,
    buffer: Uint8Array,
    offset: number,
  ): MaybePromise<number | Errno>;
}

/** `write`. Without it, the handle's. */
export interface NodeWriter {
  /**
   * Writes at `offset`. `writeFlags` are FUSE_WRITE bits, `openFlags` the flags of the descriptor now.
   */
  write(
    context: Context,
    file: FileHandle | null,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno>;
}

/** `fsync`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeFsyncer {
  /** Makes what was written durable. */
  fsync(context: Context, file: FileHandle | null, dataOnly: boolean): Outcome;
}

/** `flush`. Without it, the handle's; without that, success. */
export interface NodeFlusher {
  /** One descriptor of the handle was closed. */
  flush(context: Context, file: FileHandle | null, lockOwner: number | bigint): Outcome;
}

/** `release`. Without it, the handle's. */
export interface NodeReleaser {
  /** The last descriptor has gone; nobody sees the result. */
  release(context: Context, file: FileHandle | null): Outcome;
}

/** `allocate`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeAllocater {
  /** `fallocate(2)`. */
  allocate(
    context: Context,
    file: FileHandle | null,
    offset: number,
    size: number,
    mode: number,
  ): Outcome;
}

/** `copyFileRange`. Without it ENOTSUP, and the kernel copies by reading and writing. */
export interface NodeCopyFileRanger {
  /** Copies to another node; returns the bytes copied. */
  copyFileRange(
    context: Context,
    file: FileHandle | null,
    offset: number,
    target: Inode,
    targetFile: FileHandle | null,
    targetOffset: number,
    length: number,
  ): MaybePromise<number | Errno>;
}

/** `lseek`: finds holes. Without it, the handle's; without that, the file is data to its end. */
export interface NodeLseeker {
  /** The next offset for SEEK_DATA or SEEK_HOLE. */
  lseek(
    context: Context,
    file: FileHandle | null,
    offset: number,
    whence: number,
  ): MaybePromise<number | Errno>;
}

/** `getlk`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeGetlker {
  /** The lock in the way, or null. */
  getlk(
    context: Context,
    file: FileHandle | null,
    lock: FileLock,
  ): MaybePromise<FileLock | null | Errno>;
}

/** `setlk`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeSetlker {
  /** Takes or releases a lock; EAGAIN on conflict. */
  setlk(context: Context, file: FileHandle | null, lock: FileLock): Outcome;
}

/** `setlkw`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeSetlkwer {
  /** Takes a lock and waits for it; EINTR when the context's signal aborts. */
  setlkw(context: Context, file: FileHandle | null, lock: FileLock): Outcome;
}

/** `ioctl`. Without it, the handle's; without that, ENOTTY. */
export interface NodeIoctler {
  /**
   * `ioctl(2)` on an open file or directory, as far as the number of the command says how much data goes in
   * and comes out. Fills `output`; returns the result of the call.
   */
  ioctl(
    context: Context,
    file: FileHandle | null,
    command: number,
    argument: number | bigint,
    input: Uint8Array,
    output: Uint8Array,
  ): MaybePromise<number | Errno>;
}

/** `poll`. Without it, the handle's; without that, the file is always ready. */
export interface NodePoller {
  /**
   * Which of `events` (POLLIN 1, POLLOUT 4, ...) are there now. With `wake`, somebody waits: call it once
   * when that may have changed, after this operation has ended.
   */
  poll(
    context: Context,
    file: FileHandle | null,
    events: number,
    wake: PollWake | null,
  ): MaybePromise<number | Errno>;
}
