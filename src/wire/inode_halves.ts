/**
 * A 64-bit number as two halves of 32 bits.
 *
 * @module
 */

const TWO_32 = 0x1_0000_0000;
/** The upper half of the largest safe integer. */
const HIGH_SAFE = 0x1f_ffff;

/** The number of two halves: a bigint only when it is not safe as a number. */
export function decodeInode(high: number, low: number): number | bigint {
  return high <= HIGH_SAFE ? high * TWO_32 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** The upper 32 bits. */
export function encodeHigh(value: number | bigint): number {
  if (typeof value === "number") return Math.floor(value / TWO_32);
  return Number((value >> 32n) & 0xffff_ffffn);
}

/** The lower 32 bits. */
export function encodeLow(value: number | bigint): number {
  return typeof value === "number" ? value >>> 0 : Number(value & 0xffff_ffffn);
}
