/**
 * A handle of a file that is an array of bytes.
 *
 * @module
 */
import { isDirectory, type MaybePromise, O_APPEND, O_TRUNC } from "../base/mod.ts";
import { BaseHandle } from "./base_handle.ts";
import type { Context } from "./context.ts";
import { type FileInfo, type Timespec, timespecOf } from "./file_info.ts";

/** A file whose content is in memory, or a directory: whatever a {@linkcode BytesHandle} has open. */
export interface BytesFile {
  /** `st_mode`: type and permission bits. */
  readonly mode: number;
  /** The content; when its size changes, another array stands here. */
  bytes: Uint8Array;
  /** When the content was last changed. */
  mtime: Timespec;
  /** The attributes now. `path` is the one that the file was opened by. */
  info(path: string): FileInfo;
}

/** How a {@linkcode BytesHandle} is opened. */
export interface BytesHandleOptions {
  /** The flags of `open`; O_TRUNC empties the file at once. */
  readonly flags: number;
  /** The path that the file is opened by. */
  readonly path: string;
  /** The largest size in bytes; beyond it EFBIG. Default {@linkcode BYTES_SIZE_MAX}. */
  readonly sizeMax?: number;
}

/** How large a file can grow through a {@linkcode BytesHandle} unless told otherwise: 1 GiB. */
export const BYTES_SIZE_MAX = 2 ** 30;

/**
 * An open file whose content is one array, read and written as Linux does it. A change of size copies
 * the content, which suits small files; for others extend {@linkcode BaseHandle}, or look at
 * `MemoryProvider`. When the content has to go somewhere, extend this class and override `sync` or
 * `close`.
 *
 * @example
 * ```ts
 * import { BytesHandle, FileInfo, O_RDWR } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const note = {
 *   mode: 0o100644,
 *   bytes: new TextEncoder().encode("hello"),
 *   mtime: { sec: 0, nsec: 0 },
 *   info: () => new FileInfo({ name: "note", mode: 0o100644, size: note.bytes.length }),
 * };
 * await using handle = new BytesHandle(note, { flags: O_RDWR, path: "/note" });
 * handle.writeAt(new TextEncoder().encode("J"), 0);
 * assertEquals(new TextDecoder().decode(note.bytes), "Jello");
 * ```
 */
export class BytesHandle extends BaseHandle {
  /** The file. */
  readonly file: BytesFile;
  readonly #path: string;
  readonly #sizeMax: number;

  /** Opens `file`. */
  constructor(file: BytesFile, options: BytesHandleOptions) {
    super(options.flags, options.path);
    this.file = file;
    this.#path = options.path;
    this.#sizeMax = options.sizeMax ?? BYTES_SIZE_MAX;
    if ((options.flags & O_TRUNC) !== 0 && !isDirectory(file.mode)) this.#resize(0, "open");
  }

  /** The attributes, for as long as the handle is open. */
  override stat(_context?: Context): MaybePromise<FileInfo> {
    this.requireOpen("stat");
    return this.file.info(this.#path);
  }

  /** `pread(2)`; EISDIR for a directory. */
  override readAt(buffer: Uint8Array, offset: number, _context?: Context): MaybePromise<number> {
    this.requireRead("read", offset);
    if (isDirectory(this.file.mode)) throw this.fail("EISDIR", "read");
    const part = this.file.bytes.subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  }

  /** `pwrite(2)`: with O_APPEND at the end, wherever `offset` is. */
  override writeAt(data: Uint8Array, offset: number, _context?: Context): MaybePromise<number> {
    this.requireWrite("write", offset);
    if (data.length === 0) return 0;
    const { length } = this.file.bytes;
    const start = (this.flags & O_APPEND) !== 0 ? length : offset;
    this.#resize(Math.max(length, start + data.length), "write");
    this.file.bytes.set(data, start);
    return data.length;
  }

  /** `ftruncate(2)`: what is added reads as zeros. */
  override truncate(size: number, _context?: Context): MaybePromise<void> {
    this.requireTruncate(size);
    this.#resize(size, "truncate");
  }

  #resize(size: number, syscall: string): void {
    if (size > this.#sizeMax) throw this.fail("EFBIG", syscall);
    const { bytes } = this.file;
    if (size !== bytes.length) {
      this.file.bytes = new Uint8Array(size);
      this.file.bytes.set(bytes.subarray(0, size));
    }
    this.file.mtime = timespecOf(new Date());
  }
}
