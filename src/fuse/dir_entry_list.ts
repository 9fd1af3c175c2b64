/**
 * `struct fuse_dirent` and `fuse_direntplus`: one buffer of a directory listing.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";
import { requireEntryName } from "../provider/mod.ts";
import { ENTRY_OUT_SIZE, type EntryOut } from "./attr.ts";
import { write64 } from "./word64.ts";

const DIRENT_HEADER = 24;

/** Fills the buffer of one READDIR or READDIRPLUS reply. Nothing is written past its size. */
export class DirEntryList {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #plus: boolean;
  #used = 0;

  /** Fills `bytes`; with `plus`, each entry carries attributes. */
  constructor(bytes: Uint8Array, plus: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#plus = plus;
  }

  /** Bytes written. */
  get size(): number {
    return this.#used;
  }

  /** Whether entries carry attributes. */
  get plus(): boolean {
    return this.#plus;
  }

  /** Whether a name of so many bytes still fits. */
  fits(nameSize: number): boolean {
    return this.#used + this.#recordSize(nameSize) <= this.#bytes.length;
  }

  #recordSize(nameSize: number): number {
    return (this.#plus ? ENTRY_OUT_SIZE : 0) + ((DIRENT_HEADER + nameSize + 7) & ~7);
  }

  /**
   * Adds an entry.
   *
   * @param name One component.
   * @param mode The type is taken from it.
   * @param ino Inode number; 0 would make the C library skip the entry, so it becomes 2^32 - 1.
   * @param next The offset to go on from after this entry.
   * @param entry For READDIRPLUS: the attributes; null says that the kernel shall look the name up.
   * @throws {TypeError} For a name that the kernel would refuse the whole reply for.
   * @returns False when it does not fit: then nothing was written and the buffer is full.
   */
  add(
    name: string,
    mode: number,
    ino: number | bigint,
    next: number,
    entry: EntryOut | null = null,
    entryDefaultMs = 0,
    attrDefaultMs = 0,
  ): boolean {
    requireEntryName(name);
    let at = this.#used;
    const nameAt = at + (this.#plus ? ENTRY_OUT_SIZE : 0) + DIRENT_HEADER;
    // Most names are ASCII and fit: a loop beats a call into the encoder, and makes no garbage.
    let length = this.fits(name.length) ? putAscii(this.#bytes, nameAt, name) : -1;
    if (length < 0) {
      const encoded = encodeName(name);
      if (!this.fits(encoded.length)) return false;
      this.#bytes.set(encoded, nameAt);
      length = encoded.length;
    }
    if (this.#plus) {
      if (entry === null) this.#bytes.fill(0, at, at + ENTRY_OUT_SIZE);
      else entry.encode(this.#view, at, entryDefaultMs, attrDefaultMs);
      at += ENTRY_OUT_SIZE;
    }
    write64(this.#view, at, ino === 0 ? 0xffff_ffff : ino);
    write64(this.#view, at + 8, next);
    this.#view.setUint32(at + 16, length, true);
    this.#view.setUint32(at + 20, (mode >>> 12) & 15, true);
    const end = this.#used + this.#recordSize(length);
    for (let padding = nameAt + length; padding < end; padding++) this.#bytes[padding] = 0;
    this.#used = end;
    return true;
  }
}

/** Writes an ASCII name; returns its length, or -1 when it has other characters. */
function putAscii(bytes: Uint8Array, at: number, name: string): number {
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code > 127) return -1;
    bytes[at + index] = code;
  }
  return name.length;
}
