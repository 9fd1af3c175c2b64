/**
 * A request as a message.
 *
 * @module
 */
import type { VFSLock, VFSTimes } from "./vfs_parts.ts";

/** No bytes at all. */
export const NO_DATA: Uint8Array = new Uint8Array(0);

/**
 * Seed 1's `VFSRequest`, and below it what version 2 adds. A field that is 0, empty or null is not
 * sent. `data` is a view of the frame it came in: it is good until the request has been answered.
 */
export class VFSRequest {
  /** The operation. */
  op = 0;
  /** The path. */
  path = "";
  /** The second path of rename and link; the target of a symbolic link. */
  newPath = "";
  /** The open file. */
  handle: number | bigint = 0;
  /** Offset, or new size. */
  offset: number | bigint = 0;
  /** Bytes to read. */
  size = 0;
  /** Bytes to write. */
  data: Uint8Array = NO_DATA;
  /** Linux open flags, or flags of the operation. */
  flags = 0;
  /** Permission bits; in Mknod with the type. */
  mode = 0;
  /** The caller's user id. */
  uid = 0;
  /** The caller's group id. */
  gid = 0;

  /** Number of the request, which its reply carries back; 0 for none. */
  id = 0;
  /** The caller's process id. */
  pid = 0;
  /** Version, in Hello. */
  version = 0;
  /** Name of an extended attribute. */
  name = "";
  /** What Setattr changes: see `SetBits`. */
  set = 0;
  /** New owner. */
  owner = 0;
  /** New group. */
  group = 0;
  /** Length of a range in bytes. */
  length = 0;
  /** The second open file, in CopyRange. */
  handle2: number | bigint = 0;
  /** Offset in the second open file. */
  offset2 = 0;
  /** Device number. */
  rdev = 0;
  /** Times to set. */
  times: VFSTimes | null = null;
  /** A lock. */
  lock: VFSLock | null = null;
  /** Number of a listing. */
  cursor = 0;
  /** The id of the request to cancel. */
  ref = 0;

  /** Takes the fields of `init`; the rest is 0, empty or null. */
  constructor(init?: Partial<VFSRequest>) {
    if (init !== undefined) Object.assign(this, init);
  }

  /** Back to 0, empty and null, to be used again. */
  clear(): void {
    this.op = 0;
    this.path = "";
    this.newPath = "";
    this.handle = 0;
    this.offset = 0;
    this.size = 0;
    this.data = NO_DATA;
    this.flags = 0;
    this.mode = 0;
    this.uid = 0;
    this.gid = 0;
    this.id = 0;
    this.pid = 0;
    this.version = 0;
    this.name = "";
    this.set = 0;
    this.owner = 0;
    this.group = 0;
    this.length = 0;
    this.handle2 = 0;
    this.offset2 = 0;
    this.rdev = 0;
    this.times = null;
    this.lock = null;
    this.cursor = 0;
    this.ref = 0;
  }
}
