/**
 * Memory for one path at a time.
 *
 * @module
 */
import { encodeName, FsError } from "../base/mod.ts";
import { MemoryBlock } from "./memory_block.ts";

/** The longest path that a system call takes, with its final NUL (`PATH_MAX` of `limits.h`). */
export const KERNEL_PATH_MAX = 4096;

const encoder = new TextEncoder();

/**
 * Holds one text for C at a known address, until the next one. A text over {@linkcode KERNEL_PATH_MAX}
 * is cut so that every system call refuses it with ENAMETOOLONG.
 */
export class CStringArea {
  /** The address of the text. */
  readonly address: number;
  /** The bytes of the text and its NUL. */
  readonly bytes: Uint8Array;
  /** The length of the text in bytes, without its NUL. */
  size = 0;

  /** Allocates the memory. */
  constructor() {
    const block = new MemoryBlock(KERNEL_PATH_MAX + 1);
    this.address = block.address;
    this.bytes = block.bytes;
  }

  /**
   * Stores the text. Returns its address.
   *
   * @throws {FsError} EINVAL for a NUL, EILSEQ for a surrogate that stands for no byte.
   */
  put(text: string): number {
    if (text.includes("\0")) throw new FsError("EINVAL", { syscall: "use", path: text });
    if (!text.isWellFormed()) return this.#store(encodeName(text));
    const { read, written } = encoder.encodeInto(text, this.bytes);
    if (read < text.length || written > KERNEL_PATH_MAX) return this.#overflow();
    this.bytes[written] = 0;
    this.size = written;
    return this.address;
  }

  /** Whether the text was longer than a system call takes. */
  get isTooLong(): boolean {
    return this.size >= KERNEL_PATH_MAX;
  }

  #store(encoded: Uint8Array): number {
    if (encoded.length > KERNEL_PATH_MAX) return this.#overflow();
    this.bytes.set(encoded);
    this.bytes[encoded.length] = 0;
    this.size = encoded.length;
    return this.address;
  }

  #overflow(): number {
    this.bytes.fill(120, 0, KERNEL_PATH_MAX);
    this.bytes[KERNEL_PATH_MAX] = 0;
    this.size = KERNEL_PATH_MAX;
    return this.address;
  }
}
