/**
 * Which names and link targets can be stored.
 *
 * @module
 */
import {
  encodeName,
  ERRNO,
  type Errno,
  FsError,
  isNameTooLong,
  nameLength,
  SYMLINK_TARGET_MAX,
} from "../base/mod.ts";

/** Why there can be no entry of this name, or null when there can. */
export function refuseName(name: string): Errno | null {
  if (isNameTooLong(name)) return ERRNO.ENAMETOOLONG;
  if (name.includes("\0")) return ERRNO.EINVAL;
  return isEncodable(name) ? null : ERRNO.EILSEQ;
}

/** Why there can be no symbolic link to this target, or null when there can. */
export function refuseTarget(target: string): Errno | null {
  if (target === "") return ERRNO.ENOENT;
  if (nameLength(target) > SYMLINK_TARGET_MAX) return ERRNO.ENAMETOOLONG;
  if (target.includes("\0")) return ERRNO.EINVAL;
  return isEncodable(target) ? null : ERRNO.EILSEQ;
}

/** Whether the text stands for bytes: every lone surrogate for one, and no other spelling of them. */
export function isEncodable(text: string): boolean {
  if (text.isWellFormed()) return true;
  try {
    encodeName(text);
    return true;
  } catch (thrown) {
    if (thrown instanceof FsError) return false;
    throw thrown;
  }
}

/** The name in a string of its own: a slice would keep the whole path that it was cut from. */
export function ownName(name: string): string {
  if (name.length < SLICED_FROM) return name;
  const own = name.charAt(0) + name.slice(1);
  own.charCodeAt(0);
  return own;
}

/** From this length on, V8 makes a substring as a view of the longer string. */
const SLICED_FROM = 13;
