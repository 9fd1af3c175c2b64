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

/** Where a streaming listing comes from: a generator, asynchronous or not. */
export type StreamSource = Iterable<StreamEntry> | AsyncIterable<StreamEntry>;

/**
 * A stream over entries that are made or fetched one by one, as the kernel asks for them: for directories
 * too large to have in memory. Closing it early ends the generator.
 */
export function newGeneratorDirStream(source: StreamSource): DirStream {
  return Symbol.asyncIterator in source
    ? asyncStream(source[Symbol.asyncIterator]())
    : syncStream(source[Symbol.iterator]());
}

function asyncStream(iterator: AsyncIterator<StreamEntry>): DirStream {
  return {
    next: async () => {
      const { done, value } = await iterator.next();
      return done === true ? null : value;
    },
    // Who has closed a listing is not there any more to be told that this failed.
    close: () => void iterator.return?.().catch(() => {}),
  };
}

function syncStream(iterator: Iterator<StreamEntry>): DirStream {
  return {
    next: () => {
      const { done, value } = iterator.next();
      return done === true ? null : value;
    },
    close: () => void iterator.return?.(),
  };
}

/** Seed 2's `NewListDirStream`: a stream over entries that are all there. */
export function newListDirStream(entries: readonly StreamEntry[]): DirStream {
  let index = 0;
  return {
    next: () => entries[index++] ?? null,
    close: () => {},
  };
}
