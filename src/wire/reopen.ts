/**
 * Open files on a new connection.
 *
 * @module
 */
import { FsError, O_CREAT, O_EXCL, O_TRUNC } from "../base/mod.ts";
import type { FileInfo } from "../provider/mod.ts";
import type { ClientLink } from "./client_link.ts";
import { OpCode } from "./op_code.ts";
import { fileInfoOf } from "./remote_info.ts";
import { VFSRequest } from "./vfs_request.ts";
import { PendingReply } from "./waiter.ts";

/** What must have happened only once. */
const ONCE = O_CREAT | O_EXCL | O_TRUNC;

/** Whether two attributes are of one inode: a number may have been given out again meanwhile. */
function sameInode(before: FileInfo, after: FileInfo): boolean {
  if (before.ino === 0 || before.ino !== after.ino) return false;
  const [born, again] = [before.birthtime, after.birthtime];
  return born?.sec === again?.sec && born?.nsec === again?.nsec;
}

/** Opens a file by its path; returns its number, or null when that is not the file any more. */
export async function reopen(
  link: ClientLink,
  file: { readonly path: string | undefined; readonly flags: number },
  identity: FileInfo,
): Promise<number | bigint | null> {
  const { path = "/", flags } = file;
  const waiter = new PendingReply(
    OpCode.Open,
    ({ handle, stat }) => ({ handle, info: stat && fileInfoOf(stat, "", 2) }),
    { syscall: "open", path },
  );
  link.post(new VFSRequest({ op: OpCode.Open, path, flags: flags & ~ONCE }), waiter);
  try {
    const { handle, info } = await waiter.promise;
    if (info !== null && sameInode(identity, info)) return handle;
    const release = new PendingReply(OpCode.Release, () => {}, { syscall: "close", path });
    link.post(new VFSRequest({ op: OpCode.Release, handle }), release);
    await release.promise;
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
  }
  return null;
}
