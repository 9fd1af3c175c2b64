/**
 * Names as strings and as bytes, without loss. Linux allows every byte but NUL and `/` in a name; a
 * JavaScript string cannot hold bytes that are not UTF-8. As in Python (PEP 383), such a byte 0x80 to
 * 0xFF becomes the lone surrogate U+DC80 to U+DCFF, which no valid UTF-8 decodes to, and back.
 *
 * @module
 */
import { FsError } from "./fs_error.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
/** Names are short: below this, a loop beats a call into the decoder. */
const SHORT = 64;

/** The string for bytes `start` to `end`; bytes that are not UTF-8 become lone surrogates. */
export function decodeName(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (end - start <= SHORT) {
    let name = "";
    let index = start;
    for (; index < end; index++) {
      const byte = bytes[index]!;
      if (byte > 127) break;
      name += String.fromCharCode(byte);
    }
    if (index === end) return name;
  }
  const view = bytes.subarray(start, end);
  try {
    return strict.decode(view);
  } catch {
    return decodeLossless(view);
  }
}

/** The length in bytes of the valid UTF-8 sequence at `index`, or 0 when there is none. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || index + length > bytes.length) return 0;
  const second = bytes[index + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let next = index + 2; next < index + length; next++) {
    if ((bytes[next]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function decodeLossless(bytes: Uint8Array): string {
  let name = "";
  let valid = 0;
  let index = 0;
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index);
    if (length > 0) {
      index += length;
      continue;
    }
    name += strict.decode(bytes.subarray(valid, index)) +
      String.fromCharCode(0xdc00 + bytes[index]!);
    valid = ++index;
  }
  return name + strict.decode(bytes.subarray(valid));
}

/** Whether the string has a surrogate without its partner. */
export function hasLoneSurrogate(name: string): boolean {
  return !name.isWellFormed();
}

/**
 * The bytes of a name or path, as {@linkcode decodeName} made it.
 *
 * @throws {FsError} EILSEQ for a lone surrogate that stands for no byte.
 */
export function encodeName(name: string): Uint8Array<ArrayBuffer> {
  if (name.isWellFormed()) return encoder.encode(name);
  const bytes = new Uint8Array(name.length * 3);
  let size = 0;
  for (const character of name) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) {
      bytes[size++] = code - 0xdc00;
    } else if (code >= 0xd800 && code <= 0xdfff) {
      throw new FsError("EILSEQ", { syscall: "encode", path: name });
    } else {
      size += encoder.encodeInto(character, bytes.subarray(size)).written;
    }
  }
  const encoded = bytes.slice(0, size);
  // Two spellings of one name would let a path slip past a rule that knows the other.
  if (decodeName(encoded) !== name) throw new FsError("EILSEQ", { syscall: "encode", path: name });
  return encoded;
}

/** How many bytes {@linkcode encodeName} makes of the name. */
export function nameLength(name: string): number {
  let length = 0;
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    else if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(name.charCodeAt(index + 1))) {
      length += 4;
      index++;
    } else if (code >= 0xdc80 && code <= 0xdcff) length += 1;
    else length += 3;
  }
  return length;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
