/**
 * Inode numbers as the Go original makes them: FNV-1a with 64 bits, in two halves and without a
 * bigint.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";
import { encodeHigh, encodeLow } from "./inode_halves.ts";

// FNV-1a 64 (draft-eastlake-fnv): offset basis 0xcbf29ce484222325, prime 0x100000001b3.
const BASIS_HIGH = 0xcbf2_9ce4;
const BASIS_LOW = 0x8422_2325;
const PRIME_LOW = 0x1b3;
const TWO_32 = 0x1_0000_0000;
const DIRECTORY = 0x64;
const FILE = 0x66;

/** A hash under way: the halves after the last step. */
let high = 0;
let low = 0;

function begin(): void {
  high = BASIS_HIGH;
  low = BASIS_LOW;
}

/** Takes one byte: xor, then times 2^40 + 0x1b3, modulo 2^64. */
function step(byte: number): void {
  const mixed = (low ^ byte) >>> 0;
  // mixed * 0x1b3 has at most 41 bits, so it is exact.
  const product = mixed * PRIME_LOW;
  low = product >>> 0;
  high = (Math.imul(high, PRIME_LOW) + Math.floor(product / TWO_32) + (mixed << 8)) >>> 0;
}

/** 0 is no number and 1 is the root: neither may come out. */
function finish(into: InodeHalves): void {
  into.inoHigh = high;
  into.inoLow = high === 0 && low < 2 ? low + 2 : low;
}

/** Where the result goes: a `VFSStat`. */
export interface InodeHalves {
  /** Upper 32 bits. */
  inoHigh: number;
  /** Lower 32 bits. */
  inoLow: number;
}

/** Sets the number of a path that Go has cleaned, from the path and `d` or `f`; the root is 1. */
export function hashPath(cleaned: string, isDir: boolean, into: InodeHalves): void {
  if (cleaned === "/") {
    into.inoHigh = 0;
    into.inoLow = 1;
    return;
  }
  begin();
  for (let index = 0; index < cleaned.length; index++) {
    const code = cleaned.charCodeAt(index);
    if (code > 127) {
      for (const byte of encodeName(cleaned.slice(index))) step(byte);
      break;
    }
    step(code);
  }
  step(isDir ? DIRECTORY : FILE);
  finish(into);
}

function stepWord(word: number): void {
  step(word >>> 24);
  step((word >>> 16) & 0xff);
  step((word >>> 8) & 0xff);
  step(word & 0xff);
}

/** Sets the number of a real file, from its device and inode, each as eight bytes. */
export function hashDeviceInode(
  device: number | bigint,
  inode: number | bigint,
  into: InodeHalves,
): void {
  begin();
  stepWord(encodeHigh(device));
  stepWord(encodeLow(device));
  stepWord(encodeHigh(inode));
  stepWord(encodeLow(inode));
  finish(into);
}

/**
 * Go's `filepath.Clean`, which unlike our own keeps a relative path relative: the numbers of version
 * 1 are made from it.
 */
export function goClean(path: string): string {
  if (path.charCodeAt(0) === 47 && !NEEDS_CLEANING.test(path)) return path;
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  if (rooted) return `/${kept.join("/")}`;
  return kept.length === 0 ? "." : kept.join("/");
}

/** An empty component, a component that begins with a dot, or a slash at the end. */
const NEEDS_CLEANING = /\/\/|\/\.|.\/$/;
