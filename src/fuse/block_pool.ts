/**
 * Buffers that outlive a request are lent and given back, not collected.
 *
 * @module
 */
import { MemoryBlock } from "../libc/mod.ts";

/** The smallest block that the pool makes, in bytes. */
const BLOCK_SIZE_MIN = 4096;
/** How many free bytes the pool keeps at most; what is given back beyond that is dropped. */
export const POOL_FREE_MAX = 32 * 1024 * 1024;

/** Lends memory blocks in sizes of powers of two. */
export class BlockPool {
  readonly #free = new Map<number, MemoryBlock[]>();
  #freeBytes = 0;

  /** A block of at least `size` bytes, with whatever was in it. */
  take(size: number): MemoryBlock {
    let capacity = BLOCK_SIZE_MIN;
    while (capacity < size) capacity *= 2;
    const block = this.#free.get(capacity)?.pop();
    if (block === undefined) return new MemoryBlock(capacity);
    this.#freeBytes -= capacity;
    return block;
  }

  /** Takes a block back; the giver does not touch it again. */
  give(block: MemoryBlock): void {
    const capacity = block.bytes.length;
    if (this.#freeBytes + capacity > POOL_FREE_MAX) return;
    let list = this.#free.get(capacity);
    if (list === undefined) this.#free.set(capacity, list = []);
    list.push(block);
    this.#freeBytes += capacity;
  }
}
