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

/** The unfinished listings of one connection by their number. */
export class ListingTable {
  readonly #listings = new Map<number, Listing>();
  readonly #max: number;
  #last = 0;

  /** @param max How many are kept; the oldest goes first. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Keeps a listing; returns its number. */
  add(listing: Listing): number {
    if (this.#listings.size >= this.#max) {
      for (const oldest of this.#listings.keys()) {
        this.#listings.delete(oldest);
        break;
      }
    }
    this.#last = (this.#last % 0xffff_ffff) + 1;
    this.#listings.set(this.#last, listing);
    return this.#last;
  }

  /** The listing with this number, when it is of this directory and still kept. */
  get(number: number, path: string): Listing | undefined {
    const listing = this.#listings.get(number);
    return listing !== undefined && listing.path === path ? listing : undefined;
  }

  /** Forgets one. */
  remove(number: number): void {
    this.#listings.delete(number);
  }

  /** Forgets all. */
  clear(): void {
    this.#listings.clear();
  }
}
