/**
 * `@std/cbor` without JSR: cborg, another independent implementation of RFC 8949, under std's names.
 * Where the two differ (std makes a `Map` for nothing and a bigint over 2^53; so does this), std leads.
 *
 * @module
 */
import { decode, encode } from "cborg";

/** What `@std/cbor` can encode. */
export type CborType =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | CborType[]
  | { [key: string]: CborType };

/** One value as CBOR. */
export function encodeCbor(value: CborType): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encode(value));
}

/** The value that the bytes hold; throws for anything that is not exactly one well-formed item. */
export function decodeCbor(bytes: Uint8Array): CborType {
  return decode(bytes, { allowIndefinite: true, allowBigInt: true, allowInfinity: true });
}
