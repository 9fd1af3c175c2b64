/**
 * The known keys of a map.
 *
 * @module
 */

const encoder = new TextEncoder();
const SHAPES = 256;

/** One key with its encoded bytes. */
interface Candidate {
  readonly bytes: Uint8Array;
  readonly index: number;
}

/** Where a key of this length and first byte is looked for. */
function shape(length: number, first: number): number {
  return (length * 29 + first) & (SHAPES - 1);
}

/**
 * Finds the number of a key from its bytes without making a string of it: keys are few, short and
 * known beforehand.
 */
export class KeyTable {
  /** The keys in their order; a key's index is its number. */
  readonly keys: readonly string[];
  /** Each key as it is sent: its head, then its text. */
  readonly encoded: readonly Uint8Array[];
  readonly #shapes: (Candidate[] | undefined)[] = new Array(SHAPES).fill(undefined);

  /** Knows these keys, at most 23 bytes each. */
  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.encoded = keys.map((key) => {
      const bytes = encoder.encode(key);
      return new Uint8Array([0x60 | bytes.length, ...bytes]);
    });
    keys.forEach((key, index) => {
      const bytes = encoder.encode(key);
      const at = shape(bytes.length, bytes[0] ?? 0);
      (this.#shapes[at] ??= []).push({ bytes, index });
    });
  }

  /** The number of the key whose text is bytes `start` to `end`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const candidates = this.#shapes[shape(length, bytes[start] ?? 0)];
    if (candidates === undefined) return -1;
    for (let each = 0; each < candidates.length; each++) {
      const candidate = candidates[each]!;
      const key = candidate.bytes;
      if (key.length !== length) continue;
      let offset = 0;
      while (offset < length && key[offset] === bytes[start + offset]) offset++;
      if (offset === length) return candidate.index;
    }
    return -1;
  }
}
