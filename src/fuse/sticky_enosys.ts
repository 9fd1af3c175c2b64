/**
 * Which refusals the kernel remembers.
 *
 * @module
 */
import { ERRNO, type Errno } from "../base/mod.ts";
import { Opcode } from "./opcode.ts";

/**
 * Opcodes whose ENOSYS the kernel takes for the whole mount: it never asks again, and for OPEN, OPENDIR
 * and FLUSH even goes on as if they had succeeded (`fs/fuse/file.c`, `dir.c`, `xattr.c`).
 */
const STICKY: ReadonlySet<number> = new Set([
  Opcode.OPEN,
  Opcode.OPENDIR,
  Opcode.CREATE,
  Opcode.FLUSH,
  Opcode.FSYNC,
  Opcode.FSYNCDIR,
  Opcode.ACCESS,
  Opcode.GETXATTR,
  Opcode.SETXATTR,
  Opcode.LISTXATTR,
  Opcode.REMOVEXATTR,
  Opcode.LSEEK,
  Opcode.FALLOCATE,
  Opcode.COPY_FILE_RANGE,
  Opcode.COPY_FILE_RANGE_64,
  Opcode.RENAME2,
  Opcode.LINK,
  Opcode.TMPFILE,
  Opcode.STATX,
  Opcode.SYNCFS,
  Opcode.POLL,
  Opcode.BMAP,
]);

/**
 * What the kernel is told when something was thrown. A provider that throws ENOSYS means one file, so
 * where the kernel would draw a conclusion for all of them it hears EOPNOTSUPP. A node that knows better
 * returns `ERRNO.ENOSYS` instead of throwing.
 */
export function unstuck(opcode: number, errno: Errno): Errno {
  return errno === ERRNO.ENOSYS && STICKY.has(opcode) ? ERRNO.EOPNOTSUPP : errno;
}
