/**
 * The smaller maps inside version 2 messages.
 *
 * @module
 */

/** Times to set, each in seconds and nanoseconds. */
export class VFSTimes {
  /** Access time in seconds. */
  atime = 0;
  /** Nanoseconds of `atime`. */
  atimeNs = 0;
  /** Modification time in seconds. */
  mtime = 0;
  /** Nanoseconds of `mtime`. */
  mtimeNs = 0;
}

/** A file lock. */
export class VFSLock {
  /** 0 a record lock, 1 a flock lock. */
  kind = 0;
  /** 0 read, 1 write, 2 unlock. */
  type = 0;
  /** First byte. */
  start = 0;
  /** Last byte, inclusive; 2^53 - 1 for the end of the file. */
  end = 0;
  /** Who holds it. */
  owner: number | bigint = 0;
  /** Process id of the holder. */
  pid = 0;
}

/** What `statvfs(3)` tells. */
export class VFSStatFs {
  /** Size of one block in bytes. */
  bsize = 0;
  /** Unit of `blocks`, `bfree` and `bavail` in bytes. */
  frsize = 0;
  /** Blocks in all. */
  blocks = 0;
  /** Free blocks. */
  bfree = 0;
  /** Free blocks for callers that are not root. */
  bavail = 0;
  /** Inodes in all. */
  files = 0;
  /** Free inodes. */
  ffree = 0;
  /** The longest name in bytes. */
  namelen = 0;
}

/** What a server says of itself. */
export class VFSHello {
  /** The version spoken from now on. */
  version = 0;
  /** Whether every change fails with EROFS. */
  readonly = false;
  /** Names of the provider's capabilities. */
  capabilities: string[] = [];
  /** Longest request frame in bytes. */
  frameMax = 0;
  /** Longest `data` in bytes. */
  dataMax = 0;
  /** Open handles. */
  handlesMax = 0;
  /** Requests at the same time. */
  inFlightMax = 0;
  /** Whether notices tell each change by others, at once, and nothing else. */
  exact = false;
  /** Whether directories can be leased. */
  leases = false;
  /** Whether there is shared memory for the connection. */
  shares = false;
}
