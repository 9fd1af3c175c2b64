/**
 * Changing the attributes of an inode, with what Linux changes along with them.
 *
 * @module
 */
import {
  ERRNO,
  type Errno,
  isDirectory,
  isRegular,
  MODE_PERMISSIONS,
  S_IFMT,
  S_ISGID,
  S_ISUID,
} from "../base/mod.ts";
import type { Context, TimeChange } from "../provider/mod.ts";
import { followMode } from "./memory_acl.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { MemoryClock } from "./memory_clock.ts";
import type { MemoryInode } from "./memory_inode.ts";
import type { MemoryTree } from "./memory_tree.ts";
import { dropCapability } from "./memory_xattr.ts";

const S_IXGRP = 0o010;
const UID_MAX = 0xffff_ffff;
const NANOSECONDS = 1_000_000_000;

/** `chmod(2)`. */
export function changeMode(inode: MemoryInode, mode: number, clock: MemoryClock): void {
  inode.mode = (inode.mode & S_IFMT) | (mode & MODE_PERMISSIONS);
  if (inode.xattrs !== null) followMode(inode);
  inode.touchChange(clock);
}

/** `chown(2)`: -1 leaves owner or group; whoever calls, privileges that hung on the owner go. */
export function changeOwner(
  { budget, clock }: Pick<MemoryTree, "budget" | "clock">,
  inode: MemoryInode,
  uid: number,
  gid: number,
  context?: Context,
): Errno | null {
  if (!isId(uid) || !isId(gid)) return ERRNO.EINVAL;
  if (!isDirectory(inode.mode)) {
    if (inode.xattrs !== null) dropCapability(inode, budget);
    dropBits(inode, context);
  }
  if (uid !== -1) inode.uid = uid;
  if (gid !== -1) inode.gid = gid;
  inode.touchChange(clock);
  return null;
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= -1 && id < UID_MAX;
}

/** S_ISUID goes; so does S_ISGID, unless it marks a file (no group execute) of the caller's own group. */
function dropBits(inode: MemoryInode, context: Context | undefined): void {
  if ((inode.mode & (S_ISUID | S_ISGID)) === 0) return;
  inode.mode &= ~S_ISUID;
  const isOwnGroup = context === undefined || context.uid === 0 || context.gid === inode.gid;
  if ((inode.mode & S_IXGRP) !== 0 || !isOwnGroup) inode.mode &= ~S_ISGID;
}

/** Content is about to change: what `file_remove_privs` of Linux takes away goes. Root keeps the mode. */
export function dropPrivileges(
  inode: MemoryInode,
  budget: MemoryBudget,
  context: Context | undefined,
): void {
  if (inode.xattrs !== null) dropCapability(inode, budget);
  if (context === undefined || context.uid === 0 || !isRegular(inode.mode)) return;
  dropBits(inode, context);
}

/** `utimensat(2)`: null leaves a time, `"now"` takes the clock's. */
export function changeTimes(
  inode: MemoryInode,
  atime: TimeChange,
  mtime: TimeChange,
  clock: MemoryClock,
): Errno | null {
  if (!isTime(atime) || !isTime(mtime)) return ERRNO.EINVAL;
  if (atime === null && mtime === null) return null;
  inode.touchChange(clock);
  if (atime !== null) {
    const to = atime === "now" ? clock : atime;
    inode.atimeSec = to.sec;
    inode.atimeNsec = to.nsec;
  }
  if (mtime !== null) {
    const to = mtime === "now" ? clock : mtime;
    inode.mtimeSec = to.sec;
    inode.mtimeNsec = to.nsec;
  }
  return null;
}

function isTime(time: TimeChange): boolean {
  if (time === null || time === "now") return true;
  const { sec, nsec } = time;
  return Number.isSafeInteger(sec) && Number.isInteger(nsec) && nsec >= 0 && nsec < NANOSECONDS;
}
