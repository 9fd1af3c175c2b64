/**
 * System calls as a test writes them: names as text, and errors thrown. For processes that use a mount and do
 * not serve it.
 *
 * @module
 */
import { ok as assert } from "node:assert/strict";
import { ERRNO, type ErrnoName, O_CREAT, O_RDWR } from "../../base/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  check,
  CStringArea,
  getdents64,
  MemoryBlock,
  openat,
  pread,
  pwrite,
  StatxBlock,
} from "../../libc/mod.ts";

const first = new CStringArea();
const second = new CStringArea();

/** The address of a name, for one call. */
export function at(name: string): number {
  return first.put(name);
}

/** The address of a second name in the same call. */
export function at2(name: string): number {
  return second.put(name);
}

/** `openat(2)` in the working directory or in `directory`. */
export function open(name: string, flags: number = O_RDWR | O_CREAT, directory = AT_FDCWD): number {
  return check(openat(directory, at(name), flags, 0o644), "open", name);
}

/** What `statx` tells of a name, without following it. */
export function stat(name: string): StatxBlock {
  const block = new StatxBlock();
  check(block.fill(AT_FDCWD, at(name), AT_SYMLINK_NOFOLLOW), "statx", name);
  return block;
}

/** What `statx` tells of a descriptor. */
export function fstat(fd: number): StatxBlock {
  const block = new StatxBlock();
  check(block.fill(fd, at(""), AT_EMPTY_PATH), "statx");
  return block;
}

/** Writes all of the text at an offset. */
export function put(fd: number, text: string, offset = 0): void {
  const data = new TextEncoder().encode(text);
  assert(pwrite(fd, data, data.length, offset) === data.length, "short write");
}

/** The content of an open file. */
export function contentOf(fd: number): string {
  const buffer = new Uint8Array(4096);
  return new TextDecoder().decode(buffer.subarray(0, check(pread(fd, buffer, 4096, 0), "pread")));
}

/** The errors of a call must be this one. */
export function refuses(code: ErrnoName, result: unknown): void {
  assert(result === -ERRNO[code].number, `expected ${code}, got ${result}`);
}

/** One entry of a directory, with the offset behind it. */
export interface Dirent {
  /** The name. */
  readonly name: string;
  /** What `lseek` takes to go on behind it. */
  readonly next: number;
}

/** The entries of an open directory from its position on, at most one buffer of `size` bytes. */
export function entriesOf(fd: number, size = 4096): Dirent[] {
  const block = new MemoryBlock(size);
  const length = check(getdents64(fd, block), "getdents64");
  const found: Dirent[] = [];
  for (let offset = 0; offset < length;) {
    const record = block.view.getUint16(offset + 16, true);
    const end = block.bytes.indexOf(0, offset + 19);
    const name = new TextDecoder().decode(block.bytes.subarray(offset + 19, end));
    found.push({ name, next: Number(block.view.getBigInt64(offset + 8, true)) });
    offset += record;
  }
  return found;
}

/** All names that are left in an open directory, without `.` and `..`. */
export function namesLeft(fd: number): string[] {
  const names: string[] = [];
  for (let part = entriesOf(fd); part.length > 0; part = entriesOf(fd)) {
    names.push(...part.map((entry) => entry.name));
  }
  return names.filter((name) => name !== "." && name !== "..");
}
