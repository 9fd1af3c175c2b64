/**
 * Extended headers: what a `ustar` header has no room for, as records `length key=value` (`pax(1)`).
 *
 * @module
 */
import { decodeName, encodeName } from "../base/mod.ts";
import type { Timespec } from "./file_info.ts";
import { TarError } from "./tar_error.ts";

/** The largest extended header in bytes that is read. */
export const TAR_RECORDS_MAX: number = 2 ** 20;
/** What the keys of extended attributes begin with, as star and GNU tar have them. */
const XATTR = "SCHILY.xattr.";

/** Values by key. They are bytes: those of attributes need not be text. */
export type TarRecords = ReadonlyMap<string, Uint8Array>;

/** Records as bytes, in the order of the map. */
export function encodeTarRecords(records: TarRecords): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [key, value] of records) {
    const keyBytes = encodeName(` ${key}=`);
    const rest = keyBytes.length + value.length + 1;
    // The length counts its own digits.
    let length = rest + String(rest).length;
    length = rest + String(length).length;
    parts.push(encodeName(String(length)), keyBytes, value, encodeName("\n"));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The records in `bytes`; `offset` is where their header stands.
 *
 * @throws {TarError} For anything but whole records.
 */
export function decodeTarRecords(bytes: Uint8Array, offset: number): TarRecords {
  const records = new Map<string, Uint8Array>();
  let start = 0;
  while (start < bytes.length) {
    const space = bytes.indexOf(0x20, start);
    const digits = decodeName(bytes, start, space < 0 ? start : Math.min(space, start + 9));
    const end = start + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    const isWhole = /^[1-9][0-9]*$/.test(digits) && space > start && equals > space + 1 &&
      equals < end && end <= bytes.length && bytes[end - 1] === 0x0a;
    if (!isWhole) throw new TarError("its extended header is damaged", offset);
    records.set(decodeName(bytes, space + 1, equals), bytes.subarray(equals + 1, end - 1));
    start = end;
  }
  return records;
}

/** Seconds with nanoseconds, as a decimal number. */
export function encodeTarTime({ sec, nsec }: Timespec): string {
  if (nsec === 0) return String(sec);
  const fraction = (value: number): string => String(value).padStart(9, "0").replace(/0+$/, "");
  return sec >= 0 ? `${sec}.${fraction(nsec)}` : `-${-sec - 1}.${fraction(1e9 - nsec)}`;
}

/** The moment that a decimal number of seconds tells; digits below the nanosecond are cut off. */
export function decodeTarTime(text: string, offset: number): Timespec {
  const [, sign, whole, fraction = ""] = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text) ?? [];
  if (whole === undefined) throw new TarError(`"${text}" is not a time`, offset);
  const nsec = Number(fraction.slice(0, 9).padEnd(9, "0"));
  if (sign === "") return { sec: Number(whole), nsec };
  return nsec === 0
    ? { sec: 0 - Number(whole), nsec }
    : { sec: -Number(whole) - 1, nsec: 1e9 - nsec };
}

/** The key of an extended attribute; GNU tar writes `%` and `=` in its name as `%25` and `%3D`. */
export function encodeXattrKey(name: string): string {
  return XATTR + name.replaceAll("%", "%25").replaceAll("=", "%3D");
}

/** The name of the extended attribute that a key stands for, or null when it is another key. */
export function decodeXattrKey(key: string): string | null {
  if (!key.startsWith(XATTR)) return null;
  return key.slice(XATTR.length).replaceAll("%3D", "=").replaceAll("%25", "%");
}
