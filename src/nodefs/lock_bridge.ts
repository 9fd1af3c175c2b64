/**
 * The kernel's operations on locks.
 *
 * @module
 */
import { chain, ERRNO, type Errno, type MaybePromise } from "../base/mod.ts";
import type { Notices, Outcome, Request } from "../fuse/mod.ts";
import type { FileLock } from "../provider/mod.ts";
import type { OpenEntry } from "./handle_table.ts";
import { NameBridge } from "./name_bridge.ts";

/**
 * A lock is where programs that share a file meet: who has got one sees what the others did before they let go of
 * theirs, on whatever mount. The kernel may still have the attributes from before (and decides by those whether
 * its copy of the content is still right), so it forgets them before the lock is told. As on NFS, this says nothing
 * of mappings.
 */
export abstract class LockBridge extends NameBridge {
  /** What the kernel is told unasked; null without a kernel. */
  notices: Notices | null = null;

  /** The lock in the way. */
  getlk(
    request: Request,
    fh: number,
    lock: FileLock,
  ): MaybePromise<FileLock | null | Errno> {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.getlk !== undefined) return node.getlk(request, file, lock);
    return file?.getlk === undefined ? ERRNO.EOPNOTSUPP : file.getlk(request, lock);
  }

  /** Takes or releases a lock. */
  setlk(request: Request, fh: number, lock: FileLock, wait: boolean): Outcome {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { nodeid } = request;
    const done = set(request, entry, lock, wait ? "setlkw" : "setlk");
    // Nobody else changes what the kernel keeps until it is told.
    if (lock.type === "unlock" || this.options.keepCaches === true) return done;
    return chain(done, (errno): Errno | void => {
      if (errno !== undefined) return errno;
      this.notices?.invalidateAttributesNow(nodeid);
    });
  }
}

/** By the node, or else by the open file. */
function set(
  request: Request,
  { inode: { operations: node }, file }: OpenEntry,
  lock: FileLock,
  how: "setlk" | "setlkw",
): Outcome {
  if (node[how] !== undefined) return node[how](request, file, lock);
  return file?.[how] === undefined ? ERRNO.EOPNOTSUPP : file[how](request, lock);
}
