/**
 * The patterns of Go's `filepath.Match`, exactly as Go 1.16 and later match them on Unix.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";

/** A pattern that cannot be read (Go's `filepath.ErrBadPattern`). */
export class BadPatternError extends SyntaxError {
  /** The pattern. */
  readonly pattern: string;

  /** The error for this pattern. */
  constructor(pattern: string) {
    super(`Cannot read pattern ${JSON.stringify(pattern)}: syntax error in pattern`);
    this.name = "BadPatternError";
    this.pattern = pattern;
  }
}

const SLASH = 47;
const BACKSLASH = 92;
const OPEN = 91;
const CLOSE = 93;
const CARET = 94;
const DASH = 45;
const STAR = 42;
const QUESTION = 63;
/** What Go's `utf8.DecodeRune` gives for bytes that are no UTF-8, with a width of 1. */
const RUNE_ERROR = 0xfffd;

/** One element of a chunk: a byte, any character but a slash, or one of a class. */
type Term = number | null | CharacterClass;

interface CharacterClass {
  readonly negated: boolean;
  /** Low and high rune by turns, both inclusive. */
  readonly ranges: readonly number[];
}

/** A part of a pattern without a star, and whether a star goes before it. */
interface Chunk {
  readonly star: boolean;
  readonly terms: readonly Term[];
  /** The bytes, when all terms are bytes: matched without a loop. */
  readonly literal: string | null;
}

/**
 * A pattern, read once. Go matches bytes, not characters, except in `?` and classes; so do we: names
 * that are not ASCII are turned into one UTF-16 code unit a byte before matching.
 *
 * - `*` any bytes but `/`; `?` one character but `/`
 * - `[a-z]`, `[^a-z]` one character (not) in the class; a negated class also matches `/`, as in Go
 * - `\c` the character itself
 *
 * @example
 * ```ts
 * import { FilepathPattern } from "@fusewire/vfs";
 * import { assert } from "@std/assert";
 *
 * const pattern = new FilepathPattern("/workspace/*.t[sx]");
 * assert(pattern.matches("/workspace/main.ts"));
 * assert(!pattern.matches("/workspace/src/main.ts"));
 * ```
 */
export class FilepathPattern {
  /** What every name that matches begins with; empty when it is not known, or not ASCII. */
  readonly prefix: string;
  /** What every name that matches ends with; empty when it is not known, or not ASCII. */
  readonly suffix: string;
  readonly #chunks: readonly Chunk[];

  /** Reads the pattern. @throws {BadPatternError} When it is malformed, whatever it would be matched with. */
  constructor(pattern: string) {
    const chunks: Chunk[] = [];
    let rest = toBytes(pattern);
    while (rest.length > 0) {
      let index = 0;
      while (rest.charCodeAt(index) === STAR) index++;
      const star = index > 0;
      rest = rest.slice(index);
      const end = chunkEnd(rest);
      chunks.push(readChunk(star, rest.slice(0, end), pattern));
      rest = rest.slice(end);
    }
    this.#chunks = chunks;
    const [first, last] = [chunks[0], chunks.at(-1)];
    this.prefix = first === undefined || first.star ? "" : asciiOf(first.literal);
    this.suffix = asciiOf(last?.literal ?? null);
  }

  /** Whether all of the name matches. */
  matches(name: string): boolean {
    if (!name.startsWith(this.prefix) || !name.endsWith(this.suffix)) return false;
    const bytes = toBytes(name);
    const chunks = this.#chunks;
    let position = 0;
    for (let index = 0; index < chunks.length; index++) {
      const chunk = chunks[index]!;
      const last = index === chunks.length - 1;
      if (chunk.star && chunk.terms.length === 0) return !bytes.includes("/", position);
      const end = matchChunk(chunk, bytes, position);
      // The last chunk must take all of the name, or a star may still move it to the end.
      if (end >= 0 && (end === bytes.length || !last)) {
        position = end;
        continue;
      }
      if (!chunk.star) return false;
      position = skipTo(chunk, bytes, position, last);
      if (position < 0) return false;
    }
    return position === bytes.length;
  }
}

/** Go's `filepath.Match`. @throws {BadPatternError} When the pattern is malformed. */
export function filepathMatch(pattern: string, name: string): boolean {
  return new FilepathPattern(pattern).matches(name);
}

/** Where a chunk after a star matches, the star taking as little as it can; -1 for nowhere. */
function skipTo(chunk: Chunk, bytes: string, position: number, last: boolean): number {
  for (let index = position; index < bytes.length; index++) {
    if (bytes.charCodeAt(index) === SLASH) return -1;
    const end = matchChunk(chunk, bytes, index + 1);
    if (end >= 0 && (!last || end === bytes.length)) return end;
  }
  return -1;
}

/** The end of the bytes that match the chunk at `position`, or -1. */
function matchChunk(chunk: Chunk, bytes: string, position: number): number {
  const { literal, terms } = chunk;
  if (literal !== null) {
    return bytes.startsWith(literal, position) ? position + literal.length : -1;
  }
  for (const term of terms) {
    if (position >= bytes.length) return -1;
    if (typeof term === "number") {
      if (bytes.charCodeAt(position) !== term) return -1;
      position++;
      continue;
    }
    if (term === null) {
      if (bytes.charCodeAt(position) === SLASH) return -1;
    } else if (isInClass(term, runeAt(bytes, position)) === term.negated) return -1;
    position += runeWidth(bytes, position);
  }
  return position;
}

function isInClass({ ranges }: CharacterClass, rune: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (ranges[index]! <= rune && rune <= ranges[index + 1]!) return true;
  }
  return false;
}

/** The end of the chunk at the start of the pattern: the next star outside of a class. */
function chunkEnd(pattern: string): number {
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const code = pattern.charCodeAt(index);
    if (code === BACKSLASH) index++;
    else if (code === OPEN) inClass = true;
    else if (code === CLOSE) inClass = false;
    else if (code === STAR && !inClass) return index;
  }
  return pattern.length;
}

function readChunk(star: boolean, chunk: string, pattern: string): Chunk {
  const terms: Term[] = [];
  let literal = "";
  let isLiteral = true;
  for (let index = 0; index < chunk.length;) {
    const code = chunk.charCodeAt(index);
    if (code === OPEN) {
      const read = readClass(chunk, index + 1, pattern);
      terms.push(read.term);
      index = read.end;
      isLiteral = false;
    } else if (code === QUESTION) {
      terms.push(null);
      index++;
      isLiteral = false;
    } else {
      if (code === BACKSLASH) index++;
      if (index >= chunk.length) throw new BadPatternError(pattern);
      terms.push(chunk.charCodeAt(index));
      literal += chunk.charAt(index);
      index++;
    }
  }
  return { star, terms, literal: isLiteral ? literal : null };
}

function readClass(
  chunk: string,
  start: number,
  pattern: string,
): { readonly term: CharacterClass; readonly end: number } {
  let index = start;
  const negated = chunk.charCodeAt(index) === CARET;
  if (negated) index++;
  const ranges: number[] = [];
  while (chunk.charCodeAt(index) !== CLOSE || ranges.length === 0) {
    const low = readRune(chunk, index, pattern);
    let high = low;
    if (chunk.charCodeAt(low.end) === DASH) high = readRune(chunk, low.end + 1, pattern);
    ranges.push(low.rune, high.rune);
    index = high.end;
  }
  return { term: { negated, ranges }, end: index + 1 };
}

/** A character of a class, perhaps escaped; something must follow it. */
function readRune(
  chunk: string,
  index: number,
  pattern: string,
): { readonly rune: number; readonly end: number } {
  const code = chunk.charCodeAt(index);
  if (index >= chunk.length || code === DASH || code === CLOSE) throw new BadPatternError(pattern);
  if (code === BACKSLASH) index++;
  const rune = runeAt(chunk, index);
  const end = index + runeWidth(chunk, index);
  const invalid = rune === RUNE_ERROR && end === index + 1;
  if (index >= chunk.length || invalid || end >= chunk.length) throw new BadPatternError(pattern);
  return { rune, end };
}

/** The literal, when it can be compared with a name that was not turned into bytes. */
function asciiOf(literal: string | null): string {
  return literal !== null && toBytes(literal) === literal ? literal : "";
}

/** The text as one code unit a byte of its UTF-8; ASCII as it is. */
function toBytes(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) <= 127) continue;
    let bytes = "";
    for (const byte of bytesOf(text)) bytes += String.fromCharCode(byte);
    return bytes;
  }
  return text;
}

/** A name that stands for no bytes exists nowhere, but a rule must not be blind to it. */
function bytesOf(text: string): Uint8Array {
  try {
    return encodeName(text);
  } catch {
    return new TextEncoder().encode(text);
  }
}

/** How many bytes the character at the index takes, as `utf8.DecodeRune` counts: 1 when invalid. */
function runeWidth(bytes: string, index: number): number {
  const first = bytes.charCodeAt(index);
  if (first < 0xc2 || first > 0xf4) return 1;
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const second = bytes.charCodeAt(index + 1);
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!(second >= low && second <= high)) return 1;
  for (let next = index + 2; next < index + width; next++) {
    if ((bytes.charCodeAt(next) & 0xc0) !== 0x80) return 1;
  }
  return width;
}

/** The character at the index; {@linkcode RUNE_ERROR} when its bytes are no UTF-8. */
function runeAt(bytes: string, index: number): number {
  const first = bytes.charCodeAt(index);
  const width = runeWidth(bytes, index);
  if (width === 1) return first < 0x80 ? first : RUNE_ERROR;
  let rune = first & (0xff >> (width + 1));
  for (let next = index + 1; next < index + width; next++) {
    rune = (rune << 6) | (bytes.charCodeAt(next) & 0x3f);
  }
  return rune;
}
