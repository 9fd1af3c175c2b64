/**
 * What there is in a directory, as it is being found out.
 *
 * @module
 */
import { ERRNO, Errno, isPromise, type MaybePromise } from "../base/mod.ts";
import type { DirStream, StreamEntry } from "./dir_stream.ts";

/** What comes next: an entry, null at the end, or why there is none. */
export type NextEntry = MaybePromise<StreamEntry | null | Errno>;

/**
 * The entries that a stream gives, each of which stays where it was found while entries come and go. Several
 * readers may share a listing: who begins with it takes hold of it, and the last who lets go closes the stream.
 */
export class DirListing {
  /** Which one of its directory it is: see {@linkcode ListingBook}. 0 for one that nobody else will ask for. */
  readonly id: number;
  readonly #stream: DirStream;
  /** The entry that the stream is working at: who asked for it may have been interrupted. */
  #coming: Promise<StreamEntry | null | Errno> | null = null;
  readonly #taken: StreamEntry[] = [];
  #isComplete = false;
  #holders = 0;
  #isClosed = false;

  /** A listing that has just begun. */
  constructor(stream: DirStream, id = 0) {
    this.#stream = stream;
    this.id = id;
  }

  /** Whether the end has been found. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** How many entries have been found. */
  get size(): number {
    return this.#taken.length;
  }

  /** The entry at a place, counted from 0; null behind the last one. */
  entry(place: number): NextEntry {
    const known = this.#taken[place];
    if (known !== undefined) return known;
    return this.#isComplete ? null : this.#advance(place);
  }

  #advance(place: number): NextEntry {
    const next = this.#coming ?? this.#stream.next();
    if (!isPromise(next)) return this.#keep(next, place);
    this.#coming ??= next.then((entry) => this.#arrived(entry), (thrown) => {
      this.#coming = null;
      throw thrown;
    });
    return this.#coming.then((entry) => {
      if (entry instanceof Errno || this.#isClosed) return entry;
      return this.entry(place);
    });
  }

  /** An entry of a stream that may have been closed in the meantime. */
  #arrived(entry: StreamEntry | null | Errno): StreamEntry | null | Errno {
    if (this.#isClosed) return ERRNO.EBADF;
    this.#coming = null;
    if (entry === null) this.#isComplete = true;
    else if (!(entry instanceof Errno)) this.#taken.push(entry);
    return entry;
  }

  #keep(next: StreamEntry | null | Errno, place: number): NextEntry {
    if (next instanceof Errno) return next;
    if (next === null) {
      this.#isComplete = true;
      return null;
    }
    this.#taken.push(next);
    return this.#taken[place] ?? this.#advance(place);
  }

  /** Somebody needs it. */
  hold(): void {
    this.#holders++;
  }

  /** He does not need it any more. */
  letGo(): void {
    if (--this.#holders > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.close();
  }
}
