/**
 * What is wrong with a node of a snapshot, which may come from a file or from a stranger: nothing of it is
 * believed, not even that a number is one.
 *
 * @module
 */
import {
  isDirectory,
  isRegular,
  isSymlink,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFMT,
  S_IFSOCK,
} from "../base/mod.ts";
import { refuseName, refuseTarget } from "./memory_name.ts";
import type { SnapshotNode } from "./memory_snapshot.ts";

/** The largest owner or group; the next number says "as it was" in `chown(2)`. */
const ID_MAX = 0xffff_fffe;
const MODE_MAX = 0o177777;
const RDEV_MAX = 0xffff_ffff;
const NSEC_MAX = 999_999_999;
const SPECIAL_TYPES: readonly number[] = [S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK];

/** The first field that cannot be what the node says, or null; where the node is, is not looked at. */
export function faultyField(node: SnapshotNode): keyof SnapshotNode | null {
  const { mode, uid = 0, gid = 0, rdev } = node;
  if (!isWhole(mode, MODE_MAX) || !isKnownType(mode)) return "mode";
  if (!isWhole(uid, ID_MAX)) return "uid";
  if (!isWhole(gid, ID_MAX)) return "gid";
  for (const field of ["atime", "mtime", "ctime"] as const) {
    if (node[field] !== undefined && !isTime(node[field])) return field;
  }
  const isSpecial = SPECIAL_TYPES.includes(mode & S_IFMT);
  if (rdev !== undefined && !(isSpecial && isWhole(rdev, RDEV_MAX))) return "rdev";
  return faultyTarget(node, mode) ?? faultyContent(node, mode) ?? faultyXattrs(node);
}

/** Whether this can be the name of an entry. */
export function isEntryName(name: unknown): name is string {
  if (typeof name !== "string" || name === "" || name === "." || name === "..") return false;
  return !name.includes("/") && refuseName(name) === null;
}

function isWhole(value: unknown, max: number = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function isKnownType(mode: number): boolean {
  return isRegular(mode) || isDirectory(mode) || isSymlink(mode) ||
    SPECIAL_TYPES.includes(mode & S_IFMT);
}

function isTime(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return Number.isSafeInteger(value[0]) && isWhole(value[1], NSEC_MAX);
}

function faultyTarget(node: SnapshotNode, mode: number): "target" | null {
  const { target } = node;
  if (!isSymlink(mode)) return target === undefined ? null : "target";
  return typeof target === "string" && refuseTarget(target) === null ? null : "target";
}

/** Content is a text, or a size and the data below it. */
function faultyContent(node: SnapshotNode, mode: number): "text" | "size" | "data" | null {
  const { text, size, data } = node;
  const isFile = isRegular(mode);
  if (text !== undefined) {
    if (!isFile || typeof text !== "string" || !text.isWellFormed()) return "text";
    if (size !== undefined) return "size";
    return data === undefined ? null : "data";
  }
  if (size !== undefined && !(isFile && isWhole(size))) return "size";
  if (data === undefined) return null;
  if (!isFile || !isPairs(data)) return "data";
  for (const [offset, base64] of data) {
    if (!isWhole(offset)) return "data";
    const length = bytesOf(base64)?.length;
    if (length === undefined || offset + length > (size ?? Infinity)) return "data";
  }
  return null;
}

function faultyXattrs(node: SnapshotNode): "xattrs" | null {
  const { xattrs } = node;
  if (xattrs === undefined) return null;
  if (!isPairs(xattrs)) return "xattrs";
  const isPossible = xattrs.every(([name, base64]) =>
    typeof name === "string" && bytesOf(base64) !== null
  );
  return isPossible ? null : "xattrs";
}

function isPairs(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function bytesOf(base64: unknown): Uint8Array | null {
  if (typeof base64 !== "string") return null;
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return null;
  }
}
