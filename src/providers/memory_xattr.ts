/**
 * Extended attributes in memory, with the rules of `xattr(7)`.
 *
 * @module
 */
import {
  ERRNO,
  type Errno,
  isDirectory,
  isRegular,
  nameLength,
  XATTR_CREATE,
  XATTR_REPLACE,
} from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { MemoryInode } from "./memory_inode.ts";
import { isAclName, refuseAcl, removeAcl, setAcl } from "./memory_acl.ts";
import { isEncodable } from "./memory_name.ts";
import { dropValue, keepValue } from "./memory_xattr_values.ts";
import { isHiddenXattr } from "./trusted_xattr.ts";

/** The longest name of an attribute in bytes (`XATTR_NAME_MAX`). */
export const XATTR_NAME_MAX = 255;
/** The longest value of an attribute in bytes (`XATTR_SIZE_MAX`). */
export const XATTR_SIZE_MAX = 65_536;

/** Changing content or owner removes this one, as it removes S_ISUID (`capabilities(7)`). */
const CAPABILITY = "security.capability";

/** What Linux refuses of `setxattr(2)` before it looks at the file. */
export function refuseXattr(name: string, value: Uint8Array, flags: number): Errno | null {
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return ERRNO.EINVAL;
  return refuseXattrName(name) ?? (value.length > XATTR_SIZE_MAX ? ERRNO.E2BIG : null);
}

/** What Linux refuses of a name before it looks at the file. */
export function refuseXattrName(name: string): Errno | null {
  const length = nameLength(name);
  return length === 0 || length > XATTR_NAME_MAX ? ERRNO.ERANGE : null;
}

/** Whether this inode can have an attribute of this name; null when it can. */
function refuseNamespace(inode: MemoryInode, name: string): Errno | null {
  if (isAclName(name)) return refuseAcl(inode);
  const namespace = name.slice(0, name.indexOf(".") + 1);
  // system. is for ACLs, and other namespaces do not exist.
  if (namespace !== "user." && namespace !== "trusted." && namespace !== "security.") {
    return ERRNO.EOPNOTSUPP;
  }
  if (name.length === namespace.length || name.includes("\0")) return ERRNO.EINVAL;
  return isEncodable(name) ? null : ERRNO.EILSEQ;
}

/** Whether the namespace does not allow the caller to use the attribute of this inode. */
function isForbidden(inode: MemoryInode, name: string, context: Context | undefined): boolean {
  if (isHiddenXattr(name, context)) return true;
  if (name.startsWith("user.")) return !isRegular(inode.mode) && !isDirectory(inode.mode);
  return false;
}

/** `getxattr(2)`: a copy of the value. */
export function getXattr(
  inode: MemoryInode,
  name: string,
  context?: Context,
): Uint8Array | Errno {
  const errno = refuseXattrName(name) ??
    (isForbidden(inode, name, context) ? ERRNO.ENODATA : refuseNamespace(inode, name));
  if (errno !== null) return errno;
  return inode.xattrs?.values.get(name)?.slice() ?? ERRNO.ENODATA;
}

/** `listxattr(2)`: the names that the caller may see. */
export function listXattr(inode: MemoryInode, context?: Context): string[] {
  if (inode.xattrs === null) return [];
  const names = [...inode.xattrs.values.keys()];
  return names.filter((name) => !isHiddenXattr(name, context));
}

/** `setxattr(2)`: keeps a copy of the value. */
export function setXattr(
  inode: MemoryInode,
  budget: MemoryBudget,
  name: string,
  value: Uint8Array,
  flags: number,
  context?: Context,
): Errno | null {
  const errno = refuseXattr(name, value, flags) ??
    (isForbidden(inode, name, context) ? ERRNO.EPERM : refuseNamespace(inode, name));
  if (errno !== null) return errno;
  if (isAclName(name)) return setAcl(inode, budget, name, value);
  const isThere = inode.xattrs?.values.has(name) === true;
  if (!isThere && (flags & XATTR_REPLACE) !== 0) return ERRNO.ENODATA;
  if (isThere && (flags & XATTR_CREATE) !== 0) return ERRNO.EEXIST;
  return keepValue(inode, budget, name, value);
}

/** `removexattr(2)`. */
export function removeXattr(
  inode: MemoryInode,
  budget: MemoryBudget,
  name: string,
  context?: Context,
): Errno | null {
  const errno = refuseXattrName(name) ??
    (isForbidden(inode, name, context) ? ERRNO.EPERM : refuseNamespace(inode, name));
  if (errno !== null) return errno;
  if (isAclName(name)) return removeAcl(inode, budget, name);
  return dropValue(inode, budget, name) ? null : ERRNO.ENODATA;
}

/** Content or owner change: privileges that hung on them go. */
export function dropCapability(inode: MemoryInode, budget: MemoryBudget): void {
  if (inode.xattrs?.values.has(CAPABILITY)) removeXattr(inode, budget, CAPABILITY);
}
