/**
 * POSIX ACLs in memory (`acl(5)`): kept as the extended attributes in which the kernel and programs
 * exchange them, and in step with the permission bits. Who may do what by them is for the kernel to check.
 *
 * @module
 */
import { ERRNO, Errno, isDirectory, isSymlink } from "../base/mod.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { MemoryDirectory, MemoryInode } from "./memory_inode.ts";
import { dropValue, keepValue } from "./memory_xattr_values.ts";

/** Who may do what with a file. */
export const ACL_ACCESS = "system.posix_acl_access";
/** What is made in a directory begins with this. */
export const ACL_DEFAULT = "system.posix_acl_default";

/** `struct posix_acl_xattr_header` and `posix_acl_xattr_entry` of `linux/posix_acl_xattr.h`. */
const VERSION = 2;
const HEADER_SIZE = 4;
const ENTRY_SIZE = 8;
const UNDEFINED_ID = 0xffff_ffff;
const PERMISSIONS = 0o7;

/** The tags of entries, which come in this order (`linux/posix_acl.h`). */
const TAG = { USER_OBJ: 1, USER: 2, GROUP_OBJ: 4, GROUP: 8, MASK: 0x10, OTHER: 0x20 } as const;

interface AclEntry {
  readonly tag: number;
  perm: number;
  readonly id: number;
}

/** Whether an attribute is an ACL. */
export function isAclName(name: string): boolean {
  return name === ACL_ACCESS || name === ACL_DEFAULT;
}

function parse(value: Uint8Array): AclEntry[] | Errno {
  if (value.length === 0) return [];
  if (value.length < HEADER_SIZE) return ERRNO.EINVAL;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (view.getUint32(0, true) !== VERSION) return ERRNO.EOPNOTSUPP;
  if ((value.length - HEADER_SIZE) % ENTRY_SIZE !== 0) return ERRNO.EINVAL;
  const entries: AclEntry[] = [];
  for (let at = HEADER_SIZE; at < value.length; at += ENTRY_SIZE) {
    const [tag, perm] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const isNamed = tag === TAG.USER || tag === TAG.GROUP;
    const id = isNamed ? view.getUint32(at + 4, true) : UNDEFINED_ID;
    entries.push({ tag, perm, id });
  }
  return entries.length === 0 || isValid(entries) ? entries : ERRNO.EINVAL;
}

/** `posix_acl_valid` of Linux: the tags in their order, and a mask where somebody is named. */
function isValid(entries: readonly AclEntry[]): boolean {
  const counts = new Map<number, number>();
  let before = 0;
  for (const { tag, perm, id } of entries) {
    const isNamed = tag === TAG.USER || tag === TAG.GROUP;
    const isTag = Object.values(TAG).some((one) => one === tag);
    if (!isTag || tag < before || (perm & ~PERMISSIONS) !== 0) return false;
    if (isNamed && id === UNDEFINED_ID) return false;
    counts.set(tag, (counts.get(tag) ?? 0) + 1);
    before = tag;
  }
  const count = (tag: number): number => counts.get(tag) ?? 0;
  const isNeeded = count(TAG.USER) + count(TAG.GROUP) > 0;
  return count(TAG.USER_OBJ) === 1 && count(TAG.GROUP_OBJ) === 1 && count(TAG.OTHER) === 1 &&
    (count(TAG.MASK) === 1 || (count(TAG.MASK) === 0 && !isNeeded));
}

function serialise(entries: readonly AclEntry[]): Uint8Array {
  const value = new Uint8Array(HEADER_SIZE + entries.length * ENTRY_SIZE);
  const view = new DataView(value.buffer);
  view.setUint32(0, VERSION, true);
  for (const [index, { tag, perm, id }] of entries.entries()) {
    const at = HEADER_SIZE + index * ENTRY_SIZE;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, perm, true);
    view.setUint32(at + 4, id, true);
  }
  return value;
}

/** How far the bits of an entry's class are up in a mode; undefined for entries that have no class. */
function classShift(tag: number, entries: readonly AclEntry[]): number | undefined {
  if (tag === TAG.USER_OBJ) return 6;
  if (tag === TAG.OTHER) return 0;
  const ofGroup = entries.some((entry) => entry.tag === TAG.MASK) ? TAG.MASK : TAG.GROUP_OBJ;
  return tag === ofGroup ? 3 : undefined;
}

/** Whether an ACL says more than permission bits can. */
function isExtended(entries: readonly AclEntry[]): boolean {
  return entries.length > 3;
}

/** The permission bits that go with an ACL. */
function bitsOf(entries: readonly AclEntry[]): number {
  let bits = 0;
  for (const { tag, perm } of entries) {
    const shift = classShift(tag, entries);
    if (shift !== undefined) bits |= perm << shift;
  }
  return bits;
}

/** Puts the permission bits of a mode into an ACL. */
function takeBits(entries: readonly AclEntry[], mode: number): void {
  for (const entry of entries) {
    const shift = classShift(entry.tag, entries);
    if (shift !== undefined) entry.perm = (mode >> shift) & PERMISSIONS;
  }
}

function kept(inode: MemoryInode, name: string): AclEntry[] {
  const value = inode.xattrs?.values.get(name);
  const entries = value === undefined ? [] : parse(value);
  return entries instanceof Errno ? [] : entries;
}

/** What Linux refuses of any ACL of this inode; null where there can be one. */
export function refuseAcl(inode: MemoryInode): Errno | null {
  return isSymlink(inode.mode) ? ERRNO.EOPNOTSUPP : null;
}

/**
 * `setxattr(2)` of an ACL. An empty one removes it. An access ACL sets the permission bits, and is not
 * kept when it says no more than they do.
 */
export function setAcl(
  inode: MemoryInode,
  budget: MemoryBudget,
  name: string,
  value: Uint8Array,
): Errno | null {
  const entries = parse(value);
  if (entries instanceof Errno) return entries;
  if (entries.length === 0) return removeAcl(inode, budget, name);
  if (name === ACL_DEFAULT) {
    if (!isDirectory(inode.mode)) return ERRNO.EACCES;
    return keepValue(inode, budget, name, serialise(entries));
  }
  if (isExtended(entries)) {
    const errno = keepValue(inode, budget, name, serialise(entries));
    if (errno !== null) return errno;
  } else dropValue(inode, budget, name);
  inode.mode = (inode.mode & ~0o777) | bitsOf(entries);
  return null;
}

/** `removexattr(2)` of an ACL; one that is not there is no error. */
export function removeAcl(inode: MemoryInode, budget: MemoryBudget, name: string): null {
  dropValue(inode, budget, name);
  return null;
}

/** The permission bits changed: the access ACL follows. Its size stays, so this cannot fail. */
export function followMode(inode: MemoryInode): void {
  const entries = kept(inode, ACL_ACCESS);
  if (entries.length === 0) return;
  takeBits(entries, inode.mode);
  inode.xattrs?.values.set(ACL_ACCESS, serialise(entries));
}

/**
 * A new inode begins with the default ACL of its directory, as far as the mode that was asked for allows;
 * a directory hands it on.
 */
export function inheritAcl(
  parent: MemoryDirectory,
  inode: MemoryInode,
  budget: MemoryBudget,
): Errno | null {
  const entries = kept(parent, ACL_DEFAULT);
  if (entries.length === 0) return null;
  if (isDirectory(inode.mode)) {
    const errno = keepValue(inode, budget, ACL_DEFAULT, serialise(entries));
    if (errno !== null) return errno;
  }
  takeBits(entries, bitsOf(entries) & inode.mode);
  inode.mode = (inode.mode & ~0o777) | bitsOf(entries);
  return isExtended(entries) ? keepValue(inode, budget, ACL_ACCESS, serialise(entries)) : null;
}
