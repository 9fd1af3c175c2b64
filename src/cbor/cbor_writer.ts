/**
 * Writing CBOR (RFC 8949) into a buffer that is used again.
 *
 * @module
 */

/** The smallest capacity of a writer in bytes. */
const CAPACITY_MIN = 64;
/** Up to this length a loop over the characters beats a call into the encoder. */
const SHORT_TEXT = 96;
/** The room a head takes at most: the first byte and a 64-bit argument. */
const HEAD_MAX = 9;
const TWO_32 = 0x1_0000_0000;

const encoder = new TextEncoder();

/**
 * Appends CBOR items to a growing buffer: always the shortest form of a head, never an indefinite
 * length. Bytes 0 to `length` of `bytes` are what has been written; the buffer belongs to the writer,
 * and growing replaces it, so a view of it is good until the next call.
 *
 * @example
 * ```ts ignore
 * const writer = new CborWriter();
 * writer.mapHeader(1);
 * writer.text("op");
 * writer.uint(3);
 * assertEquals(writer.view(), new Uint8Array([0xa1, 0x62, 0x6f, 0x70, 0x03]));
 * ```
 */
export class CborWriter {
  /** The buffer; valid up to {@linkcode CborWriter.length}. */
  bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes have been written. */
  length = 0;

  /** Makes room for `capacity` bytes at first. */
  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(Math.max(capacity, CAPACITY_MIN));
  }

  /** A view of what has been written; good until the next call. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Forgets what was written; a buffer over `capacityMax` bytes is let go. */
  clear(capacityMax = Infinity): void {
    this.length = 0;
    if (this.bytes.length > capacityMax) this.bytes = new Uint8Array(capacityMax);
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends bytes that are CBOR already. */
  raw(encoded: Uint8Array): void {
    const size = encoded.length;
    this.reserve(size);
    const { bytes } = this;
    let at = this.length;
    if (size > 32) bytes.set(encoded, at);
    else for (let index = 0; index < size; index++) bytes[at++] = encoded[index]!;
    this.length += size;
  }

  /** Appends an encoded key, and makes room for the head of its value. */
  key(encoded: Uint8Array): void {
    const size = encoded.length;
    if (this.length + size + HEAD_MAX > this.bytes.length) this.reserve(size + HEAD_MAX);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < size; index++) bytes[at++] = encoded[index]!;
    this.length = at;
  }

  /** A key and an unsigned integer of at most 2^53 - 1: the two in one step, as most pairs are such. */
  keyUint(encoded: Uint8Array, value: number): void {
    const size = encoded.length;
    if (this.length + size + HEAD_MAX > this.bytes.length) this.reserve(size + HEAD_MAX);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < size; index++) bytes[at++] = encoded[index]!;
    if (value < 24) {
      bytes[at++] = value;
    } else if (value < 0x100) {
      bytes[at++] = 24;
      bytes[at++] = value;
    } else if (value < 0x1_0000) {
      bytes[at++] = 25;
      bytes[at++] = value >>> 8;
      bytes[at++] = value;
    } else {
      this.length = at;
      this.head(0, value);
      return;
    }
    this.length = at;
  }

  /** The head of an item: the major type shifted to its place, and its argument, at most 2^53 - 1. */
  head(major: number, argument: number): void {
    if (this.length + HEAD_MAX > this.bytes.length) this.reserve(HEAD_MAX);
    const { bytes } = this;
    let at = this.length;
    if (argument < 24) {
      bytes[at++] = major | argument;
    } else if (argument < 0x100) {
      bytes[at++] = major | 24;
      bytes[at++] = argument;
    } else if (argument < 0x1_0000) {
      bytes[at++] = major | 25;
      bytes[at++] = argument >>> 8;
      bytes[at++] = argument;
    } else if (argument < TWO_32) {
      bytes[at++] = major | 26;
      bytes[at++] = argument >>> 24;
      bytes[at++] = argument >>> 16;
      bytes[at++] = argument >>> 8;
      bytes[at++] = argument;
    } else {
      this.#head64(major, Math.floor(argument / TWO_32), argument >>> 0);
      return;
    }
    this.length = at;
  }

  #head64(major: number, high: number, low: number): void {
    this.reserve(HEAD_MAX);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = major | 27;
    bytes[at++] = high >>> 24;
    bytes[at++] = high >>> 16;
    bytes[at++] = high >>> 8;
    bytes[at++] = high;
    bytes[at++] = low >>> 24;
    bytes[at++] = low >>> 16;
    bytes[at++] = low >>> 8;
    bytes[at++] = low;
    this.length = at;
  }

  /** An unsigned integer of at most 2^53 - 1. */
  uint(value: number): void {
    if (value < 24) {
      if (this.length === this.bytes.length) this.reserve(1);
      this.bytes[this.length++] = value;
    } else {
      this.head(0, value);
    }
  }

  /** An unsigned 64-bit integer from its two halves, each 0 to 2^32 - 1. */
  uint64(high: number, low: number): void {
    if (high === 0) this.uint(low);
    else this.#head64(0, high, low);
  }

  /** An integer from -2^63 to 2^64 - 1. */
  int(value: number | bigint): void {
    if (typeof value === "bigint") {
      const negative = value < 0n;
      const argument = negative ? -1n - value : value;
      const high = Number(argument >> 32n);
      const low = Number(argument & 0xffff_ffffn);
      if (high === 0) this.head(negative ? 0x20 : 0, low);
      else this.#head64(negative ? 0x20 : 0, high, low);
    } else if (value < 0) {
      this.head(0x20, -1 - value);
    } else {
      this.uint(value);
    }
  }

  /** A byte string; the bytes are copied. */
  byteString(value: Uint8Array): void {
    this.head(0x40, value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /**
   * A text string.
   *
   * @throws {RangeError} When the string has a lone surrogate, which UTF-8 cannot express.
   */
  text(value: string): void {
    if (!this.tryText(value)) throw new RangeError("Cannot encode a lone surrogate as text");
  }

  /** A text string; false, and nothing is written, when UTF-8 cannot express it. */
  tryText(value: string): boolean {
    const size = value.length;
    if (size > SHORT_TEXT) return this.#longText(value);
    if (this.length + size + HEAD_MAX > this.bytes.length) this.reserve(size + HEAD_MAX);
    const before = this.length;
    this.head(0x60, size);
    const { bytes } = this;
    const at = this.length;
    // All bits that any character has: one look at the end is enough.
    let bits = 0;
    let index = 0;
    // Four at a time: messages with names take a tenth less (`bench/wire_codec_bench.ts`).
    for (const fours = size - 3; index < fours; index += 4) {
      const first = value.charCodeAt(index);
      const second = value.charCodeAt(index + 1);
      const third = value.charCodeAt(index + 2);
      const fourth = value.charCodeAt(index + 3);
      bits |= first | second | third | fourth;
      bytes[at + index] = first;
      bytes[at + index + 1] = second;
      bytes[at + index + 2] = third;
      bytes[at + index + 3] = fourth;
    }
    for (; index < size; index++) {
      const code = value.charCodeAt(index);
      bits |= code;
      bytes[at + index] = code;
    }
    if (bits > 127) {
      this.length = before;
      return this.#longText(value);
    }
    this.length = at + size;
    return true;
  }

  #longText(value: string): boolean {
    if (!value.isWellFormed()) return false;
    // The head's size depends on the size in bytes: write behind the largest, then close the gap.
    this.reserve(value.length * 3 + HEAD_MAX);
    const start = this.length + HEAD_MAX;
    const { written } = encoder.encodeInto(value, this.bytes.subarray(start));
    this.head(0x60, written);
    this.bytes.copyWithin(this.length, start, start + written);
    this.length += written;
    return true;
  }

  /** The head of an array of `size` items. */
  arrayHeader(size: number): void {
    this.head(0x80, size);
  }

  /** The head of a map of `size` pairs. */
  mapHeader(size: number): void {
    this.head(0xa0, size);
  }

  /** True or false. */
  boolean(value: boolean): void {
    this.reserve(1);
    this.bytes[this.length++] = value ? 0xf5 : 0xf4;
  }
}
