/**
 * Which listings the kernel may keep from one open of a directory to the next.
 *
 * @module
 */
import { chain, Errno, type MaybePromise, rescue } from "../base/mod.ts";
import { FOPEN, type OpenOut } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import { DirListing } from "./dir_listing.ts";
import { DirReader, type ListDirectory, type ListingSource } from "./dir_reader.ts";
import type { Inode } from "./inode.ts";
import { KeptListing } from "./kept_listing.ts";
import { ListingBook } from "./listing_book.ts";
import { TIMEOUT_DEFAULT_MS, type TreeOptions } from "./options.ts";
import { RecentCounts } from "./recent_counts.ts";

/** So many entries of closed directories are held. */
const ENTRIES_MAX = 1 << 20;
/** So many leases there are at most. */
const LEASES_MAX = 256;
/** After so many listings in the time that one is kept, a lease is taken. */
const LISTINGS_MIN = 2;
/** A directory whose lease was of no use gets none for this many times the time that a listing is kept. */
const UNFIT_TIMES = 16;

/** What the kernel may do with a directory that is opened. */
const KEPT = FOPEN.KEEP_CACHE | FOPEN.CACHE_DIR;

/** Listings of a directory of which the kernel finds out itself whether it still has the right one. */
class SharedSource implements ListingSource {
  protected readonly keeper: ListingKeeper;
  protected readonly inode: Inode;
  protected readonly book: ListingBook;
  protected readonly list: ListDirectory;

  constructor(keeper: ListingKeeper, inode: Inode, book: ListingBook, list: ListDirectory) {
    this.keeper = keeper;
    this.inode = inode;
    this.book = book;
    this.list = list;
    book.opened();
  }

  begin(context: Context): MaybePromise<DirListing | Errno> {
    return chain(this.list(context), (stream) => {
      if (stream instanceof Errno) return stream;
      const listing = new DirListing(stream, this.book.nextId());
      this.book.add(listing);
      return listing;
    });
  }

  find(id: number): DirListing | null {
    return this.book.find(id);
  }

  gaveNamesOnly(_listing: DirListing): void {}

  close(): void {
    this.book.closed();
    this.keeper.closed(this.book);
  }
}

/** Listings of a directory whose node promises that nothing changes in it. */
class LeasedSource extends SharedSource {
  override begin(context: Context): MaybePromise<DirListing | Errno> {
    const kept = this.keeper.keptOf(this.inode);
    if (kept !== null) return kept;
    const lease = this.keeper.lease(this.inode, this.book);
    if (lease === null) return super.begin(context);
    const begun = rescue(() => super.begin(context), (thrown) => {
      lease.end();
      throw thrown;
    });
    return chain(begun, (listing) => {
      if (listing instanceof Errno) lease.end();
      else lease.listing = listing;
      return listing;
    });
  }

  override gaveNamesOnly(listing: DirListing): void {
    this.keeper.gaveNamesOnly(this.inode, listing);
  }

  override close(): void {
    super.close();
    if (this.keeper.keptOf(this.inode) === null) this.keeper.drop(this.book);
  }
}

/**
 * The kernel keeps listings in two cases. With `keepCaches` always: it lists anew what it has changed itself, and
 * what notices tell it of. Otherwise where a node promises to tell of changes (`leaseListing`), and for a part of the
 * timeouts only: then its attributes, which came with the listing, last as well, and a program that lists a directory
 * again and looks at what is in it asks nothing. A lease is taken with the third listing in that time, as it costs as
 * much as some requests: `rm -r` looks at each directory twice before it changes it. It is not taken again for a
 * while where a change ended it before it was of use.
 */
export class ListingKeeper {
  readonly #keepsAlways: boolean;
  /** For how long a listing is kept, in milliseconds. */
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #books = new WeakMap<Inode, ListingBook>();
  /** Books of closed directories, the longest closed first, and how many entries each holds. */
  readonly #closed = new Map<ListingBook, number>();
  #closedEntries = 0;
  readonly #kept = new Map<Inode, KeptListing>();
  readonly #listed: RecentCounts<Inode>;
  readonly #unfit: RecentCounts<Inode>;

  /** @param now Tells the time in milliseconds. */
  constructor(options: TreeOptions, now: () => number = () => performance.now()) {
    const { entryTimeoutMs = TIMEOUT_DEFAULT_MS, attrTimeoutMs = TIMEOUT_DEFAULT_MS } = options;
    this.#keepsAlways = options.keepCaches === true;
    this.#keepMs = Math.min(entryTimeoutMs, attrTimeoutMs) / 2;
    this.#now = now;
    this.#listed = new RecentCounts(this.#keepMs);
    this.#unfit = new RecentCounts(this.#keepMs * UNFIT_TIMES);
  }

  /** How many entries of closed directories are held. */
  get heldCount(): number {
    return this.#closedEntries;
  }

  /** How many leases there are. */
  get leaseCount(): number {
    return this.#kept.size;
  }

  /**
   * A directory is opened: who reads it, and in `out` what the kernel may do. Bits that its node has set there ask
   * for the same as `keepCaches`, for this one.
   */
  open(inode: Inode, list: ListDirectory, out: OpenOut): DirReader {
    if (this.#keepsAlways) out.openFlags |= KEPT;
    if ((out.openFlags & FOPEN.CACHE_DIR) !== 0) {
      const book = this.#bookOf(inode);
      // Without the listing that the kernel's was made from the rest of it could not be told.
      if (book.newest === null) out.openFlags &= ~FOPEN.KEEP_CACHE;
      return new DirReader(list, new SharedSource(this, inode, book, list));
    }
    if (this.#keepMs === 0 || inode.operations.leaseListing === undefined) {
      return new DirReader(list);
    }
    const kept = this.#holding(inode);
    if (kept?.isReady === true) {
      kept.use();
      this.#listed.add(inode, this.#now());
      out.openFlags |= KEPT;
    } else if (kept === null && this.#isWorthLease(inode)) {
      out.openFlags |= FOPEN.CACHE_DIR;
    } else {
      return new DirReader(list);
    }
    return new DirReader(list, new LeasedSource(this, inode, this.#bookOf(inode), list));
  }

  /** Whether it is listed again and again, and no lease was in vain. */
  #isWorthLease(inode: Inode): boolean {
    const time = this.#now();
    const count = this.#listed.of(inode, time);
    this.#listed.add(inode, time);
    return count >= LISTINGS_MIN && this.#unfit.of(inode, time) === 0;
  }

  #bookOf(inode: Inode): ListingBook {
    const known = this.#books.get(inode);
    if (known !== undefined) {
      this.#forgetClosed(known);
      return known;
    }
    const book = new ListingBook();
    this.#books.set(inode, book);
    return book;
  }

  #forgetClosed(book: ListingBook): void {
    this.#closedEntries -= this.#closed.get(book) ?? 0;
    this.#closed.delete(book);
  }

  /** A directory was closed, and may be opened again. */
  closed(book: ListingBook): void {
    if (book.isOpen || book.size === 0) return;
    this.#closed.set(book, book.size);
    this.#closedEntries += book.size;
    for (const [oldest, size] of this.#closed) {
      if (this.#closedEntries <= ENTRIES_MAX) break;
      this.#closed.delete(oldest);
      this.#closedEntries -= size;
      oldest.clear();
    }
  }

  /** Nothing will be asked of these listings any more, unless somebody has the directory open. */
  drop(book: ListingBook): void {
    if (book.isOpen) return;
    this.#forgetClosed(book);
    book.clear();
  }

  /** What is leased of a directory, perhaps not yet ready; null when nothing is. */
  #holding(inode: Inode): KeptListing | null {
    const kept = this.#kept.get(inode);
    if (kept === undefined) return null;
    const isSound = kept.isSound;
    const isYoung = kept.beganAfter(this.#now() - this.#keepMs);
    if (isSound && isYoung) return kept;
    // Nobody came back in time, as when listing itself takes long: the next lease may still be of use.
    this.#end(inode, kept, isSound);
    return null;
  }

  /** The listing that the kernel may keep now; null when there is none. */
  keptOf(inode: Inode): DirListing | null {
    const kept = this.#holding(inode);
    return kept?.isReady === true ? kept.listing : null;
  }

  /** Takes a lease for a listing that is about to begin; null when there is none to be had. */
  lease(inode: Inode, book: ListingBook): KeptListing | null {
    const time = this.#now();
    const kept = new KeptListing(book, time);
    const before = this.#kept.get(inode);
    if (before !== undefined) this.#end(inode, before);
    const lease = inode.operations.leaseListing?.(() => this.#over(inode, kept)) ?? null;
    if (lease === null) {
      this.#unfit.add(inode, time);
      return null;
    }
    kept.lease = lease;
    this.#kept.set(inode, kept);
    for (const [oldest, its] of this.#kept) {
      if (this.#kept.size <= LEASES_MAX) break;
      this.#end(oldest, its);
    }
    return kept;
  }

  /** A lease is over. Who has the directory open may turn to its beginning again, and is to see what is there then. */
  #over(inode: Inode, kept: KeptListing): void {
    if (this.#kept.get(inode) !== kept) return;
    this.#end(inode, kept);
    if (kept.book.isOpen) inode.notifyContent(0, 0).catch(() => {});
  }

  /** Ends a lease, which was in vain unless it was of use or `mayBeOfUse`. */
  #end(inode: Inode, kept: KeptListing, mayBeOfUse = false): void {
    this.#kept.delete(inode);
    if (!mayBeOfUse && !kept.wasOfUse) this.#unfit.add(inode, this.#now());
    kept.end();
    this.drop(kept.book);
  }

  /** A reply had names without attributes: whoever looks at these will ask for each. */
  gaveNamesOnly(inode: Inode, listing: DirListing): void {
    const kept = this.#kept.get(inode);
    if (kept?.listing === listing) kept.hasNamesOnly = true;
  }

  /** Gives all leases back: the end. */
  close(): void {
    for (const [inode, kept] of this.#kept) this.#end(inode, kept);
  }
}
