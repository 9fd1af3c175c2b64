/**
 * READDIR and READDIRPLUS from a stream of entries.
 *
 * @module
 */
import { chain, ERRNO, Errno, isPromise, type MaybePromise, S_IFDIR } from "../base/mod.ts";
import type { DirEntryList, EntryOut, Outcome, Request } from "../fuse/mod.ts";
import type { DirReader } from "./dir_reader.ts";
import type { StreamEntry } from "./dir_stream.ts";
import type { Inode } from "./inode.ts";
import { TIMEOUT_DEFAULT_MS, type TreeOptions } from "./options.ts";

/** `.` and `..` come first, from the tree. */
const DOTS = 2;

/** One READDIR or READDIRPLUS. */
export interface Listing {
  /** The request. */
  readonly request: Request;
  /** The directory. */
  readonly inode: Inode;
  /** Its entries so far. */
  readonly directory: DirReader;
  /** Where they go. */
  readonly list: DirEntryList;
  /** Where to start: an offset that the kernel was told before, or 0. */
  readonly offset: number;
  /** Timeouts. */
  readonly options: TreeOptions;
  /** Counts a lookup and completes the entry. */
  readonly grant: (child: Inode, out: EntryOut) => void;
}

/**
 * Adds entries until the buffer is full or the directory ends. An error after the first entry ends the
 * buffer early; the next call meets it again.
 */
export function fillListing(listing: Listing): Outcome {
  const { directory, offset, request } = listing;
  return chain(directory.seek(offset, request), (errno) => {
    if (errno !== undefined) return errno;
    return fillFrom(listing, addDots(listing, directory.placeOf(offset)));
  });
}

/** Adds `.` and `..` where they are asked for; returns the place to go on from. */
function addDots({ inode, directory, list }: Listing, from: number): number {
  const above = inode.parent()?.parent ?? inode;
  const dots = [{ name: ".", ino: inode.stableAttr.ino }, {
    name: "..",
    ino: above.stableAttr.ino,
  }];
  let at = from;
  while (at < DOTS) {
    const dot = dots[at];
    const next = directory.offsetOf(at + 1);
    if (dot === undefined || !list.add(dot.name, S_IFDIR, dot.ino, next)) return at;
    at++;
  }
  return at;
}

function fillFrom(listing: Listing, from: number): Outcome {
  const { directory, list } = listing;
  if (from < DOTS) return;
  for (let at = from;; at++) {
    const entry = directory.entry(at - DOTS);
    if (isPromise(entry)) {
      return orInterrupted(entry, listing.request).then((known) => resume(listing, known, at));
    }
    if (entry === null) return;
    if (entry instanceof Errno) return list.size === 0 ? entry : undefined;
    const added = addEntry(listing, entry, at);
    if (isPromise(added)) {
      return added.then((fitted) => fitted ? fillFrom(listing, at + 1) : undefined);
    }
    if (!added) return;
  }
}

/** The entry, or EINTR when the caller does not want to wait for it: then it is for the next who asks. */
async function orInterrupted(
  entry: Promise<StreamEntry | null | Errno>,
  { signal }: Request,
): Promise<StreamEntry | null | Errno> {
  const { promise, resolve } = Promise.withResolvers<Errno>();
  const interrupt = (): void => resolve(ERRNO.EINTR);
  if (signal.aborted) return ERRNO.EINTR;
  signal.addEventListener("abort", interrupt);
  try {
    return await Promise.race([entry, promise]);
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** Goes on after an entry that had to be waited for; it is kept by the reader now. */
function resume(listing: Listing, entry: StreamEntry | null | Errno, at: number): Outcome {
  if (entry === null) return;
  if (entry instanceof Errno) return listing.list.size === 0 ? entry : undefined;
  return fillFrom(listing, at);
}

/** False when the buffer is full. */
function addEntry(listing: Listing, entry: StreamEntry, at: number): MaybePromise<boolean> {
  const { directory, list, inode, request } = listing;
  const node = inode.operations;
  if (!list.plus || node.lookup === undefined) {
    directory.gaveNamesOnly();
    return list.add(entry.name, entry.type, entry.ino, directory.offsetOf(at + 1));
  }
  // A lookup that then does not fit would have to be undone; three bytes a code unit is the most.
  if (!list.fits(entry.name.length * 3)) return false;
  // One after the other: the request's own is free, as READDIRPLUS has no other entry to return.
  const out = request.entryOut;
  out.reset();
  let found: MaybePromise<Inode | Errno | undefined>;
  try {
    found = node.lookupEntry !== undefined
      ? node.lookupEntry(request, entry, out)
      : node.lookup(request, entry.name, out);
  } catch {
    found = undefined;
  }
  return isPromise(found)
    ? found.catch(() => undefined).then((child) => addFound(listing, entry, at, child))
    : addFound(listing, entry, at, found);
}

function addFound(
  { directory, list, inode, request, options, grant }: Listing,
  entry: StreamEntry,
  at: number,
  child: Inode | Errno | undefined,
): boolean {
  const next = directory.offsetOf(at + 1);
  if (child === undefined || child instanceof Errno || (child.isDir && inode.isWithin(child))) {
    // Gone in the meantime, not readable, or a loop: the kernel will look it up when somebody asks.
    return list.add(entry.name, entry.type, entry.ino, next);
  }
  inode.addChild(entry.name, child);
  grant(child, request.entryOut);
  const entryMs = options.entryTimeoutMs ?? TIMEOUT_DEFAULT_MS;
  const attrMs = options.attrTimeoutMs ?? TIMEOUT_DEFAULT_MS;
  const { ino } = child.stableAttr;
  return list.add(entry.name, entry.type, ino, next, request.entryOut, entryMs, attrMs);
}
