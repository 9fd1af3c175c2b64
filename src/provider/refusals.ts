/**
 * What Linux refuses before anything is done, with its errnos in its order: for providers that find
 * out what is at a path, and then act.
 *
 * @module
 */
import {
  clean,
  type FsErrorDetails,
  isDirectory,
  isWithin,
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_TRUNC,
  refuse,
} from "../base/mod.ts";

/** Whatever is at a path, as far as the refusals go. */
export interface Found {
  /** `st_mode`: type and permission bits. */
  readonly mode: number;
}

/**
 * What `open(2)` refuses, when `found` is what is at the path. Where nothing is there and this
 * returns, the file is to be made.
 *
 * @throws {FsError} EINVAL, ENOENT, EEXIST, EISDIR, ENOTDIR.
 *
 * @example
 * ```ts
 * import { checkOpen, FsError, O_CREAT, O_EXCL, O_RDONLY } from "@fusewire/vfs";
 * import { assertThrows } from "@std/assert";
 *
 * const call = { syscall: "open", path: "/a" };
 * checkOpen(undefined, O_CREAT, call);
 * assertThrows(() => checkOpen(undefined, O_RDONLY, call), FsError, "ENOENT");
 * assertThrows(() => checkOpen({ mode: 0o100644 }, O_CREAT | O_EXCL, call), FsError, "EEXIST");
 * ```
 */
export function checkOpen(found: Found | undefined, flags: number, call: FsErrorDetails): void {
  const creates = (flags & O_CREAT) !== 0;
  // Since Linux 6.4: nothing can make a directory and open it.
  if (creates && (flags & O_DIRECTORY) !== 0) refuse("EINVAL", call);
  if (found === undefined) {
    if (!creates) refuse("ENOENT", call);
    return;
  }
  if (creates && (flags & O_EXCL) !== 0) refuse("EEXIST", call);
  if (isDirectory(found.mode)) {
    if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) !== 0) refuse("EISDIR", call);
  } else if ((flags & O_DIRECTORY) !== 0) refuse("ENOTDIR", call);
}

/**
 * What is refused of everything that is no directory: on the way of a path, and by listings. `found`
 * is returned.
 *
 * @throws {FsError} ENOENT, ENOTDIR.
 */
export function checkDirectory<T extends Found>(found: T | undefined, call: FsErrorDetails): T {
  if (found === undefined) return refuse("ENOENT", call);
  if (!isDirectory(found.mode)) refuse("ENOTDIR", call);
  return found;
}

/**
 * What `unlink(2)` and, with `asDirectory`, `rmdir(2)` refuse, when `found` is what is at the path. It
 * is returned. That a directory is not empty is seen by the provider.
 *
 * @throws {FsError} ENOENT, EISDIR, ENOTDIR; EBUSY for the root.
 */
export function checkRemove<T extends Found>(
  found: T | undefined,
  asDirectory: boolean,
  call: FsErrorDetails,
): T {
  if (found === undefined) return refuse("ENOENT", call);
  const directory = isDirectory(found.mode);
  if (directory !== asDirectory) refuse(directory ? "EISDIR" : "ENOTDIR", call);
  if (call.path !== undefined && clean(call.path) === "/") refuse("EBUSY", call);
  return found;
}

/**
 * What `rename(2)` refuses, when `from` is at `call.path`, and `to` at `call.dest`. `from` is returned.
 * That a directory to be replaced is not empty is seen by the provider; and when `from` and `to` are
 * the same, nothing is to be done, which is the provider's to see as well: before it removes anything. They
 * are the same when the two paths are, once they are clean, and when they are two names of one inode (`rename(2)`).
 * That is told here by `from === to`: where each lookup makes an object of its own, give the same one twice
 * when the inode numbers are equal.
 *
 * @throws {FsError} ENOENT, EINVAL, ENOTEMPTY, ENOTDIR, EISDIR.
 */
export function checkRename<T extends Found>(
  from: T | undefined,
  to: Found | undefined,
  call: FsErrorDetails & { readonly path: string; readonly dest: string },
): T {
  if (from === undefined) return refuse("ENOENT", call);
  if (from === to) return from;
  const [path, dest] = [clean(call.path), clean(call.dest)];
  if (path === dest) return from;
  if (isWithin(dest, path)) refuse("EINVAL", call);
  if (isWithin(path, dest)) refuse("ENOTEMPTY", call);
  if (to !== undefined) checkRemove(to, isDirectory(from.mode), call);
  return from;
}
