/**
 * An open file through Deno's API.
 *
 * @module
 */
import {
  clean,
  type ErrnoName,
  FsError,
  type MaybePromise,
  O_APPEND,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  toErrno,
} from "../base/mod.ts";
import { basename, isDirectory } from "../base/mod.ts";
import { BaseHandle, type Context, FileInfo, timespecOf } from "../provider/mod.ts";

/** The attributes as the contract has them; times are exact to the millisecond. */
export function plainInfo(path: string, info: Deno.FileInfo): FileInfo {
  const type = info.isDirectory
    ? S_IFDIR
    : info.isSymlink
    ? S_IFLNK
    : info.isFile
    ? S_IFREG
    : S_IFCHR;
  const mode = info.mode ?? 0o777;
  return new FileInfo({
    name: basename(path),
    mode: (mode & S_IFMT) === 0 ? mode | type : mode,
    size: info.size,
    ino: info.ino ?? 0,
    nlink: info.nlink ?? 1,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    rdev: info.rdev ?? 0,
    blocks: info.blocks ?? undefined,
    blksize: info.blksize ?? 4096,
    mtime: timespecOf(info.mtime ?? new Date(0)),
    atime: timespecOf(info.atime ?? info.mtime ?? new Date(0)),
    ctime: timespecOf(info.ctime ?? info.mtime ?? new Date(0)),
    birthtime: info.birthtime === null ? undefined : timespecOf(info.birthtime),
  });
}

/** A handle on a `Deno.FsFile`. */
export class PlainHandle extends BaseHandle {
  readonly #file: Deno.FsFile;
  readonly #isDirectory: boolean;
  #isClosed = false;

  /** Takes over `file`, which was opened with `flags` for `path`. */
  constructor(file: Deno.FsFile, flags: number, path: string) {
    super(flags, path);
    this.#file = file;
    this.#isDirectory = isDirectory(plainInfo("/", file.statSync()).mode);
  }

  #run<T>(syscall: string, call: () => T): T {
    if (this.#isClosed) throw this.fail("EBADF", syscall);
    try {
      return call();
    } catch (thrown) {
      throw new FsError(toErrno(thrown).code, { syscall, path: this.path, cause: thrown });
    }
  }

  #requireOffset(offset: number, syscall: string): void {
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.fail("EINVAL", syscall);
  }

  #requireFile(syscall: string, code: ErrnoName): void {
    if (this.#isDirectory) throw this.fail(code, syscall);
  }

  /** Reads until the buffer is full or the file ends. */
  override readAt(buffer: Uint8Array, offset: number, _context?: Context): number {
    this.requireRead("read");
    this.#requireOffset(offset, "read");
    return this.#run("read", () => {
      this.#requireFile("read", "EISDIR");
      this.#file.seekSync(offset, Deno.SeekMode.Start);
      let size = 0;
      while (size < buffer.length) {
        const part = this.#file.readSync(buffer.subarray(size));
        if (part === null || part === 0) break;
        size += part;
      }
      return size;
    });
  }

  /** Writes at the offset, with O_APPEND at the end. */
  override writeAt(data: Uint8Array, offset: number, _context?: Context): number {
    this.requireWrite("write");
    this.#requireOffset(offset, "write");
    return this.#run("write", () => {
      if ((this.flags & O_APPEND) === 0) this.#file.seekSync(offset, Deno.SeekMode.Start);
      return data.length === 0 ? 0 : this.#file.writeSync(data);
    });
  }

  /** Moves the position. */
  override seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    if (this.#isClosed) throw this.fail("EBADF", "seek");
    return super.seek(offset, whence, context);
  }

  /** The attributes now. */
  override stat(_context?: Context): FileInfo {
    return this.#run("stat", () => plainInfo(clean(this.path ?? "/"), this.#file.statSync()));
  }

  /** Makes durable what was written. */
  override sync(dataOnly = false, _context?: Context): void {
    this.#run("sync", () => dataOnly ? this.#file.syncDataSync() : this.#file.syncSync());
  }

  /** Sets the size. */
  override truncate(size: number, _context?: Context): void {
    this.#requireOffset(size, "truncate");
    this.#run("truncate", () => this.#file.truncateSync(size));
  }

  /** Closes the file. */
  override close(_context?: Context): void {
    this.#run("close", () => this.#file.close());
    this.#isClosed = true;
  }
}
