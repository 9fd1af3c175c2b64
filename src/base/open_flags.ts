/**
 * The flags of `open(2)`, `renameat2(2)`, `fallocate(2)`, `lseek(2)` and `setxattr(2)` as Linux on
 * x86-64 numbers them. (arm64 numbers O_DIRECTORY, O_NOFOLLOW, O_DIRECT and O_LARGEFILE differently:
 * `src/libc` and `src/fuse` translate where the kernel is spoken to.)
 *
 * @module
 */

/** Open for reading only. */
export const O_RDONLY = 0;
/** Open for writing only. */
export const O_WRONLY = 1;
/** Open for reading and writing. */
export const O_RDWR = 2;
/** The bits that hold the access mode. */
export const O_ACCMODE = 3;
/** Create the file when it is not there. */
export const O_CREAT = 0o100;
/** With O_CREAT: fail with EEXIST when the name exists, also as a dangling link. */
export const O_EXCL = 0o200;
/** Do not become the controlling terminal; without meaning here. */
export const O_NOCTTY = 0o400;
/** Truncate a regular file to length 0. */
export const O_TRUNC = 0o1000;
/** Every write goes to the end of the file at that moment. */
export const O_APPEND = 0o2000;
/** Do not block. */
export const O_NONBLOCK = 0o4000;
/** Writes complete with data integrity. */
export const O_DSYNC = 0o10000;
/** Bypass the page cache. */
export const O_DIRECT = 0o40000;
/** Allow files over 2 GiB; always on. */
export const O_LARGEFILE = 0o100000;
/** Fail with ENOTDIR unless the path is a directory. */
export const O_DIRECTORY = 0o200000;
/** Fail with ELOOP when the final component is a symbolic link. */
export const O_NOFOLLOW = 0o400000;
/** Do not update the access time. */
export const O_NOATIME = 0o1000000;
/** Close on exec. */
export const O_CLOEXEC = 0o2000000;
/** Writes complete with file integrity. */
export const O_SYNC = 0o4010000;
/** Only locate the file: no reading or writing. */
export const O_PATH = 0o10000000;
/** Create an unnamed file in a directory; includes O_DIRECTORY. */
export const O_TMPFILE = 0o20200000;

/** Seek from the start of the file. */
export const SEEK_SET = 0;
/** Seek from the current position. */
export const SEEK_CUR = 1;
/** Seek from the end of the file. */
export const SEEK_END = 2;
/** Seek to the next data at or after the offset. */
export const SEEK_DATA = 3;
/** Seek to the next hole at or after the offset. */
export const SEEK_HOLE = 4;

/** `renameat2`: fail with EEXIST when the new path exists. */
export const RENAME_NOREPLACE = 1;
/** `renameat2`: exchange the two paths atomically. */
export const RENAME_EXCHANGE = 2;
/** `renameat2`: leave a whiteout at the old path. */
export const RENAME_WHITEOUT = 4;

/** `fallocate`: do not change the file's size. */
export const FALLOC_FL_KEEP_SIZE = 1;
/** `fallocate`: free the range; must come with KEEP_SIZE. */
export const FALLOC_FL_PUNCH_HOLE = 2;
/** `fallocate`: remove the range and join what is around it. */
export const FALLOC_FL_COLLAPSE_RANGE = 8;
/** `fallocate`: make the range read as zeros. */
export const FALLOC_FL_ZERO_RANGE = 16;
/** `fallocate`: insert a hole and move what follows. */
export const FALLOC_FL_INSERT_RANGE = 32;

/** `setxattr`: fail with EEXIST when the attribute exists. */
export const XATTR_CREATE = 1;
/** `setxattr`: fail with ENODATA when the attribute does not exist. */
export const XATTR_REPLACE = 2;

/** Whether the access mode allows reading. */
export function allowsRead(flags: number): boolean {
  return (flags & O_ACCMODE) !== O_WRONLY;
}

/** Whether the access mode allows writing. */
export function allowsWrite(flags: number): boolean {
  return (flags & O_ACCMODE) !== O_RDONLY;
}
