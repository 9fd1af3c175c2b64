/**
 * 64-bit little-endian words in kernel structs, without BigInt where the value fits a number.
 *
 * @module
 */

const WORD = 0x1_0000_0000;

/** The largest size of a file, in bytes: up to here a number tells every offset from the next. */
export const FILE_SIZE_MAX: number = Number.MAX_SAFE_INTEGER;

/** Reads an unsigned word whose value is known to stay below 2^53 (ids and handles that we gave out). */
export function readU64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * WORD;
}

/** Reads a signed word (seconds before 1970, `loff_t`); exact between -2^53 and 2^53. */
export function readI64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getInt32(offset + 4, true) * WORD;
}

/** Reads any unsigned word exactly: a bigint only from 2^53 on. */
export function readU64Exact(view: DataView, offset: number): number | bigint {
  const high = view.getUint32(offset + 4, true);
  if (high < 0x20_0000) return view.getUint32(offset, true) + high * WORD;
  return view.getBigUint64(offset, true);
}

/** Writes an unsigned or signed word: a number below 2^53 in magnitude, or a bigint. */
export function write64(view: DataView, offset: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    view.setBigUint64(offset, BigInt.asUintN(64, value), true);
    return;
  }
  const high = Math.floor(value / WORD);
  view.setUint32(offset, value - high * WORD, true);
  view.setInt32(offset + 4, high, true);
}
