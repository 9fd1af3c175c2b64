/**
 * Cuts incoming bytes into frames.
 *
 * @module
 */
import type { ByteChannel } from "./transport.ts";
import { WireError } from "./wire_error.ts";

/** The length in front of each frame in bytes. */
export const FRAME_HEAD = 4;
const BUFFER_MIN = 1 << 14;
/** A buffer over this size is given back when the frames are small again. */
const BUFFER_KEPT = 1 << 18;
/** After so many reads in a row without a large frame. */
const SMALL_READS = 16;
/** With less room than this behind the bytes, they move to the front before the next read. */
const ROOM_MIN = 1 << 12;

function badLength(length: number, max: number): WireError {
  return new WireError(
    length === 0
      ? "Cannot read a frame without content"
      : `Cannot read a frame of ${length} bytes: the limit is ${max}`,
  );
}

/**
 * Reads into one buffer and finds the frames in it. The buffer grows with the bytes that have come, not
 * with the length that was announced.
 *
 * Ownership: the bytes of a frame are good until the next {@linkcode FrameReader.fill}. Whoever keeps a
 * view of them longer says so with {@linkcode FrameReader.lend}; then the buffer is left to them.
 */
export class FrameReader {
  /** The buffer that holds the frame. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_MIN);
  /** First byte of the frame that `next` found. */
  frameStart = 0;
  /** Behind the last byte of the frame that `next` found. */
  frameEnd = 0;
  readonly #channel: ByteChannel;
  readonly #frameMax: number;
  #start = 0;
  #end = 0;
  #lent = false;
  /** Whether the last read left no room: then there is more, and a larger buffer saves calls. */
  #full = false;
  /** Reads since the last frame that needed a large buffer. */
  #small = 0;

  /** @param frameMax The longest frame in bytes, without its length. */
  constructor(channel: ByteChannel, frameMax: number) {
    this.#channel = channel;
    this.#frameMax = frameMax;
  }

  /** Whether a part of a frame has come. */
  get partial(): boolean {
    return this.#end > this.#start;
  }

  /**
   * Finds the next frame that is there as a whole.
   *
   * @throws {WireError} When its length is 0 or over the limit, as soon as the length is there.
   */
  next(): boolean {
    const start = this.#start;
    const here = this.#end - start;
    if (here < FRAME_HEAD) return false;
    const { bytes } = this;
    const length = ((bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) |
      bytes[start + 3]!) >>> 0;
    if (length === 0 || length > this.#frameMax) throw badLength(length, this.#frameMax);
    if (here < FRAME_HEAD + length) return false;
    if (length > BUFFER_KEPT) this.#small = 0;
    this.frameStart = start + FRAME_HEAD;
    this.frameEnd = this.frameStart + length;
    this.#start = this.frameEnd;
    return true;
  }

  /** Leaves the buffer to whoever has views of it: it will not be written again. */
  lend(): void {
    this.#lent = true;
  }

  /** Waits for more bytes; false at the end of the stream. */
  async fill(): Promise<boolean> {
    const channel = this.#channel;
    if (channel.toRead === undefined) {
      this.#makeRoom();
      return this.#filled(await channel.read(this.bytes.subarray(this.#end)));
    }
    // Who takes bytes meanwhile with `fillNow` takes nothing from us: we look again.
    for (;;) {
      const filled = this.fillNow();
      if (filled !== null) return filled;
      await channel.toRead();
    }
  }

  /**
   * Takes the bytes that have come; false at the end of the stream, null when there are none now. Only
   * for a channel that can do that, and where it has `toRead` also while somebody waits in {@linkcode FrameReader.fill}.
   */
  fillNow(): boolean | null {
    if (this.#channel.hasNone?.() === true) return null;
    this.#makeRoom();
    const size = this.#channel.readNow?.(this.bytes.subarray(this.#end)) ?? null;
    return size === 0 ? null : this.#filled(size);
  }

  #filled(size: number | null): boolean {
    if (size === null) return false;
    this.#end += size;
    this.#full = this.#end === this.bytes.length;
    return true;
  }

  #makeRoom(): void {
    const rest = this.#end - this.#start;
    const large = this.bytes.length > BUFFER_KEPT && ++this.#small > SMALL_READS;
    if (rest === 0 && !this.#lent && !this.#full && !large) {
      this.#start = 0;
      this.#end = 0;
      return;
    }
    if (!this.#lent && !this.#full && this.bytes.length - this.#end >= ROOM_MIN) return;
    const capacity = this.#capacity(rest, large);
    if (this.#lent || capacity !== this.bytes.length) {
      const fresh = new Uint8Array(capacity);
      fresh.set(this.bytes.subarray(this.#start, this.#end));
      this.bytes = fresh;
      this.#lent = false;
    } else {
      this.bytes.copyWithin(0, this.#start, this.#end);
    }
    this.#start = 0;
    this.#end = rest;
    this.#full = false;
  }

  /** The size of buffer to go on with. */
  #capacity(rest: number, large: boolean): number {
    const now = this.bytes.length;
    if (rest + ROOM_MIN > now) return Math.min(now * 2, this.#largest());
    if (this.#full) return Math.max(now, Math.min(now * 2, BUFFER_KEPT));
    return large && rest + ROOM_MIN <= BUFFER_KEPT ? BUFFER_KEPT : now;
  }

  /** A whole frame, and room to read on. */
  #largest(): number {
    return Math.max(this.#frameMax + FRAME_HEAD + ROOM_MIN, BUFFER_KEPT);
  }
}
