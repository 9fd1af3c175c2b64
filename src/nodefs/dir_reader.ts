/**
 * The offsets of a directory that is being read.
 *
 * @module
 */
import { chain, ERRNO, Errno, type MaybePromise } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { DirListing, type NextEntry } from "./dir_listing.ts";
import type { DirStream } from "./dir_stream.ts";

/** Starts a listing for a caller. */
export type ListDirectory = (context: Context) => MaybePromise<DirStream | Errno>;

/** Offsets of listings that the kernel may have kept: the place is in these bits, and which listing it is above them. */
const PLACE_BITS = 27;
const PLACES = 2 ** PLACE_BITS;
/** So many entries at most; the offset behind one is higher by up to three, with `.` and `..`. */
const PLACES_MAX = PLACES - 4;
/**
 * Listings of a directory are told apart by numbers up to this one, so offsets stay below 2^31: programs of 32 bits
 * know no others.
 */
export const LISTING_ID_MAX = 15;

/** Where the listings of an open directory come from that are not for it alone. */
export interface ListingSource {
  /** The listing to read from the start on. */
  begin(context: Context): MaybePromise<DirListing | Errno>;
  /** One that was begun before, by whomever; null when it is not known any more. */
  find(id: number): DirListing | null;
  /** What a reply was made of: entries without their attributes, which the kernel has to ask for. */
  gaveNamesOnly(listing: DirListing): void;
  /** The directory is closed. */
  close(): void;
}

/**
 * One open directory. Each entry has an offset that stays valid while entries come and go: what was handed
 * out once is kept, so that `seekdir` back to any offset continues with the same entries. Reading
 * from the start again (`rewinddir`) begins a new listing and sees the directory as it is then.
 *
 * Offset n means: n entries have been taken; of which listing is told besides where the kernel may have it from another
 * open directory.
 */
export class DirReader {
  readonly #list: ListDirectory;
  readonly #source: ListingSource | null;
  #listing: DirListing | null = null;
  #used = false;

  /** @param source Where listings come from; by default each is begun by `list` and is for this one alone. */
  constructor(list: ListDirectory, source: ListingSource | null = null) {
    this.#list = list;
    this.#source = source;
  }

  /** The place that an offset of the kernel's means, counted from 0. */
  placeOf(offset: number): number {
    return this.#source === null ? offset : offset % PLACES;
  }

  /** What the kernel knows a place of the current listing by. */
  offsetOf(place: number): number {
    return (this.#listing?.id ?? 0) * PLACES + place;
  }

  /** Prepares reading from an offset of the kernel's: at 0, after something was read, from a fresh listing. */
  seek(offset: number, context: Context): MaybePromise<Errno | void> {
    const listing = this.#listing;
    if (offset === 0) return listing !== null && !this.#used ? undefined : this.#begin(context);
    if (this.#source === null) return listing !== null ? undefined : this.#begin(context);
    const id = Math.floor(offset / PLACES);
    if (listing?.id === id) return;
    const known = this.#source.find(id);
    if (known === null) return this.#begin(context);
    this.#turnTo(known);
  }

  #begin(context: Context): MaybePromise<Errno | void> {
    this.#turnTo(null);
    const begun = this.#source?.begin(context) ??
      chain(
        this.#list(context),
        (stream) => stream instanceof Errno ? stream : new DirListing(stream),
      );
    return chain(begun, (listing): Errno | void => {
      if (listing instanceof Errno) return listing;
      this.#turnTo(listing);
    });
  }

  #turnTo(listing: DirListing | null): void {
    listing?.hold();
    this.#listing?.letGo();
    this.#listing = listing;
    this.#used = false;
  }

  /** The entry at a place of the listing, null at the end. */
  entry(place: number): NextEntry {
    this.#used = true;
    if (this.#source !== null && place >= PLACES_MAX) return ERRNO.EOVERFLOW;
    return this.#listing?.entry(place) ?? null;
  }

  /** Entries were given without their attributes. */
  gaveNamesOnly(): void {
    if (this.#listing !== null) this.#source?.gaveNamesOnly(this.#listing);
  }

  /** The directory is closed. */
  close(): void {
    this.#turnTo(null);
    this.#source?.close();
  }
}
