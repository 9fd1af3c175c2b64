/**
 * What a node may return from `open`, and what can be done with it.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { AttrOut, SetAttrIn } from "../fuse/mod.ts";
import type { Context, FileLock } from "../provider/mod.ts";

/** The outcome of an operation without another result. */
export type Outcome = MaybePromise<Errno | void>;

/** See {@linkcode NodeReader}. */
export interface FileReader {
  /** Fills `buffer` from `offset` on; returns the bytes read, 0 at the end. */
  read(context: Context, buffer: Uint8Array, offset: number): MaybePromise<number | Errno>;
}

/** See {@linkcode NodeWriter}. */
export interface FileWriter {
  /**
   * Writes at `offset`; returns the bytes written. `data` is reused after the result is there. `writeFlags`
   * are FUSE_WRITE bits, `openFlags` the flags of the descriptor now.
   */
  write(
    context: Context,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno>;
}

/** See {@linkcode NodeGetattrer}. */
export interface FileGetattrer {
  /** Fills in the attributes. */
  getattr(context: Context, out: AttrOut): Outcome;
}

/** See {@linkcode NodeSetattrer}. */
export interface FileSetattrer {
  /** Changes attributes and fills in all of them. */
  setattr(context: Context, input: SetAttrIn, out: AttrOut): Outcome;
}

/** See {@linkcode NodeFlusher}. */
export interface FileFlusher {
  /** One descriptor of the handle was closed. */
  flush(context: Context): Outcome;
}

/** See {@linkcode NodeReleaser}. */
export interface FileReleaser {
  /** The last descriptor has gone. */
  release(context: Context): Outcome;
}

/** See {@linkcode NodeFsyncer}. */
export interface FileFsyncer {
  /** Makes what was written durable. */
  fsync(context: Context, dataOnly: boolean): Outcome;
}

/** See {@linkcode NodeAllocater}. */
export interface FileAllocater {
  /** `fallocate(2)`. */
  allocate(context: Context, offset: number, size: number, mode: number): Outcome;
}

/** See {@linkcode NodeLseeker}. */
export interface FileLseeker {
  /** The next offset for SEEK_DATA or SEEK_HOLE. */
  lseek(context: Context, offset: number, whence: number): MaybePromise<number | Errno>;
}

/** See {@linkcode NodeGetlker}. */
export interface FileGetlker {
  /** The lock in the way, or null. */
  getlk(context: Context, lock: FileLock): MaybePromise<FileLock | null | Errno>;
}

/** See {@linkcode NodeSetlker}. */
export interface FileSetlker {
  /** Takes or releases a lock; EAGAIN on conflict. */
  setlk(context: Context, lock: FileLock): Outcome;
}

/** See {@linkcode NodeSetlkwer}. */
export interface FileSetlkwer {
  /** Takes a lock and waits for it; EINTR when the context's signal aborts. */
  setlkw(context: Context, lock: FileLock): Outcome;
}

/** Says that an open file which is being polled may be ready. Resolves to whether anybody waits. */
export type PollWake = () => Promise<boolean>;

/** See {@linkcode NodeIoctler}. */
export interface FileIoctler {
  /** Fills `output`; returns the result of the call. */
  ioctl(
    context: Context,
    command: number,
    argument: number | bigint,
    input: Uint8Array,
    output: Uint8Array,
  ): MaybePromise<number | Errno>;
}

/** See {@linkcode NodePoller}. */
export interface FilePoller {
  /** Which of `events` are there now. */
  poll(context: Context, events: number, wake: PollWake | null): MaybePromise<number | Errno>;
}

/** A file of the host, which the kernel can read and write by itself (`FUSE_PASSTHROUGH`). */
export interface FilePassthroughFder {
  /**
   * A descriptor of a regular file, or -1 for none. Asked once, when the inode is opened for the first
   * time; then every open of the inode goes to this file until all are closed, and no read or write comes
   * here. Needs CAP_SYS_ADMIN, Linux 6.9 and a file that is not on a stacked filesystem; without, reads and
   * writes come here as ever.
   */
  passthroughFd(): number;
}

/** Told when the kernel reads and writes a file by itself ({@linkcode FilePassthroughFder}). */
export interface FilePassthroughObserver {
  /** It does from now on. Returns what to call when it does no more: when all opens of the inode are released. */
  passthroughBegan(): (() => void) | null;
  /**
   * It does so for this open as well, which may be a later one of the inode. A mapping of it is one of the backing file
   * itself, and goes on unseen when all opens are released.
   */
  passthroughOpened(): void;
}

/**
 * An open file: any object, with as many of these operations as it likes. What the node implements
 * itself has precedence.
 */
export type FileHandle =
  & object
  & Partial<
    & FileReader
    & FileWriter
    & FileGetattrer
    & FileSetattrer
    & FileFlusher
    & FileReleaser
    & FileFsyncer
    & FileAllocater
    & FileLseeker
    & FileGetlker
    & FileSetlker
    & FileSetlkwer
    & FileIoctler
    & FilePoller
    & FilePassthroughFder
    & FilePassthroughObserver
  >;
