/**
 * Storage for file data: pages of 4 KiB, cut from slabs of 1 MiB.
 *
 * Invariants: a page belongs to one owner at a time; pages of a slab at or above `fresh` have never been
 * used and hold zeros; the lowest free page of a slab goes first, so that a file which grows gets
 * neighbouring pages, which move with one copy. An empty slab is let go of, except one that is kept
 * against thrashing.
 *
 * @module
 */

/** Bytes of a page: the unit of allocation, of holes and of `st_blocks`, as on tmpfs. */
export const PAGE_SIZE = 4096;
/** Pages of a slab; the first two slabs are smaller, so that a small filesystem stays small. */
export const SLAB_PAGES = 256;
/** How many slabs an arena has at most: 128 GiB. It keeps every page number a small integer. */
export const SLABS_MAX = 131_072;

const NOTHING = new Uint8Array(0);
/**
 * Bytes left out at the front of a slab. `malloc` gives a large block 16 bytes behind the beginning of a
 * page of the machine: with these, a page here is one page there, not parts of two, which shows in random
 * reads of what no cache holds (`bench/provider_bench.ts`).
 */
const LEAD = PAGE_SIZE - 16;
const FIRST_SLAB_PAGES = 16;
const SECOND_SLAB_PAGES = 64;
const WORD_BITS = 32;

class Slab {
  readonly index: number;
  readonly pages: number;
  /** One bit for each free page. */
  readonly free: Int32Array;
  used = 0;
  /** Pages from here on have never been used. */
  fresh = 0;
  /** No word of `free` below this one has a bit. */
  hint = 0;
  /** Where the arena's list of slabs with room has it, or -1. */
  listed = -1;

  constructor(index: number, pages: number) {
    this.index = index;
    this.pages = pages;
    this.free = new Int32Array(Math.ceil(pages / WORD_BITS));
    for (let page = 0; page < pages; page++) this.free[page >> 5]! |= 1 << (page & 31);
  }
}

/** Hands out pages and takes them back. It knows neither files nor limits. */
export class MemoryArena {
  /** The bytes of each slab, by `page >> 8`; empty where there is no slab. */
  readonly bytes: Uint8Array[] = [];
  /** How many pages are handed out. */
  pagesInUse = 0;
  /** Whether the page that {@linkcode MemoryArena.allocate} returned last holds zeros. */
  isZeroed = false;
  readonly #slabs: (Slab | undefined)[] = [];
  /** Slabs with room, besides the current one. */
  readonly #room: Slab[] = [];
  /** Numbers of slabs that were let go of. */
  readonly #gone: number[] = [];
  #current: Slab | null = null;
  #spare: Slab | null = null;

  /** A page's number, or -1 when {@linkcode SLABS_MAX} is reached. */
  allocate(): number {
    let slab = this.#current;
    if (slab === null || slab.used === slab.pages) {
      slab = this.#room.pop() ?? this.#grow();
      if (slab === null) return -1;
      slab.listed = -1;
      this.#current = slab;
      if (slab === this.#spare) this.#spare = null;
    }
    let word = slab.hint;
    while (slab.free[word] === 0) word++;
    slab.hint = word;
    const bits = slab.free[word]!;
    const lowest = bits & -bits;
    slab.free[word] = bits ^ lowest;
    const page = word * WORD_BITS + 31 - Math.clz32(lowest);
    slab.used++;
    this.pagesInUse++;
    this.isZeroed = page >= slab.fresh;
    if (this.isZeroed) slab.fresh = page + 1;
    return slab.index * SLAB_PAGES + page;
  }

  /** Takes a page back; its content is undefined from here on. */
  free(page: number): void {
    const slab = this.#slabs[page >> 8];
    if (slab === undefined) throw new RangeError(`Cannot free page ${page}: no such slab`);
    const index = page & 255;
    slab.free[index >> 5]! |= 1 << (index & 31);
    if (index >> 5 < slab.hint) slab.hint = index >> 5;
    slab.used--;
    this.pagesInUse--;
    if (slab === this.#current) return;
    if (slab.listed < 0) slab.listed = this.#room.push(slab) - 1;
    if (slab.used > 0) return;
    if (this.#spare === null) this.#spare = slab;
    else this.#drop(slab);
  }

  /** Where a page begins in its slab. */
  static offsetOf(page: number): number {
    return (page & 255) << 12;
  }

  #grow(): Slab | null {
    const reused = this.#gone.pop();
    const index = reused ?? this.#slabs.length;
    if (index >= SLABS_MAX) return null;
    const pages = index === 0 ? FIRST_SLAB_PAGES : index === 1 ? SECOND_SLAB_PAGES : SLAB_PAGES;
    const slab = new Slab(index, pages);
    this.#slabs[index] = slab;
    const lead = pages < SLAB_PAGES ? 0 : LEAD;
    this.bytes[index] = new Uint8Array(new ArrayBuffer(lead + pages * PAGE_SIZE), lead);
    return slab;
  }

  #drop(slab: Slab): void {
    const last = this.#room.pop();
    if (last !== undefined && last !== slab) {
      this.#room[slab.listed] = last;
      last.listed = slab.listed;
    }
    this.#slabs[slab.index] = undefined;
    this.bytes[slab.index] = NOTHING;
    this.#gone.push(slab.index);
  }
}
