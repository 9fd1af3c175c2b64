/**
 * A listing that the kernel may keep for a moment.
 *
 * @module
 */
import type { DirListing } from "./dir_listing.ts";
import type { ListingBook } from "./listing_book.ts";
import type { ListingLease } from "./name_operations.ts";

/** A lease of a directory, and what was listed under it. */
export class KeptListing {
  /** The listings of the directory. */
  readonly book: ListingBook;
  /** The promise, once it has been given. */
  lease: ListingLease | null = null;
  /** What was listed, once that has begun. */
  listing: DirListing | null = null;
  /** Whether some of it was given without attributes: it is of no use then. */
  hasNamesOnly = false;
  readonly #beganAt: number;
  #uses = 0;

  /** One that begins at a time of `performance.now()`. */
  constructor(book: ListingBook, beganAt: number) {
    this.book = book;
    this.#beganAt = beganAt;
  }

  /** Whether all of it is there. */
  get isReady(): boolean {
    return this.listing?.isComplete === true;
  }

  /** Whether anybody was spared a listing. */
  get wasOfUse(): boolean {
    return this.#uses > 0;
  }

  /** Whether it began after a time of `performance.now()`. */
  beganAfter(time: number): boolean {
    return this.#beganAt > time;
  }

  /** Whether nothing has changed since, and nothing is missing. */
  get isSound(): boolean {
    return !this.hasNamesOnly && this.lease?.holds() === true;
  }

  /** Somebody is spared a listing. */
  use(): void {
    this.#uses++;
  }

  /** Gives the lease back. */
  end(): void {
    this.lease?.end();
    this.lease = null;
  }
}
