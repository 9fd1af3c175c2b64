/**
 * The classic permission check.
 *
 * @module
 */
import { isDirectory } from "../base/mod.ts";
import type { Attr } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";

/**
 * Whether the caller has every right in `mask` (4 read, 2 write, 1 execute), by the first class of
 * permission bits that fits (`path_resolution(7)`): not by any class that would do. Only the caller's
 * primary group is known here; with supplementary groups, mount with `defaultPermissions`.
 */
export function checkAccess(caller: Context, attr: Attr, mask: number): boolean {
  if (caller.uid === 0) {
    const mayExecute = isDirectory(attr.mode) || (attr.mode & 0o111) !== 0;
    return (mask & 1) === 0 || mayExecute;
  }
  const shift = caller.uid === attr.uid ? 6 : caller.gid === attr.gid ? 3 : 0;
  return (((attr.mode >> shift) & 7) & mask) === mask;
}
