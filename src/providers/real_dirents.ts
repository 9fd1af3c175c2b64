/**
 * Reading directories as the kernel gives them.
 *
 * @module
 */
import { getdents64, MemoryBlock } from "../libc/mod.ts";

/** How many bytes of entries one call fetches. */
const BLOCK_SIZE = 64 * 1024;
const NAME_OFFSET = 19;
const DOT = 46;
const WORD = 2 ** 32;

/**
 * Takes one entry: its name is bytes `start` to `end`; `type` is the type bits of `st_mode`, 0 where the
 * filesystem does not tell. Bytes and numbers hold until it returns.
 */
export type TakeDirent = (
  bytes: Uint8Array,
  start: number,
  end: number,
  type: number,
  ino: number | bigint,
) => void;

/** Reads the `struct linux_dirent64` of open directories (`getdents64(2)`). */
export class DirentReader {
  readonly #block = new MemoryBlock(BLOCK_SIZE);

  /** Gives some entries, as many as one call fetches. Returns 0 at the end, or a negated errno. */
  readSome(fd: number, take: TakeDirent): number {
    const size = getdents64(fd, this.#block);
    if (size > 0) this.#parse(size, take);
    return size;
  }

  /** Gives every entry but `.` and `..` to `take`, in the kernel's order. Returns 0 or a negated errno. */
  read(fd: number, take: TakeDirent): number {
    while (true) {
      const size = this.readSome(fd, take);
      if (size <= 0) return size;
    }
  }

  #parse(size: number, take: TakeDirent): void {
    const { bytes, view } = this.#block;
    for (let at = 0; at < size;) {
      const next = at + view.getUint16(at + 16, true);
      const start = at + NAME_OFFSET;
      const end = bytes.indexOf(0, start);
      if (!isDots(bytes, start, end)) {
        // d_type is the type's bits of st_mode, shifted (`readdir(3)`).
        take(bytes, start, end, bytes[at + 18]! << 12, inodeAt(view, at));
      }
      at = next;
    }
  }
}

function isDots(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return bytes[start] === DOT && (length === 1 || (length === 2 && bytes[start + 1] === DOT));
}

function inodeAt(view: DataView, at: number): number | bigint {
  const high = view.getUint32(at + 4, true);
  return high < 0x20_0000 ? high * WORD + view.getUint32(at, true) : view.getBigUint64(at, true);
}
