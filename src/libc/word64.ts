/**
 * 64-bit numbers of kernel structs as JavaScript numbers, without BigInt.
 *
 * @module
 */

const WORD = 2 ** 32;

/** Reads an unsigned number; above 2^53 it is rounded. */
export function readU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * WORD + view.getUint32(at, true);
}

/** Reads a signed number; beyond 2^53 it is rounded. */
export function readI64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * WORD + view.getUint32(at, true);
}

/** Reads an unsigned number exactly: a bigint only above 2^53 - 1. */
export function readU64Exact(view: DataView, at: number): number | bigint {
  const high = view.getUint32(at + 4, true);
  if (high < 0x20_0000) return high * WORD + view.getUint32(at, true);
  return view.getBigUint64(at, true);
}

/** Writes a safe integer, also a negative one. */
export function writeI64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % WORD, true);
  view.setInt32(at + 4, Math.floor(value / WORD), true);
}
