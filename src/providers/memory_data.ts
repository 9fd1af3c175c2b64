/**
 * Reading and writing files in memory.
 *
 * No call here costs more than what it touches: growing and appending copy nothing that is there
 * already, except when a file outgrows its fragment, at most six times in its life.
 *
 * @module
 */
import { ERRNO, type Errno } from "../base/mod.ts";
import { MemoryArena, PAGE_SIZE } from "./memory_arena.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { FRAGMENT_MAX, fragmentSize, MemoryFragments } from "./memory_fragments.ts";
import type { MemoryFile } from "./memory_inode.ts";
import { HOLE, MemoryPageTable, RESERVED } from "./memory_page_table.ts";

const PAGE_MASK = PAGE_SIZE - 1;

/** The data of all files of one filesystem. */
export class MemoryData {
  /** Where the pages are. */
  readonly arena: MemoryArena = new MemoryArena();
  /** Who pays for them. */
  readonly budget: MemoryBudget;
  readonly #fragments: MemoryFragments = new MemoryFragments(this.arena);

  /** Stores what `budget` allows. */
  constructor(budget: MemoryBudget) {
    this.budget = budget;
  }

  /** Reads at `offset` into `buffer`. Returns the bytes read, 0 at or past the end. */
  read(file: MemoryFile, buffer: Uint8Array, offset: number): number {
    const length = Math.min(buffer.length, file.size - offset);
    if (length <= 0) return 0;
    if (file.pages === null) this.#readFragment(file, buffer, offset, length);
    else this.#readPages(file.pages, buffer, offset, length);
    return length;
  }

  #readFragment(file: MemoryFile, buffer: Uint8Array, offset: number, length: number): void {
    const stored = Math.max(0, Math.min(length, file.capacity - offset));
    if (stored > 0) {
      const start = MemoryFragments.offsetOf(file.fragment) + offset;
      const bytes = this.arena.bytes[file.fragment >> 14]!;
      buffer.set(bytes.subarray(start, start + stored));
    }
    if (stored < length) buffer.fill(0, stored, length);
  }

  #readPages(pages: MemoryPageTable, buffer: Uint8Array, offset: number, length: number): void {
    let done = 0;
    while (done < length) {
      const position = offset + done;
      const within = position & PAGE_MASK;
      const index = (position - within) / PAGE_SIZE;
      const leaf = pages.leafAt(index);
      const slot = index & 255;
      const entry = leaf === undefined || slot >= leaf.length ? HOLE : leaf[slot]!;
      let size = Math.min(PAGE_SIZE - within, length - done);
      if (leaf === undefined || entry <= 0) {
        buffer.fill(0, done, done + size);
      } else {
        const page = entry - 1;
        // Neighbours in the file that are neighbours in the slab move with one copy.
        for (let next = 1; size < length - done && leaf[slot + next] === entry + next; next++) {
          if (((page + next) & 255) === 0) break;
          size = Math.min(size + PAGE_SIZE, length - done);
        }
        const start = MemoryArena.offsetOf(page) + within;
        buffer.set(this.arena.bytes[page >> 8]!.subarray(start, start + size), done);
      }
      done += size;
    }
  }

  /**
   * Writes `data` at `offset`. Returns the bytes written, fewer than there are when space or the largest
   * size ends them; ENOSPC or EFBIG when there is room for none.
   */
  write(file: MemoryFile, data: Uint8Array, offset: number): number | Errno {
    const room = this.budget.maxFileSize - offset;
    if (data.length === 0) return 0;
    if (room <= 0) return ERRNO.EFBIG;
    const length = Math.min(data.length, room);
    const end = offset + length;
    const written = file.pages === null && end <= FRAGMENT_MAX
      ? this.#writeFragment(file, data, offset, length)
      : this.#writePages(file, data, offset, length);
    if (written === 0) return ERRNO.ENOSPC;
    if (offset + written > file.size) file.size = offset + written;
    return written;
  }

  #writeFragment(file: MemoryFile, data: Uint8Array, offset: number, length: number): number {
    if (offset + length > file.capacity && !this.#enlarge(file, offset + length)) return 0;
    const bytes = this.arena.bytes[file.fragment >> 14]!;
    const start = MemoryFragments.offsetOf(file.fragment) + offset;
    bytes.set(length === data.length ? data : data.subarray(0, length), start);
    return length;
  }

  /** Gives the file a fragment for `bytes` bytes, with what it had. */
  #enlarge(file: MemoryFile, bytes: number): boolean {
    if (file.capacity === 0 && !this.budget.takeBytes(PAGE_SIZE)) return false;
    const capacity = fragmentSize(bytes);
    const fragment = this.#fragments.allocate(capacity);
    if (fragment < 0) {
      if (file.capacity === 0) this.budget.giveBytes(PAGE_SIZE);
      return false;
    }
    if (file.capacity > 0) {
      const from = MemoryFragments.offsetOf(file.fragment);
      this.arena.bytes[fragment >> 14]!.set(
        this.arena.bytes[file.fragment >> 14]!.subarray(from, from + file.capacity),
        MemoryFragments.offsetOf(fragment),
      );
      this.#fragments.free(file.fragment, file.capacity);
    }
    file.fragment = fragment;
    file.capacity = capacity;
    return true;
  }

  #writePages(file: MemoryFile, data: Uint8Array, offset: number, length: number): number {
    const pages = this.pagesOf(file);
    if (pages === null) return 0;
    let done = 0;
    while (done < length) {
      const position = offset + done;
      const within = position & PAGE_MASK;
      const index = (position - within) / PAGE_SIZE;
      const leaf = pages.leafFor(index);
      let size = Math.min(PAGE_SIZE - within, length - done);
      const page = this.#claim(pages, leaf, index, size === PAGE_SIZE);
      if (page < 0) break;
      let next = 1;
      while (size < length - done && ((index + next) & 255) !== 0) {
        const more = Math.min(PAGE_SIZE, length - done - size);
        const follower = this.#claim(pages, leaf, index + next, more === PAGE_SIZE);
        if (follower !== page + next || (follower & 255) === 0) break;
        size += more;
        next++;
      }
      const part = size === data.length ? data : data.subarray(done, done + size);
      this.arena.bytes[page >> 8]!.set(part, MemoryArena.offsetOf(page) + within);
      done += size;
    }
    return done;
  }

  /** The arena's page at `index` of the file, got now if it is not there; -1 when there is no space. */
  #claim(pages: MemoryPageTable, leaf: number[], index: number, isOverwritten: boolean): number {
    const slot = index & 255;
    const entry = slot < leaf.length ? leaf[slot]! : HOLE;
    if (entry > 0) return entry - 1;
    const isPaid = entry === RESERVED;
    if (!isPaid && !this.budget.takeBytes(PAGE_SIZE)) return -1;
    const page = this.arena.allocate();
    if (page < 0) {
      if (!isPaid) this.budget.giveBytes(PAGE_SIZE);
      return -1;
    }
    if (!isOverwritten && !this.arena.isZeroed) {
      const start = MemoryArena.offsetOf(page);
      this.arena.bytes[page >> 8]!.fill(0, start, start + PAGE_SIZE);
    }
    pages.setIn(leaf, index, page + 1);
    return page;
  }

  /** The file's pages; a fragment becomes the first page. Null when there is no space for that. */
  pagesOf(file: MemoryFile): MemoryPageTable | null {
    if (file.pages !== null) return file.pages;
    const pages = new MemoryPageTable();
    if (file.capacity > 0) {
      const page = this.arena.allocate();
      if (page < 0) return null;
      const bytes = this.arena.bytes[page >> 8]!;
      const start = MemoryArena.offsetOf(page);
      const from = MemoryFragments.offsetOf(file.fragment);
      const old = this.arena.bytes[file.fragment >> 14]!;
      bytes.set(old.subarray(from, from + file.capacity), start);
      if (!this.arena.isZeroed) bytes.fill(0, start + file.capacity, start + PAGE_SIZE);
      pages.setIn(pages.leafFor(0), 0, page + 1);
      this.#fragments.free(file.fragment, file.capacity);
      file.capacity = 0;
    }
    file.pages = pages;
    return pages;
  }

  /** Sets the size. What is cut off is given back, what is added reads as zeros. */
  truncate(file: MemoryFile, size: number): Errno | null {
    if (size > this.budget.maxFileSize) return ERRNO.EFBIG;
    const old = file.size;
    file.size = size;
    if (file.pages !== null) {
      if (size > old) return null;
      const kept = Math.ceil(size / PAGE_SIZE);
      this.zero(file, size, Math.min(old, kept * PAGE_SIZE));
      // Pages beyond the old end, which fallocate(2) reserved, go as well.
      this.drop(file, kept, Infinity, HOLE);
      if (file.pages.count === 0) file.pages = null;
    } else if (size === 0) {
      this.releaseFragment(file);
    } else if (size < file.capacity) {
      const start = MemoryFragments.offsetOf(file.fragment);
      this.arena.bytes[file.fragment >> 14]!.fill(0, start + size, start + file.capacity);
    }
    return null;
  }

  /** Gives the fragment back: all of the file is a hole. */
  releaseFragment(file: MemoryFile): void {
    if (file.capacity === 0) return;
    this.#fragments.free(file.fragment, file.capacity);
    file.capacity = 0;
    this.budget.giveBytes(PAGE_SIZE);
  }

  /** Gives everything back: the inode is gone. */
  discard(file: MemoryFile): void {
    this.releaseFragment(file);
    if (file.pages !== null) this.drop(file, 0, Infinity, HOLE);
    file.pages = null;
    file.size = 0;
  }

  /**
   * Lets go of the pages `from` to `to` (exclusive): they become holes, or RESERVED, which stay paid for;
   * then holes in the range must have been paid for already.
   */
  drop(file: MemoryFile, from: number, to: number, entry: typeof HOLE | typeof RESERVED): void {
    const { pages } = file;
    if (pages === null) return;
    let next = from;
    for (let index = pages.nextLeaf(from); index < to; index = pages.nextLeaf(next)) {
      const start = index - (index & 255);
      next = start + 256;
      const reserved = entry === HOLE ? pages.removeReserved(index, to) : 0;
      if (reserved > 0) {
        this.budget.giveBytes(reserved * PAGE_SIZE);
        continue;
      }
      const leaf = pages.leafFor(index);
      const last = Math.min(start + leaf.length, to);
      for (; index < last; index++) {
        const old = leaf[index & 255]!;
        if (old === HOLE || old === entry) continue;
        if (old > 0) this.arena.free(old - 1);
        if (entry === HOLE) this.budget.giveBytes(PAGE_SIZE);
        pages.setIn(leaf, index, entry);
      }
      if (entry === HOLE && leaf.every((value) => value === HOLE)) pages.removeLeaf(start);
    }
  }

  /** Makes bytes `from` to `to` (exclusive) zeros where they are stored; holes stay holes. */
  zero(file: MemoryFile, from: number, to: number): void {
    if (file.pages === null) {
      const end = Math.min(to, file.capacity);
      if (from >= end) return;
      const start = MemoryFragments.offsetOf(file.fragment);
      this.arena.bytes[file.fragment >> 14]!.fill(0, start + from, start + end);
      return;
    }
    let position = from;
    while (position < to) {
      const within = position & PAGE_MASK;
      const index = (position - within) / PAGE_SIZE;
      const end = Math.min(position - within + PAGE_SIZE, to);
      const entry = file.pages.get(index);
      if (entry > 0) {
        const start = MemoryArena.offsetOf(entry - 1);
        const bytes = this.arena.bytes[(entry - 1) >> 8]!;
        bytes.fill(0, start + within, start + within + end - position);
        position = end;
      } else if (entry === HOLE && file.pages.leafAt(index) === undefined) {
        position = Math.max(end, file.pages.nextLeaf(index) * PAGE_SIZE);
      } else position = end;
    }
  }
}
