/**
 * Data in which every piece differs from its neighbours.
 *
 * @module
 */

/** Bytes that tell where they belong: a mix of the offset, never zero. */
export function pattern(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < size; index++) {
    // xorshift32: every offset gets a byte that its neighbours do not predict.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = (state & 0xff) || 1;
  }
  return bytes;
}
