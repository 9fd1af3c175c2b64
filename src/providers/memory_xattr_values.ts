/**
 * Where extended attributes are kept in memory, and what they cost.
 *
 * @module
 */
import { ERRNO, type Errno, nameLength } from "../base/mod.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { MemoryInode } from "./memory_inode.ts";

/** The longest list of one inode's names in bytes, with a NUL after each (`XATTR_LIST_MAX`). */
export const XATTR_LIST_MAX = 65_536;
/** What one attribute takes beside its name and value. */
const OVERHEAD = 64;

/** The attributes of one inode, by full name. */
export class MemoryXattrs {
  /** Values by name. */
  readonly values: Map<string, Uint8Array> = new Map();
  /** Bytes of the names, each with its NUL. */
  listSize = 0;
}

function cost(name: string, value: Uint8Array): number {
  return OVERHEAD + name.length + value.length;
}

/** Keeps a copy of a value, in place of an older one. */
export function keepValue(
  inode: MemoryInode,
  budget: MemoryBudget,
  name: string,
  value: Uint8Array,
): Errno | null {
  const old = inode.xattrs?.values.get(name);
  const listed = old === undefined ? nameLength(name) + 1 : 0;
  if ((inode.xattrs?.listSize ?? 0) + listed > XATTR_LIST_MAX) return ERRNO.ENOSPC;
  if (!budget.takeBytes(cost(name, value))) return ERRNO.ENOSPC;
  if (old !== undefined) budget.giveBytes(cost(name, old));
  inode.xattrs ??= new MemoryXattrs();
  inode.xattrs.values.set(name, value.slice());
  inode.xattrs.listSize += listed;
  return null;
}

/** Drops a value; false when there was none. */
export function dropValue(inode: MemoryInode, budget: MemoryBudget, name: string): boolean {
  const old = inode.xattrs?.values.get(name);
  if (old === undefined || inode.xattrs === null) return false;
  inode.xattrs.values.delete(name);
  inode.xattrs.listSize -= nameLength(name) + 1;
  budget.giveBytes(cost(name, old));
  if (inode.xattrs.values.size === 0) inode.xattrs = null;
  return true;
}

/** The inode is gone: its attributes are given back. */
export function discardXattrs(inode: MemoryInode, budget: MemoryBudget): void {
  if (inode.xattrs === null) return;
  for (const [name, value] of inode.xattrs.values) budget.giveBytes(cost(name, value));
  inode.xattrs = null;
}
