/**
 * Listings that are sent in pages.
 *
 * @module
 */
import type { DirEntry } from "../provider/mod.ts";

/** A listing of which a part has been sent. */
export interface Listing {
  /** The directory. */
  readonly path: string;
  /** All its entries, as they were when it was listed. */
  readonly entries: readonly DirEntry[];
}

/**
 * Bounds what the listings of all connections of a server hold together: the oldest are forgotten, the last
 * one never, as it could not go on otherwise.
 */
export class ListingShelf {
  /** What to do to forget each, the oldest first. */
  readonly #kept = new Map<Listing, () => void>();
  readonly #entriesMax: number;
  #entries = 0;

  /** @param entriesMax How many entries are kept, beyond the last listing. */
  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** Keeps a listing; `forget` is called when it has to go. */
  add(listing: Listing, forget: () => void): void {
    for (const [oldest, forgetOldest] of this.#kept) {
      if (this.#entries <= this.#entriesMax) break;
      this.remove(oldest);
      forgetOldest();
    }
    this.#kept.set(listing, forget);
    this.#entries += listing.entries.length;
  }

  /** Its connection needs it no more. */
  remove(listing: Listing): void {
    if (this.#kept.delete(listing)) this.#entries -= listing.entries.length;
  }
}

/** The unfinished listings of one connection by their number. */
export class ListingTable {
  readonly #listings = new Map<number, Listing>();
  readonly #max: number;
  readonly #shelf: ListingShelf;
  #last = 0;

  /** @param max How many are kept; the oldest goes first. @param shelf Of the server. */
  constructor(max: number, shelf: ListingShelf) {
    this.#max = max;
    this.#shelf = shelf;
  }

  /** Keeps a listing; returns its number. */
  add(listing: Listing): number {
    if (this.#listings.size >= this.#max) {
      for (const oldest of this.#listings.keys()) {
        this.remove(oldest);
        break;
      }
    }
    const number = (this.#last % 0xffff_ffff) + 1;
    this.#last = number;
    this.#listings.set(number, listing);
    this.#shelf.add(listing, () => this.#listings.delete(number));
    return number;
  }

  /** The listing with this number, when it is of this directory and still kept. */
  get(number: number, path: string): Listing | undefined {
    const listing = this.#listings.get(number);
    return listing !== undefined && listing.path === path ? listing : undefined;
  }

  /** Forgets one. */
  remove(number: number): void {
    const listing = this.#listings.get(number);
    if (listing === undefined) return;
    this.#listings.delete(number);
    this.#shelf.remove(listing);
  }

  /** Forgets all. */
  clear(): void {
    for (const number of [...this.#listings.keys()]) this.remove(number);
  }
}
