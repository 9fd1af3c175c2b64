/**
 * The keys of one map that its reader does not know.
 *
 * @module
 */

/** How many keys of one map may be unknown. */
export const UNKNOWN_KEYS_MAX = 64;

/** Where the content of a key lies: in the input, or in bytes put together from its chunks. */
export interface KeySpan {
  /** The bytes that hold it. */
  readonly bytes: Uint8Array;
  /** Its first byte. */
  readonly start: number;
  /** Behind its last byte. */
  readonly end: number;
}

function sameContent(left: KeySpan, right: KeySpan): boolean {
  const size = left.end - left.start;
  if (size !== right.end - right.start) return false;
  for (let index = 0; index < size; index++) {
    if (left.bytes[left.start + index] !== right.bytes[right.start + index]) return false;
  }
  return true;
}

/** Keeps the unknown keys of one map, so that a second one of its kind is noticed. */
export class UnknownKeys {
  readonly #kept: { readonly major: number; readonly span: KeySpan }[] = [];

  /** Forgets all of them. */
  clear(): void {
    if (this.#kept.length > 0) this.#kept.length = 0;
  }

  /** Keeps a key of this major type; false when it is there already or when there are too many. */
  add(major: number, span: KeySpan): boolean {
    if (this.#kept.length >= UNKNOWN_KEYS_MAX) return false;
    for (const known of this.#kept) {
      if (known.major === major && sameContent(known.span, span)) return false;
    }
    this.#kept.push({ major, span });
    return true;
  }
}
