/**
 * Reading CBOR (RFC 8949) strictly and within bounds.
 *
 * @module
 */
import {
  CborCursor,
  MAJOR_ARRAY,
  MAJOR_BYTES,
  MAJOR_MAP,
  MAJOR_NAMES,
  MAJOR_NEGATIVE,
  MAJOR_TAG,
  MAJOR_TEXT,
  MAJOR_UINT,
  NESTING_MAX,
} from "./cbor_cursor.ts";
import type { KeyTable } from "./key_table.ts";
import { type KeySpan, UnknownKeys } from "./unknown_keys.ts";

/** The head of an empty text; those of up to 23 bytes follow. */
const SHORT_TEXT = 0x60;
/** The first byte of an unsigned integer of 64 bits, and how long it is in bytes. */
const LONG_UINT = 0x1b;
const LONG_UINT_SIZE = 9;
/** The head of -1; those down to -24 follow. */
const SMALL_NEGATIVE = 0x20;
const TWO_32 = 0x1_0000_0000;
/** The upper half of the largest safe integer. */
const HIGH_SAFE = 0x1f_ffff;

/**
 * Reads items one after the other from a part of a buffer. What is not well-formed, valid and within
 * the limits throws {@linkcode CborError}: truncated items, bad UTF-8, an integer over its limit,
 * a duplicate key, nesting over {@linkcode NESTING_MAX}, a break where none belongs, reserved values.
 * Indefinite lengths are read. Tags before a value are passed over, as the Go decoder does.
 *
 * A byte string is a view of the input, except one of indefinite length, which is put together.
 *
 * @example
 * ```ts ignore
 * const reader = new CborReader();
 * reader.reset(bytes);
 * const size = reader.openMap();
 * for (let count = 0; reader.more(size, count); count++) {
 *   if (reader.key(table) === 0) op = reader.uint(255);
 *   else reader.skip();
 * }
 * reader.closeNested();
 * reader.finish();
 * ```
 */
export class CborReader extends CborCursor {
  /** The unknown keys of the open map at each depth. */
  readonly #unknown: UnknownKeys[] = Array.from(
    { length: NESTING_MAX + 1 },
    () => new UnknownKeys(),
  );

  /** Ends: nothing may be left over. */
  finish(): void {
    if (this.at !== this.end) throw this.error("bytes after the end");
  }

  /** Whether the next item is null or undefined; reads it then. It stands for an absent value. */
  nothing(): boolean {
    if (this.at >= this.end) throw this.error("truncated");
    const first = this.bytes[this.at]!;
    if (first !== 0xf6 && first !== 0xf7) return false;
    this.at++;
    return true;
  }

  /** An unsigned integer of at most `max`, itself at most 2^53 - 1. */
  uint(max: number): number {
    const from = this.at;
    // The small numbers that most fields hold are one byte.
    if (from < this.end) {
      const first = this.bytes[from]!;
      if (first < 24 && first <= max) {
        this.at = from + 1;
        return first;
      }
    }
    this.expect(MAJOR_UINT);
    const value = this.high === 0 ? this.low : this.high * TWO_32 + this.low;
    if (value > max) throw this.error(`integer over ${max}`, from);
    return value;
  }

  /** An unsigned 64-bit integer into `high` and `low`. */
  uint64(): void {
    const { at, bytes } = this;
    // Numbers of inodes are long, and every entry of a listing has one.
    if (at + LONG_UINT_SIZE <= this.end && bytes[at] === LONG_UINT) {
      this.high = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) |
        bytes[at + 4]!) >>> 0;
      this.low = ((bytes[at + 5]! << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) |
        bytes[at + 8]!) >>> 0;
      this.at = at + LONG_UINT_SIZE;
    } else this.expect(MAJOR_UINT);
  }

  /** A signed 64-bit integer: a number when safe, a bigint otherwise. */
  int64(): number | bigint {
    const from = this.at;
    if (from < this.end) {
      const first = this.bytes[from]!;
      if (first < 24) {
        this.at = from + 1;
        return first;
      }
      if (first >= SMALL_NEGATIVE && first < SMALL_NEGATIVE + 24) {
        this.at = from + 1;
        return SMALL_NEGATIVE - 1 - first;
      }
    }
    const major = this.major();
    if (major > MAJOR_NEGATIVE) throw this.error(`${MAJOR_NAMES[major]} where integer belongs`);
    this.head();
    const { high, low } = this;
    if (high <= HIGH_SAFE) {
      const value = high * TWO_32 + low;
      if (major === MAJOR_UINT) return value;
      if (value < Number.MAX_SAFE_INTEGER) return -1 - value;
    }
    if (high > 0x7fff_ffff) throw this.error("integer over 63 bits", from);
    const value = (BigInt(high) << 32n) | BigInt(low);
    return major === MAJOR_UINT ? value : -1n - value;
  }

  /** True or false. */
  boolean(): boolean {
    let first = this.at < this.end ? this.bytes[this.at]! : 0;
    if (first !== 0xf4 && first !== 0xf5) {
      this.major();
      first = this.bytes[this.at]!;
    }
    if (first !== 0xf4 && first !== 0xf5) throw this.error("no boolean where one belongs");
    this.at++;
    return first === 0xf5;
  }

  /** Whether the next item is a byte string. */
  isBytes(): boolean {
    return this.major() === MAJOR_BYTES;
  }

  /** A byte string of at most `max` bytes: a view of the input. */
  byteString(max: number): Uint8Array {
    const from = this.at;
    this.expect(MAJOR_BYTES);
    if (this.indefinite) return this.joinChunks(MAJOR_BYTES, max, from);
    const start = this.span(max, from);
    return this.bytes.subarray(start, this.at);
  }

  /** A text string of at most `max` bytes. */
  text(max: number): string {
    const from = this.at;
    if (from < this.end) {
      // Names are short: type and length in one byte.
      const size = this.bytes[from]! - SHORT_TEXT;
      const start = from + 1;
      if (size >= 0 && size < 24 && size <= max && start + size <= this.end) {
        this.at = start + size;
        return this.decodeText(this.bytes, start, this.at, from);
      }
    }
    this.expect(MAJOR_TEXT);
    if (this.indefinite) {
      const joined = this.joinChunks(MAJOR_TEXT, max, from);
      return this.decodeText(joined, 0, joined.length, from);
    }
    const start = this.span(max, from);
    return this.decodeText(this.bytes, start, this.at, from);
  }

  /** Begins a map; returns its pairs, or -1 when their number is not known. */
  openMap(): number {
    const size = this.#open(MAJOR_MAP, 2);
    this.#unknown[this.depth]!.clear();
    return size;
  }

  /** Begins an array; returns its items, or -1 when their number is not known. */
  openArray(): number {
    return this.#open(MAJOR_ARRAY, 1);
  }

  #open(major: number, bytesEach: number): number {
    const from = this.at;
    this.expect(major);
    if (++this.depth > NESTING_MAX) throw this.error("nested too deep", from);
    if (this.indefinite) return -1;
    const size = this.low;
    // Every item takes at least one byte, so a larger number is not true.
    if (this.high !== 0 || size * bytesEach > this.end - this.at) {
      throw this.error("truncated", from);
    }
    return size;
  }

  /** Whether the open map or array of `size` goes on after `count` elements. */
  more(size: number, count: number): boolean {
    return size >= 0 ? count < size : !this.takeBreak();
  }

  /** Ends the innermost map or array. */
  closeNested(): void {
    this.depth--;
  }

  /**
   * The key of the next pair: its number in the table, or -1 for one that the table does not know. A
   * second unknown key of a kind throws; a second known key is for the caller to notice.
   *
   * @param guess The number of the key that is likely: most senders keep an order.
   */
  key(table: KeyTable, guess = 0): number {
    if (this.at >= this.end) throw this.error("truncated");
    const likely = table.encoded[guess];
    if (likely !== undefined && this.take(likely)) return guess;
    const first = this.bytes[this.at]!;
    // Nearly every key is a text of less than 24 bytes: type and length in one byte.
    if (first >= 0x60 && first < 0x78) {
      const start = this.at + 1;
      const end = start + (first & 31);
      if (end > this.end) throw this.error("truncated");
      const found = table.find(this.bytes, start, end);
      if (found >= 0) {
        this.at = end;
        return found;
      }
    }
    return this.#rareKey(first >> 5, table);
  }

  /** Reads a key if it is the next one, as it was encoded. */
  take(encoded: Uint8Array): boolean {
    const { bytes, at } = this;
    const size = encoded.length;
    if (size > this.end - at) return false;
    for (let offset = 0; offset < size; offset++) {
      if (encoded[offset] !== bytes[at + offset]) return false;
    }
    this.at = at + size;
    return true;
  }

  /** A key that is unknown or spelt in a long form. */
  #rareKey(major: number, table: KeyTable): number {
    const from = this.at;
    const span = this.#keySpan(major);
    if (major === MAJOR_TEXT) {
      const found = table.find(span.bytes, span.start, span.end);
      if (found >= 0) return found;
    }
    this.#remember(major, span, from);
    return -1;
  }

  #remember(major: number, span: KeySpan, from: number): void {
    if (!this.#unknown[this.depth]!.add(major, span)) {
      throw this.error("duplicate key, or too many unknown ones", from);
    }
  }

  /** Reads a key of any scalar type and says where its content lies. */
  #keySpan(major: number): KeySpan {
    const from = this.at;
    if (major === MAJOR_TEXT || major === MAJOR_BYTES) {
      return this.#skipString(major, from);
    }
    if (major === MAJOR_ARRAY || major === MAJOR_MAP || major === MAJOR_TAG) {
      throw this.error(`${MAJOR_NAMES[major]} as a key`);
    }
    this.skip();
    return { bytes: this.bytes, start: from, end: this.at };
  }

  #skipString(major: number, from: number): KeySpan {
    this.head();
    const max = this.end - from;
    if (this.indefinite) {
      const joined = this.joinChunks(major, max, from);
      return { bytes: joined, start: 0, end: joined.length };
    }
    const start = this.span(max, from);
    if (major === MAJOR_TEXT) this.decodeText(this.bytes, start, this.at, from);
    return { bytes: this.bytes, start, end: this.at };
  }

  /** Passes over one item of any kind, checking that it is well-formed, valid and within the limits. */
  skip(): void {
    const from = this.at;
    const major = this.major();
    if (major === MAJOR_UINT || major === MAJOR_NEGATIVE) this.head();
    else if (major === MAJOR_BYTES || major === MAJOR_TEXT) this.#skipString(major, from);
    else if (major === MAJOR_ARRAY) this.#skipArray();
    else if (major === MAJOR_MAP) this.#skipMap();
    else this.#skipSimple();
  }

  #skipArray(): void {
    const size = this.openArray();
    for (let count = 0; this.more(size, count); count++) this.skip();
    this.closeNested();
  }

  #skipMap(): void {
    const size = this.openMap();
    for (let count = 0; this.more(size, count); count++) {
      const from = this.at;
      if (from >= this.end) throw this.error("truncated");
      const major = this.bytes[from]! >> 5;
      this.#remember(major, this.#keySpan(major), from);
      this.skip();
    }
    this.closeNested();
  }

  /** Simple values and floating-point numbers. */
  #skipSimple(): void {
    const info = this.bytes[this.at]! & 31;
    // RFC 8949, 3.3: a simple value below 32 in two bytes is not well-formed.
    if (info === 24 && (this.bytes[this.at + 1] ?? 32) < 32) {
      throw this.error("simple value in a long form");
    }
    if (info === 31) throw this.error("break without a beginning");
    this.head();
  }
}
