/**
 * The offsets of a directory that is being read.
 *
 * @module
 */
import { chain, ERRNO, Errno, isPromise, type MaybePromise } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { DirStream, StreamEntry } from "./dir_stream.ts";

/**
 * Gives each entry of a stream a number that stays valid while entries come and go: what was handed
 * out once is kept, so that `seekdir` back to any offset continues with the same entries. Reading
 * from the start again (`rewinddir`) opens a new stream and sees the directory as it is then.
 *
 * Offset n means: n entries have been taken.
 */
export class DirReader {
  readonly #open: (context: Context) => MaybePromise<DirStream | Errno>;
  #stream: DirStream | null = null;
  /** The entry that the stream is working at: who asked for it may have been interrupted. */
  #coming: Promise<StreamEntry | null | Errno> | null = null;
  #taken: StreamEntry[] = [];
  #complete = false;
  #used = false;

  /** @param open Starts a listing for a caller. */
  constructor(open: (context: Context) => MaybePromise<DirStream | Errno>) {
    this.#open = open;
  }

  /** Prepares reading from `offset`: at 0, after something was read, from a fresh stream. */
  seek(offset: number, context: Context): MaybePromise<Errno | void> {
    if (this.#stream !== null && (offset > 0 || !this.#used)) return;
    this.close();
    return chain(this.#open(context), (stream): Errno | void => {
      if (stream instanceof Errno) return stream;
      this.#stream = stream;
    });
  }

  /** The entry behind `offset`, or null at the end. */
  entry(offset: number): MaybePromise<StreamEntry | null | Errno> {
    this.#used = true;
    const known = this.#taken[offset];
    if (known !== undefined) return known;
    return this.#complete ? null : this.#advance(offset);
  }

  #advance(offset: number): MaybePromise<StreamEntry | null | Errno> {
    const stream = this.#stream;
    if (stream === null) return null;
    const next = this.#coming ?? stream.next();
    if (!isPromise(next)) return this.#keep(next, offset);
    this.#coming ??= next.then((entry) => this.#arrived(stream, entry), (thrown) => {
      if (this.#stream === stream) this.#coming = null;
      throw thrown;
    });
    return this.#coming.then((entry) => {
      if (entry instanceof Errno || this.#stream !== stream) return entry;
      return this.#taken[offset] ?? (this.#complete ? null : this.#advance(offset));
    });
  }

  /** An entry of a stream that may have been closed in the meantime. */
  #arrived(stream: DirStream, entry: StreamEntry | null | Errno): StreamEntry | null | Errno {
    if (this.#stream !== stream) return ERRNO.EBADF;
    this.#coming = null;
    if (entry === null) this.#complete = true;
    else if (!(entry instanceof Errno)) this.#taken.push(entry);
    return entry;
  }

  #keep(
    next: StreamEntry | null | Errno,
    offset: number,
  ): MaybePromise<StreamEntry | null | Errno> {
    if (next instanceof Errno) return next;
    if (next === null) {
      this.#complete = true;
      return null;
    }
    this.#taken.push(next);
    return this.#taken[offset] ?? this.#advance(offset);
  }

  /** Ends the stream. */
  close(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#coming = null;
    this.#taken = [];
    this.#complete = false;
    this.#used = false;
  }
}
