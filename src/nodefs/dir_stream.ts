/**
 * Listings, entry by entry.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { FileInfo } from "../provider/mod.ts";

/** One entry of a {@linkcode DirStream}; a provider's `DirEntry` is one. */
export interface StreamEntry {
  /** The name. */
  readonly name: string;
  /** The type, as `S_IFMT` bits. */
  readonly type: number;
  /** The inode number; 0 when it has none. */
  readonly ino: number | bigint;
  /** The attributes, where they are at hand: see {@linkcode NodeEntryLookuper}. */
  info?(): MaybePromise<FileInfo>;
}

/** Seed 2's `DirStream`: a listing under way, read from one end to the other. */
export interface DirStream {
  /** The next entry, null at the end, or why it cannot be read. */
  next(): MaybePromise<StreamEntry | null | Errno>;
  /** Lets go of what the stream holds. */
  close(): void;
}

/** Seed 2's `NewListDirStream`: a stream over entries that are all there. */
export function newListDirStream(entries: readonly StreamEntry[]): DirStream {
  let index = 0;
  return {
    next: () => entries[index++] ?? null,
    close: () => {},
  };
}
