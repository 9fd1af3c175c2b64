/**
 * Memory whose address is known.
 *
 * @module
 */
import { libc } from "./library.ts";

/**
 * A piece of zeroed memory that system calls can be given by its address. The address holds as long
 * as the block does: V8 does not move the backing store of an `ArrayBuffer`. Whoever passes the
 * address to a call must keep the block until the call has ended.
 */
export class MemoryBlock {
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for numbers. */
  readonly view: DataView<ArrayBuffer>;
  /** Where it begins; addresses of user space are below 2^53. */
  readonly address: number;

  /**
   * Allocates `size` bytes, at least one.
   *
   * @throws {Error} When the `ffi` permission or the C library is missing.
   */
  constructor(size: number) {
    // Before Deno says it in other words: without the permission there are no addresses.
    libc();
    // Through an ArrayBuffer of its own: a small typed array may live inside V8's moving heap.
    const buffer = new ArrayBuffer(Math.max(size, 1));
    this.bytes = new Uint8Array(buffer, 0, size);
    this.view = new DataView(buffer, 0, size);
    this.address = addressOf(buffer);
  }
}

function addressOf(buffer: ArrayBuffer): number {
  const pointer = Deno.UnsafePointer.of(buffer);
  if (pointer === null) throw new Error("Cannot find the address of a buffer");
  return Number(Deno.UnsafePointer.value(pointer));
}
