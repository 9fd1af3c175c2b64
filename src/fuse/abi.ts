/**
 * Numbers of `linux/fuse.h`, protocol 7.45, under the kernel's names.
 *
 * @module
 */

/** `FUSE_KERNEL_VERSION`: the major version, which must be equal on both sides. */
export const FUSE_KERNEL_VERSION = 7;
/** `FUSE_KERNEL_MINOR_VERSION` that this code speaks; older kernels down to {@linkcode MINOR_MIN}. */
export const FUSE_KERNEL_MINOR_VERSION = 45;
/** The oldest minor version that is served: 7.31 is Linux 5.4, the first with all structs used here. */
export const MINOR_MIN = 31;
/** `FUSE_ROOT_ID`: the node id of the root. */
export const FUSE_ROOT_ID = 1;

/** Size of `struct fuse_in_header`. */
export const IN_HEADER_SIZE = 40;
/** Size of `struct fuse_out_header`. */
export const OUT_HEADER_SIZE = 16;

/** Bits of `fuse_setattr_in.valid`. */
export const FATTR = {
  MODE: 1 << 0,
  UID: 1 << 1,
  GID: 1 << 2,
  SIZE: 1 << 3,
  ATIME: 1 << 4,
  MTIME: 1 << 5,
  FH: 1 << 6,
  ATIME_NOW: 1 << 7,
  MTIME_NOW: 1 << 8,
  LOCKOWNER: 1 << 9,
  CTIME: 1 << 10,
  KILL_SUIDGID: 1 << 11,
} as const;

/** Bits of `fuse_open_out.open_flags`. */
export const FOPEN = {
  DIRECT_IO: 1 << 0,
  KEEP_CACHE: 1 << 1,
  NONSEEKABLE: 1 << 2,
  CACHE_DIR: 1 << 3,
  STREAM: 1 << 4,
  NOFLUSH: 1 << 5,
  PARALLEL_DIRECT_WRITES: 1 << 6,
  PASSTHROUGH: 1 << 7,
} as const;

/** `fuse_setxattr_in.setxattr_flags`: the file loses S_ISGID with its new ACL. */
export const FUSE_SETXATTR_ACL_KILL_SGID = 1;
/** Bits of `fuse_getattr_in.getattr_flags`. */
export const FUSE_GETATTR_FH = 1 << 0;
/** Bit of `fuse_open_in.open_flags` and `fuse_create_in.open_flags`: who empties the file has no CAP_FSETID. */
export const FUSE_OPEN_KILL_SUIDGID = 1 << 0;
/** Bit of `fuse_lk_in.lk_flags`: an flock lock, not a record lock. */
export const FUSE_LK_FLOCK = 1 << 0;
/** Bits of `fuse_write_in.write_flags`. */
export const FUSE_WRITE = { CACHE: 1 << 0, LOCKOWNER: 1 << 1, KILL_SUIDGID: 1 << 2 } as const;
/** Bits of `fuse_release_in.release_flags`. */
export const FUSE_RELEASE = { FLUSH: 1 << 0, FLOCK_UNLOCK: 1 << 1 } as const;
/** Bit of `fuse_fsync_in.fsync_flags`. */
export const FUSE_FSYNC_FDATASYNC = 1 << 0;

/** Bit of `fuse_poll_in.flags`: the kernel waits for a notice. */
export const FUSE_POLL_SCHEDULE_NOTIFY = 1 << 0;

/** Codes of unsolicited messages to the kernel (`enum fuse_notify_code`). */
export const NotifyCode = {
  POLL: 1,
  INVAL_INODE: 2,
  INVAL_ENTRY: 3,
  STORE: 4,
  RETRIEVE: 5,
  DELETE: 6,
  RESEND: 7,
  INC_EPOCH: 8,
  PRUNE: 9,
} as const;

/** Types of locks (`fcntl(2)`). */
export const F_RDLCK = 0;
/** An exclusive lock. */
export const F_WRLCK = 1;
/** No lock. */
export const F_UNLCK = 2;

/** The ioctls of the fuse descriptor. */
export const FUSE_DEV_IOC = {
  CLONE: 0x8004e500,
  BACKING_OPEN: 0x4010e501,
  BACKING_CLOSE: 0x4004e502,
} as const;
