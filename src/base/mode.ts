/**
 * The bits of `st_mode` (`inode(7)`), as Linux has them. Go's `FileMode` exists only in the wire v1
 * codec.
 *
 * @module
 */

/** The bits that hold the type of a file. */
export const S_IFMT = 0o170000;
/** A socket. */
export const S_IFSOCK = 0o140000;
/** A symbolic link. */
export const S_IFLNK = 0o120000;
/** A regular file. */
export const S_IFREG = 0o100000;
/** A block device. */
export const S_IFBLK = 0o060000;
/** A directory. */
export const S_IFDIR = 0o040000;
/** A character device. */
export const S_IFCHR = 0o020000;
/** A named pipe. */
export const S_IFIFO = 0o010000;
/** Set-user-ID. */
export const S_ISUID = 0o4000;
/** Set-group-ID. */
export const S_ISGID = 0o2000;
/** The sticky bit. */
export const S_ISVTX = 0o1000;
/** All bits that chmod can change. */
export const MODE_PERMISSIONS = 0o7777;

/** Whether the mode is a directory's. */
export function isDirectory(mode: number): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

/** Whether the mode is a regular file's. */
export function isRegular(mode: number): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

/** Whether the mode is a symbolic link's. */
export function isSymlink(mode: number): boolean {
  return (mode & S_IFMT) === S_IFLNK;
}

/** The mode as `ls -l` shows it: `drwxr-sr-t`. */
export function formatMode(mode: number): string {
  const type = "?pc?d?b?-?l?s???".charAt((mode & S_IFMT) >> 12);
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = (mode >> shift) & 7;
    const set = (mode & special) !== 0;
    const last = (bits & 1) !== 0 ? (set ? letter : "x") : set ? letter.toUpperCase() : "-";
    return ((bits & 4) !== 0 ? "r" : "-") + ((bits & 2) !== 0 ? "w" : "-") + last;
  };
  return type + triple(6, S_ISUID, "s") + triple(3, S_ISGID, "s") + triple(0, S_ISVTX, "t");
}
