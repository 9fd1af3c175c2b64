/**
 * What the kernel is told when something was thrown.
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
 * The errno for a program, for one that was thrown here. A provider that throws ENOSYS means one file, so
 * where the kernel would draw a conclusion for all of them it hears EOPNOTSUPP. EMFILE is the limit of this
 * process: the program, which has descriptors left, hears that of the system, ENFILE. A node that knows
 * better returns an errno instead of throwing.
 */
export function toldErrno(opcode: number, errno: Errno): Errno {
  if (errno === ERRNO.EMFILE) return ERRNO.ENFILE;
  return errno === ERRNO.ENOSYS && STICKY.has(opcode) ? ERRNO.EOPNOTSUPP : errno;
}
