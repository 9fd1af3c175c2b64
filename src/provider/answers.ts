/**
 * What the code of a provider answers, before anybody counts on it: types promise nothing of code that was compiled
 * without them, and one wrong number must cost one operation, not the mount or the connection that it came through.
 *
 * Whatever is refused is a TypeError, a defect of the provider: `toErrno` makes EIO of it, and reports it.
 *
 * @module
 */
import type { DirEntry } from "./dir_entry.ts";
import type { FileInfo, Timespec } from "./file_info.ts";
import type { Handle } from "./handle.ts";
import { type FileLock, LOCK_END_MAX } from "./lock.ts";
import type { StatFs } from "./stat_fs.ts";

const UINT32 = 0xffff_ffff;
/** Sizes of the host that are over 2^53 are the nearest number. */
const SIZE_MAX = 2 ** 63;
const INO_MAX = 2n ** 64n - 1n;
const NANOS = 999_999_999;
/** So much of a text is told. */
const TEXT_MAX = 64;

function refuse(what: string, value: unknown, wanted: string): never {
  throw new TypeError(`${what} is ${textOf(value)}, not ${wanted}`);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, TEXT_MAX));
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object" || value === null) return String(value);
  return `a ${value.constructor?.name ?? "object"}`;
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/**
 * How much was read, written or copied, or where something was found.
 *
 * @throws {TypeError} When it is no whole number from 0 to `max`.
 */
export function requireCount(count: number, max: number): number {
  if (isWhole(count, max)) return count;
  return refuse("The result", count, `a whole number from 0 to ${max}`);
}

/** The value of an attribute, or the target of a link. @throws {TypeError} When it is something else than bytes. */
export function requireBytes(value: Uint8Array): Uint8Array {
  return value instanceof Uint8Array ? value : refuse("The result", value, "a Uint8Array");
}

/** The names of attributes. @throws {TypeError} When it is something else than an array of text. */
export function requireNames(names: readonly string[]): readonly string[] {
  if (!Array.isArray(names)) return refuse("The result", names, "an array");
  for (const name of names) if (typeof name !== "string") refuse("A name", name, "a string");
  return names;
}

/**
 * A lock in the way, or null.
 *
 * @throws {TypeError} When it is something else.
 */
export function requireLock(lock: FileLock | null): FileLock | null {
  if (lock === null) return lock;
  if (typeof lock !== "object") return refuse("The result", lock, "a FileLock or null");
  const { type, start, end } = lock;
  if (type !== "read" && type !== "write") return refuse("type", type, "that of a lock");
  for (const [key, value] of Object.entries({ start, end })) {
    if (!isWhole(value, LOCK_END_MAX)) refuse(key, value, "a whole number");
  }
  return lock;
}

/** What `open` and `create` answer. @throws {TypeError} When it is no object. */
export function requireHandle<T extends Handle>(handle: T): T {
  if (typeof handle === "object" && handle !== null) return handle;
  return refuse("The result", handle, "a Handle");
}

/** A listing. @throws {TypeError} When it is no array of entries. */
export function requireEntries(entries: readonly DirEntry[]): readonly DirEntry[] {
  if (!Array.isArray(entries)) return refuse("The listing", entries, "an array");
  for (const entry of entries) {
    if (typeof entry !== "object" || entry === null) refuse("An entry", entry, "a DirEntry");
  }
  return entries;
}

/**
 * The name of an entry of a listing. The kernel refuses a whole reply for one name that cannot be.
 *
 * @throws {TypeError} When it is empty, or has a slash or a NUL.
 */
export function requireEntryName(name: string): string {
  const isName = typeof name === "string" && name !== "" && !name.includes("/") &&
    !name.includes("\0");
  return isName ? name : refuse("The name of an entry", name, "one component of a path");
}

/** Sizes of a filesystem. @throws {TypeError} When one of them is no whole number. */
export function requireStatFs(sizes: StatFs): StatFs {
  if (typeof sizes !== "object" || sizes === null) return refuse("The result", sizes, "a StatFs");
  const { bsize, frsize, namelen, blocks, bfree, bavail, files, ffree } = sizes;
  for (const [key, value] of Object.entries({ bsize, frsize, namelen })) {
    if (!isWhole(value, UINT32)) refuse(key, value, "a whole number of 32 bits");
  }
  for (const [key, value] of Object.entries({ blocks, bfree, bavail, files, ffree })) {
    if (!isWhole(value, SIZE_MAX)) refuse(key, value, "a whole number");
  }
  return sizes;
}

function isTime({ sec, nsec }: Timespec): boolean {
  return Number.isSafeInteger(sec) && isWhole(nsec, NANOS);
}

function isInode(ino: number | bigint): boolean {
  return typeof ino === "bigint"
    ? ino >= 0n && ino <= INO_MAX
    : Number.isSafeInteger(ino) && ino >= 0;
}

/**
 * The attributes of a file.
 *
 * @throws {TypeError} Which of them nothing can have.
 */
export function requireInfo(info: FileInfo): FileInfo {
  if (typeof info !== "object" || info === null) return refuse("The result", info, "a FileInfo");
  const { mode, nlink, uid, gid, rdev, blksize, atime, mtime, ctime, birthtime } = info;
  const isSound = isWhole(info.size, SIZE_MAX) && isWhole(info.blocks, SIZE_MAX) &&
    (mode >>> 0) === mode && (nlink >>> 0) === nlink && (uid >>> 0) === uid &&
    (gid >>> 0) === gid && (rdev >>> 0) === rdev && (blksize >>> 0) === blksize &&
    isInode(info.ino) && isTime(mtime) && (atime === mtime || isTime(atime)) &&
    (ctime === mtime || isTime(ctime)) && (birthtime === undefined || isTime(birthtime));
  return isSound ? info : refuseInfo(info);
}

/** Finds out which. */
function refuseInfo(info: FileInfo): never {
  const of = `of ${textOf(info.name)}`;
  const { mode, nlink, uid, gid, rdev, blksize, size, blocks, ino } = info;
  const { atime, mtime, ctime, birthtime } = info;
  for (const [key, value] of Object.entries({ mode, nlink, uid, gid, rdev, blksize })) {
    if ((value >>> 0) !== value) refuse(`${key} ${of}`, value, "a whole number of 32 bits");
  }
  for (const [key, value] of Object.entries({ size, blocks })) {
    if (!isWhole(value, SIZE_MAX)) refuse(`${key} ${of}`, value, "a whole number from 0");
  }
  if (!isInode(ino)) refuse(`ino ${of}`, ino, "a whole number of 64 bits");
  for (const [key, time] of Object.entries({ mtime, atime, ctime, birthtime })) {
    if (time === undefined || isTime(time)) continue;
    refuse(`${key} ${of}`, `${time.sec} s ${time.nsec} ns`, "whole seconds and nanoseconds of one");
  }
  return refuse("The result", info, "a FileInfo");
}
