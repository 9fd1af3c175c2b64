/**
 * The operations of the wire: one row each.
 *
 * @module
 */

/** The number of an operation. 0 to 18 are version 1, as in seed 1; 32 and above are version 2. */
export const OpCode = {
  /** The attributes of a path. */
  Lookup: 0,
  /** The attributes of a path or of an open file. */
  Getattr: 1,
  /** Changes attributes. */
  Setattr: 2,
  /** Reads from an open file. */
  Read: 3,
  /** Writes to an open file. */
  Write: 4,
  /** Creates and opens a file. */
  Create: 5,
  /** Makes a directory. */
  Mkdir: 6,
  /** Removes a name that is not a directory. */
  Unlink: 7,
  /** Removes an empty directory. */
  Rmdir: 8,
  /** Renames. */
  Rename: 9,
  /** Opens a file. */
  Open: 10,
  /** Closes an open file. */
  Release: 11,
  /** Lists a directory. */
  Readdir: 12,
  /** Makes data durable. */
  Fsync: 13,
  /** Makes a directory and those above it. */
  MkdirAll: 14,
  /** Sets the size of a file. */
  Truncate: 15,
  /** Makes a symbolic link. */
  Symlink: 16,
  /** Reads a symbolic link. */
  Readlink: 17,
  /** Makes a hard link. */
  Link: 18,
  /** Agrees on a version. */
  Hello: 32,
  /** Takes a request back. */
  Cancel: 33,
  /** Sizes and limits of the filesystem. */
  Statfs: 34,
  /** Makes a pipe, socket, device node or file. */
  Mknod: 35,
  /** Reads an extended attribute. */
  GetXattr: 36,
  /** Sets an extended attribute. */
  SetXattr: 37,
  /** Names of the extended attributes. */
  ListXattr: 38,
  /** Removes an extended attribute. */
  RemoveXattr: 39,
  /** `fallocate(2)`. */
  Allocate: 40,
  /** SEEK_DATA and SEEK_HOLE. */
  Seek: 41,
  /** Copies between open files. */
  CopyRange: 42,
  /** A lock in the way. */
  GetLock: 43,
  /** Takes or releases a lock. */
  SetLock: 44,
  /** Removes a path and everything below. */
  RemoveAll: 45,
  /** Removes a file or an empty directory. */
  Remove: 46,
  /** Asks for notices. */
  Watch: 47,
  /** Ends a watch. */
  Unwatch: 48,
  /** Leases a directory. */
  Lease: 49,
  /** Goes on through shared memory. */
  Share: 50,
} as const;

/** The number of an operation. */
export type OpCode = (typeof OpCode)[keyof typeof OpCode];

/** The name of an operation. */
export type OpName = keyof typeof OpCode;

const NAMES: (OpName | undefined)[] = [];
for (const [name, number] of Object.entries(OpCode)) {
  if (isOpName(name)) NAMES[number] = name;
}

function isOpName(name: string): name is OpName {
  return Object.hasOwn(OpCode, name);
}

/** The name of an operation's number, or undefined for a number that has none. */
export function opName(op: number): OpName | undefined {
  return NAMES[op];
}

/** Bits of `set`: which attributes a Setattr changes, and how. */
export const SetBits = {
  /** Permission bits from `mode`. */
  Mode: 1,
  /** Owner from `owner` and group from `group`; 2^32 - 1 leaves one as it is, as in `chown(2)`. */
  Owner: 2,
  /** Size from `off`. */
  Size: 4,
  /** Times, as the next four bits say; without any of those they stay, as with UTIME_OMIT. */
  Times: 8,
  /** Access time from `times`. */
  Atime: 16,
  /** Modification time from `times`. */
  Mtime: 32,
  /** Access time from the server's clock. */
  AtimeNow: 64,
  /** Modification time from the server's clock. */
  MtimeNow: 128,
  /** A final symbolic link is changed itself. */
  NoFollow: 256,
  /** The reply has the attributes afterwards. */
  WantStat: 512,
  /** Open and Create: the client can do with a descriptor of the file. */
  WantFile: 1024,
} as const;

/** Owner or group that stays as it is: -1 in 32 bits. */
export const KEEP_ID = 0xffff_ffff;
