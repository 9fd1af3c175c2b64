/**
 * The block of 512 bytes before each entry of an archive: POSIX `ustar`, as in `pax(1)`, and what GNU
 * tar writes otherwise.
 *
 * @module
 */
import { decodeName, encodeName } from "../base/mod.ts";
import { TarError } from "./tar_error.ts";

/** Bytes of a block. Everything in an archive begins at a multiple of it. */
export const TAR_BLOCK = 512;
/** The longest name or link target in bytes that a header holds. */
export const TAR_NAME_MAX = 100;

/** What a header tells. Names are as they stand there. */
export interface TarHeader {
  /** The name. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Owner. */
  readonly uid: number;
  /** Group. */
  readonly gid: number;
  /** Bytes of content that follow. */
  readonly size: number;
  /** Seconds of the last change. */
  readonly mtime: number;
  /** The kind of entry, one character. */
  readonly type: string;
  /** The target of a link. */
  readonly link: string;
  /** Major number of a device. */
  readonly major: number;
  /** Minor number of a device. */
  readonly minor: number;
}

/** Where the fields are: offset and length. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [offset: number, length: number]>;

type Field = keyof typeof FIELD;

const POSIX = "ustar\x0000";
const GNU = "ustar  \0";
const OLD = "\0".repeat(8);
const SPACE = 32;

/** The largest number that a field of so many bytes holds in octal digits. */
export function octalMax(field: "uid" | "gid" | "size" | "mtime" | "major" | "minor"): number {
  return 8 ** (FIELD[field][1] - 1) - 1;
}

/** A header as bytes. A number or name that is too large is left empty: a record before it holds it. */
export function encodeTarHeader(header: TarHeader): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(TAR_BLOCK);
  const text = (field: Field, bytes: Uint8Array): void => {
    if (bytes.length <= FIELD[field][1]) block.set(bytes, FIELD[field][0]);
  };
  const octal = (field: Field, value: number): void => {
    const digits = FIELD[field][1] - 1;
    const fits = value >= 0 && value < 8 ** digits;
    text(field, encodeName((fits ? value : 0).toString(8).padStart(digits, "0")));
  };
  text("name", encodeName(header.name));
  for (const field of ["mode", "uid", "gid", "size", "mtime", "major", "minor"] as const) {
    octal(field, header[field]);
  }
  text("type", encodeName(header.type));
  text("link", encodeName(header.link));
  text("magic", encodeName(POSIX));
  text("checksum", encodeName(`${checksum(block).toString(8).padStart(6, "0")}\0 `));
  return block;
}

/** The sum of all bytes, those of the checksum itself taken for spaces. */
function checksum(block: Uint8Array): number {
  const [start, length] = FIELD.checksum;
  let sum = length * SPACE;
  for (let index = 0; index < TAR_BLOCK; index++) sum += block[index]!;
  for (let index = start; index < start + length; index++) sum -= block[index]!;
  return sum;
}

/**
 * The header in a block; null for a block of zeros, which ends an archive.
 *
 * @throws {TarError} When it is no header or a damaged one; `offset` is where it stands.
 */
export function decodeTarHeader(block: Uint8Array, offset: number): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  const bytes = (field: Field): Uint8Array => {
    const [start, length] = FIELD[field];
    return block.subarray(start, start + length);
  };
  const number = (field: Field): number => decodeNumber(bytes(field), field, offset);
  if (number("checksum") !== checksum(block)) {
    throw new TarError(`the checksum of the header is wrong`, offset);
  }
  const magic = String.fromCharCode(...bytes("magic"));
  if (magic !== POSIX && magic !== GNU && magic !== OLD) {
    throw new TarError("it is no tar header that is known here", offset);
  }
  const prefix = magic === POSIX ? untilNul(bytes("prefix")) : "";
  const name = untilNul(bytes("name"));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: number("mode"),
    uid: number("uid"),
    gid: number("gid"),
    size: number("size"),
    mtime: number("mtime"),
    type: String.fromCharCode(block[FIELD.type[0]]!),
    link: untilNul(bytes("link")),
    major: magic === OLD ? 0 : number("major"),
    minor: magic === OLD ? 0 : number("minor"),
  };
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeName(bytes, 0, end < 0 ? bytes.length : end);
}

/** Octal digits, or GNU's numbers to base 256, which begin with a byte of 0x80 (or 0xff: negative). */
function decodeNumber(bytes: Uint8Array, field: string, offset: number): number {
  const first = bytes[0]!;
  if (first >= 0x80) {
    let value = first === 0xff ? -1 : first & 0x7f;
    for (const byte of bytes.subarray(1)) value = value * 256 + byte;
    const isWhole = Number.isSafeInteger(value) && (value >= 0 || field === "mtime");
    if (!isWhole) throw new TarError(`its ${field} is out of range`, offset);
    return value;
  }
  const text = String.fromCharCode(...bytes);
  const digits = /^ *([0-7]*)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) throw new TarError(`its ${field} is not a number`, offset);
  return digits === "" ? 0 : parseInt(digits, 8);
}
