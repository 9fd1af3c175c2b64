/**
 * The listings of one directory that its readers, or the kernel, may still be in the middle of.
 *
 * @module
 */
import type { DirListing } from "./dir_listing.ts";
import { LISTING_ID_MAX } from "./dir_reader.ts";

/** So many are known at most, of a directory that is open all the time and changes between listings. */
const LISTINGS_MAX = 8;
/**
 * So many complete ones stay when the directory is closed: the kernel has one of them in its cache, which need not be
 * the last one when two programs have listed at the same time.
 */
const CLOSED_MAX = 2;

/**
 * What the kernel keeps of a listing is given to whoever opens the directory next, with the offsets of the listing
 * that it was made from. When a part of it is gone from the cache, or the directory has changed and somebody else has
 * begun a new one, the rest is asked for through a handle that has read nothing here: it must come from that same listing.
 * Otherwise a program that removes what it lists (`rm -r`) misses some of it while another one looks on.
 */
export class ListingBook {
  readonly #listings: DirListing[] = [];
  #openCount = 0;
  #lastId = 0;

  /** Whether the directory is open. */
  get isOpen(): boolean {
    return this.#openCount > 0;
  }

  /** How many entries are held. */
  get size(): number {
    return this.#listings.reduce((sum, { size }) => sum + size, 0);
  }

  /** The last complete listing. */
  get newest(): DirListing | null {
    return this.#listings.findLast(({ isComplete }) => isComplete) ?? null;
  }

  /**
   * The number of the next listing. The one before is used again where nobody can be in the middle of that, as
   * the kernel may have kept a part, and completes it only from a listing of the same number.
   */
  nextId(): number {
    const isFree = this.#openCount <= 1 && this.newest === null;
    if (!isFree || this.#lastId === 0) this.#lastId = this.#lastId % LISTING_ID_MAX + 1;
    return this.#lastId;
  }

  /** A listing has begun. */
  add(listing: DirListing): void {
    listing.hold();
    this.#listings.push(listing);
    if (this.#listings.length > LISTINGS_MAX) this.#listings.shift()?.letGo();
  }

  /** The last listing of this number. */
  find(id: number): DirListing | null {
    return this.#listings.findLast((listing) => listing.id === id) ?? null;
  }

  /** The directory is opened. */
  opened(): void {
    this.#openCount++;
  }

  /** It is closed: when nobody has it open, what the kernel cannot have is let go of. */
  closed(): void {
    this.#openCount--;
    if (this.isOpen) return;
    const complete = this.#listings.filter(({ isComplete }) => isComplete);
    this.#keep(complete.slice(-CLOSED_MAX));
  }

  /** Lets go of all. */
  clear(): void {
    this.#keep([]);
  }

  #keep(kept: readonly DirListing[]): void {
    for (const listing of this.#listings.splice(0)) {
      if (kept.includes(listing)) this.#listings.push(listing);
      else listing.letGo();
    }
  }
}
