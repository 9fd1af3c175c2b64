/**
 * `struct fuse_lk_in` and `fuse_file_lock`: locks as the kernel writes them.
 *
 * @module
 */
import { type FileLock, LOCK_END_MAX } from "../provider/mod.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, FUSE_LK_FLOCK } from "./abi.ts";
import { readU64, readU64Exact, write64 } from "./word64.ts";

/** Size of `struct fuse_lk_in`. */
export const LK_IN_SIZE = 48;
/** Size of `struct fuse_lk_out`. */
export const LK_OUT_SIZE = 24;

/** `OFFSET_MAX` of the kernel: a lock to the end of the file. */
const OFFSET_MAX = 0x7fff_ffff_ffff_ffffn;

/** Reads the lock of a `fuse_lk_in` at `offset`. */
export function decodeLock(view: DataView, offset: number): FileLock {
  const end = readU64Exact(view, offset + 24);
  const type = view.getUint32(offset + 32, true);
  return {
    kind: (view.getUint32(offset + 40, true) & FUSE_LK_FLOCK) !== 0 ? "flock" : "posix",
    type: type === F_RDLCK ? "read" : type === F_WRLCK ? "write" : "unlock",
    start: readU64(view, offset + 16),
    end: typeof end === "bigint" ? LOCK_END_MAX : end,
    owner: readU64Exact(view, offset + 8),
    pid: view.getUint32(offset + 36, true),
  };
}

/** Writes a `fuse_lk_out` at `offset`: the lock in the way, or that none is. */
export function encodeLock(view: DataView, offset: number, lock: FileLock | null): void {
  write64(view, offset, lock?.start ?? 0);
  const end = lock?.end ?? 0;
  write64(view, offset + 8, end === LOCK_END_MAX ? OFFSET_MAX : end);
  const type = lock === null ? F_UNLCK : lock.type === "read" ? F_RDLCK : F_WRLCK;
  view.setUint32(offset + 16, type, true);
  view.setUint32(offset + 20, lock?.pid ?? 0, true);
}
