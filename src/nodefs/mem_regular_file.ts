/**
 * A file in memory.
 *
 * @module
 */
import { ERRNO, type Errno, FALLOC_FL_KEEP_SIZE, O_TRUNC } from "../base/mod.ts";
import { type AttrOut, FATTR, FOPEN, type OpenOut, type SetAttrIn } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { FileHandle } from "./file_handle.ts";
import { MemAttr, type MemAttrInit } from "./mem_attr.ts";
import { Node } from "./node.ts";
import type * as attributes from "./attribute_operations.ts";
import type * as content from "./content_operations.ts";

/** The largest file in memory, in bytes; more is EFBIG. */
export const MEM_FILE_SIZE_MAX: number = 1024 * 1024 * 1024;

/**
 * Seed 2's `MemRegularFile`: a file whose content is in memory, for small static trees. It can be read,
 * written, truncated and given attributes; make it read-only with its permissions, or with the mount.
 */
export class MemRegularFile extends Node
  implements
    content.NodeOpener,
    content.NodeReader,
    content.NodeWriter,
    attributes.NodeGetattrer,
    attributes.NodeSetattrer,
    content.NodeFsyncer,
    content.NodeAllocater {
  readonly #attr: MemAttr;
  /** The content and room to grow; zeros behind `#size`. */
  #bytes: Uint8Array;
  #size: number;

  /** Takes `data` over: nobody else changes it from now on. */
  constructor(data: Uint8Array = new Uint8Array(), attr: MemAttrInit = {}) {
    super();
    this.#bytes = data;
    this.#size = data.length;
    this.#attr = new MemAttr(attr);
  }

  /** The content, as a view until the next change. */
  get data(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Replaces the content. The kernel may have the old one cached: see `notifyContent`. */
  setData(data: Uint8Array): void {
    this.#bytes = data;
    this.#size = data.length;
    this.#attr.touch();
  }

  /** Nothing but the kernel's changes the content, so its cache stays good. */
  open(_context: Context, flags: number, out: OpenOut): FileHandle | null {
    if ((flags & O_TRUNC) !== 0) this.#resize(0);
    out.openFlags |= FOPEN.KEEP_CACHE;
    return null;
  }

  /** Copies what is there. */
  read(_context: Context, _file: FileHandle | null, buffer: Uint8Array, offset: number): number {
    const part = this.data.subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  }

  /** Copies what comes; a gap before it becomes zeros. */
  write(
    _context: Context,
    _file: FileHandle | null,
    data: Uint8Array,
    offset: number,
  ): number | Errno {
    const end = offset + data.length;
    if (end > MEM_FILE_SIZE_MAX) return ERRNO.EFBIG;
    if (end > this.#size) this.#resize(end);
    this.#bytes.set(data, offset);
    this.#attr.touch();
    return data.length;
  }

  /** Size, permissions and times. */
  getattr(_context: Context, _file: FileHandle | null, out: AttrOut): void {
    this.#attr.fill(out.attr, this.#size, this.embeddedInode().parents().length);
  }

  /** Changes size, permissions, owner and times. */
  setattr(
    context: Context,
    file: FileHandle | null,
    input: SetAttrIn,
    out: AttrOut,
  ): Errno | void {
    if (input.has(FATTR.SIZE)) {
      if (input.size > MEM_FILE_SIZE_MAX) return ERRNO.EFBIG;
      this.#resize(input.size);
    }
    this.#attr.apply(input);
    this.getattr(context, file, out);
  }

  /** Memory is as durable as it will ever be. */
  fsync(): void {}

  /** Makes the file as large as asked for; holes cannot be made. */
  allocate(
    _context: Context,
    _file: FileHandle | null,
    offset: number,
    size: number,
    mode: number,
  ): Errno | void {
    if ((mode & ~FALLOC_FL_KEEP_SIZE) !== 0) return ERRNO.EOPNOTSUPP;
    const end = offset + size;
    if (end > MEM_FILE_SIZE_MAX) return ERRNO.EFBIG;
    if ((mode & FALLOC_FL_KEEP_SIZE) === 0 && end > this.#size) this.#resize(end);
  }

  /** Doubles the room when it is too small, so that many small writes stay cheap. */
  #resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(Math.max(size, this.#size * 2), MEM_FILE_SIZE_MAX));
      grown.set(this.data);
      this.#bytes = grown;
    } else if (size < this.#size) {
      this.#bytes = this.#bytes.slice(0, size);
    }
    this.#size = size;
    this.#attr.touch();
  }
}
