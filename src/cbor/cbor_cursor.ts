/**
 * A position in CBOR bytes that moves item by item.
 *
 * @module
 */
import { CborError } from "./cbor_error.ts";

/** How deep maps, arrays and tags may be nested. */
export const NESTING_MAX = 8;

/** Major type: unsigned integer. */
export const MAJOR_UINT = 0;
/** Major type: negative integer. */
export const MAJOR_NEGATIVE = 1;
/** Major type: byte string. */
export const MAJOR_BYTES = 2;
/** Major type: text string. */
export const MAJOR_TEXT = 3;
/** Major type: array. */
export const MAJOR_ARRAY = 4;
/** Major type: map. */
export const MAJOR_MAP = 5;
/** Major type: tag. */
export const MAJOR_TAG = 6;
/** Major type: simple value, floating-point number or break. */
export const MAJOR_SIMPLE = 7;

/** The names of the major types, for messages. */
export const MAJOR_NAMES: readonly string[] = [
  "integer",
  "negative integer",
  "bytes",
  "text",
  "array",
  "map",
  "tag",
  "simple value",
];

/** The additional information of a head whose length is indefinite. */
const INDEFINITE = 31;
const BREAK = 0xff;
/** Up to this length a loop over the bytes beats a call into the decoder. */
const SHORT_TEXT = 128;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const EMPTY = new Uint8Array(0);
/** For each length an array to collect the characters of a text in, before they become a string. */
const CHARACTERS: readonly number[][] = Array.from(
  { length: SHORT_TEXT + 1 },
  (_, length) => new Array<number>(length).fill(0),
);

/**
 * Heads and strings: what {@linkcode CborReader} is made of. Nothing is allocated for a length before
 * its bytes are known to be there.
 */
export abstract class CborCursor {
  /** Upper half of the last integer or length. */
  high = 0;
  /** Lower half of the last integer or length. */
  low = 0;
  /** The input. */
  protected bytes: Uint8Array = EMPTY;
  /** Where the next item begins. */
  protected at = 0;
  /** Behind the last byte of the input. */
  protected end = 0;
  /** How many maps and arrays are open. */
  protected depth = 0;
  /** Whether the last head has an indefinite length. */
  protected indefinite = false;

  /** Where the next item begins. */
  get position(): number {
    return this.at;
  }

  /** The error for the item at `position`. */
  error(reason: string, position: number = this.at): CborError {
    return new CborError(position, reason);
  }

  /** The major type of the next item, without reading it; tags before it are passed over. */
  protected major(): number {
    if (this.at >= this.end) throw this.error("truncated");
    let major = this.bytes[this.at]! >> 5;
    for (let tags = 1; major === MAJOR_TAG; tags++) {
      if (this.depth + tags > NESTING_MAX) throw this.error("nested too deep");
      this.head();
      if (this.at >= this.end) throw this.error("truncated");
      major = this.bytes[this.at]! >> 5;
    }
    return major;
  }

  /** Reads the head of an item; the argument goes to `high` and `low`. */
  protected head(): void {
    const { bytes } = this;
    const first = bytes[this.at]!;
    const info = first & 31;
    this.high = 0;
    this.indefinite = false;
    if (info < 24) {
      this.at++;
      this.low = info;
    } else if (info === 24) {
      this.#need(2);
      this.low = bytes[this.at + 1]!;
      this.at += 2;
    } else if (info === 25) {
      this.#need(3);
      this.low = (bytes[this.at + 1]! << 8) | bytes[this.at + 2]!;
      this.at += 3;
    } else if (info === 26) {
      this.#need(5);
      this.low = this.#word(this.at + 1);
      this.at += 5;
    } else if (info === 27) {
      this.#need(9);
      this.high = this.#word(this.at + 1);
      this.low = this.#word(this.at + 5);
      this.at += 9;
    } else {
      this.#indefinite(first);
    }
  }

  #indefinite(first: number): void {
    const major = first >> 5;
    if ((first & 31) !== INDEFINITE || major < MAJOR_BYTES || major > MAJOR_MAP) {
      throw this.error("reserved length");
    }
    this.at++;
    this.low = 0;
    this.indefinite = true;
  }

  #need(size: number): void {
    if (this.at + size > this.end) throw this.error("truncated");
  }

  #word(at: number): number {
    const { bytes } = this;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) |
      bytes[at + 3]!) >>>
      0;
  }

  /** Reads the head of an item that must have this major type. */
  protected expect(major: number): void {
    const found = this.major();
    if (found !== major) {
      throw this.error(`${MAJOR_NAMES[found]} where ${MAJOR_NAMES[major]} belongs`);
    }
    this.head();
  }

  /** Reads a break if one comes next. */
  protected takeBreak(): boolean {
    if (this.at >= this.end) throw this.error("truncated");
    if (this.bytes[this.at] !== BREAK) return false;
    this.at++;
    return true;
  }

  /** Passes over the content whose length the last head gave; returns where it begins. */
  protected span(max: number, from: number): number {
    const size = this.low;
    const start = this.at;
    if (this.high !== 0 || size > this.end - start) throw this.error("truncated", from);
    if (size > max) throw this.error(`string over ${max} bytes`, from);
    this.at = start + size;
    return start;
  }

  /** The chunks of a string of indefinite length, joined: measured first, then copied. */
  protected joinChunks(major: number, max: number, from: number): Uint8Array {
    const first = this.at;
    const size = this.#eachChunk(major, max, from, null);
    const joined = new Uint8Array(size);
    this.at = first;
    this.#eachChunk(major, max, from, joined);
    return joined;
  }

  #eachChunk(major: number, max: number, from: number, into: Uint8Array | null): number {
    let size = 0;
    while (!this.takeBreak()) {
      if (this.bytes[this.at]! >> 5 !== major) throw this.error("wrong chunk in a string");
      this.head();
      if (this.indefinite) throw this.error("indefinite chunk in a string");
      const start = this.span(max - size, from);
      if (into !== null) {
        into.set(this.bytes.subarray(start, this.at), size);
      } else if (major === MAJOR_TEXT) {
        // RFC 8949, 3.2.3: a character is never split between chunks.
        this.decodeText(this.bytes, start, this.at, from);
      }
      size += this.at - start;
    }
    return size;
  }

  /** The text in bytes `start` to `end`, which must be UTF-8. */
  protected decodeText(bytes: Uint8Array, start: number, end: number, from: number): string {
    const characters = CHARACTERS[end - start];
    if (characters !== undefined) {
      let index = start;
      for (; index < end; index++) {
        const code = bytes[index]!;
        if (code > 127) break;
        characters[index - start] = code;
      }
      if (index === end) return String.fromCharCode.apply(String, characters);
    }
    try {
      return decoder.decode(bytes.subarray(start, end));
    } catch {
      throw this.error("text that is not UTF-8", from);
    }
  }

  /** Starts over with bytes `start` to `end`. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = 0;
  }
}
