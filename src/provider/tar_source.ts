/**
 * The bytes of an archive, in the pieces that a reader asks for.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { TarError } from "./tar_error.ts";

/** Hands out what an iterable yields; it holds one chunk at a time. */
export class TarSource implements AsyncDisposable {
  /** How many bytes have been handed out. */
  offset = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #isDone = false;

  /** Reads `chunks` until it ends, or until the signal aborts (EINTR). */
  constructor(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** The next 1 to `max` bytes, which may be overwritten by what comes next; null at the end. */
  async piece(max: number): Promise<Uint8Array | null> {
    while (this.#chunk.length === 0) {
      if (this.#isDone) return null;
      const { done, value } = await this.#pull();
      if (done === true) this.#isDone = true;
      else this.#chunk = value;
    }
    this.#requireGoing();
    const piece = this.#chunk.subarray(0, max);
    this.#chunk = this.#chunk.subarray(piece.length);
    this.offset += piece.length;
    return piece;
  }

  /** As {@linkcode TarSource.piece}, where the archive must not end. */
  async more(max: number): Promise<Uint8Array> {
    const piece = await this.piece(max);
    if (piece === null) throw new TarError("it ends in the middle", this.offset);
    return piece;
  }

  /** Exactly so many bytes, in a buffer of their own. */
  async exactly(size: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) {
      const piece = await this.more(size - done);
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  /** Passes over so many bytes. */
  async skip(size: number): Promise<void> {
    for (let left = size; left > 0;) left -= (await this.more(left)).length;
  }

  #requireGoing(): void {
    const signal = this.#signal;
    if (signal?.aborted) throw new FsError("EINTR", { syscall: "readTar", cause: signal.reason });
  }

  async #pull(): Promise<IteratorResult<Uint8Array>> {
    this.#requireGoing();
    const signal = this.#signal;
    if (signal === undefined) return await this.#chunks.next();
    const { promise, resolve } = Promise.withResolvers<null>();
    const wake = (): void => resolve(null);
    signal.addEventListener("abort", wake);
    try {
      const result = await Promise.race([this.#chunks.next(), promise]);
      this.#requireGoing();
      return result ?? { done: true, value: undefined };
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  /** Lets go of the iterable. One that is still waiting is told, and not waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) return;
    const end = this.#chunks.return?.();
    if (this.#signal?.aborted) end?.catch(() => {});
    else await end;
  }
}
