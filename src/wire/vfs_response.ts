/**
 * A reply or a notice as a message.
 *
 * @module
 */
import type { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSHello, VFSLock, VFSStatFs } from "./vfs_parts.ts";
import { NO_DATA } from "./vfs_request.ts";
import type { VFSStat } from "./vfs_stat.ts";

/**
 * Kinds of notices, by their number: those of `WatchEvent`, the end of a watch, that of a lease, and that there are no
 * more of these.
 */
export const NOTICES = [
  "",
  "entry",
  "content",
  "attributes",
  "overflow",
  "ended",
  "over",
  "told",
] as const;

/**
 * Seed 1's `VFSResponse`, and below it what version 2 adds. `data` is a view of the frame it came in:
 * it is good until the next message is read.
 */
export class VFSResponse {
  /** 0, or a negated Linux errno. */
  err = 0;
  /** The attributes. */
  stat: VFSStat | null = null;
  /** Bytes read. */
  data: Uint8Array = NO_DATA;
  /** Bytes written. */
  written = 0;
  /** The open file. */
  handle: number | bigint = 0;
  /** The entries of a listing. */
  entries: readonly VFSDirEntry[] | null = null;

  /** The request's number; 0 for replies in order and for notices. */
  id = 0;
  /** A position. */
  offset = 0;
  /** Names of extended attributes. */
  names: readonly string[] | null = null;
  /** The filesystem's attributes. */
  fs: VFSStatFs | null = null;
  /** A lock in the way. */
  lock: VFSLock | null = null;
  /** The server's answer to Hello. */
  hello: VFSHello | null = null;
  /** Number of a listing that goes on. */
  cursor = 0;
  /** Kind of a notice, as an index of `NOTICES`; 0 for a reply. */
  notice = 0;
  /** The path that a notice is about. */
  path = "";
  /** The number of the descriptor of the opened file that has been passed; 0 for none. */
  passed = 0;

  /** Takes the fields of `init`; the rest is 0, empty or null. */
  constructor(init?: Partial<VFSResponse>) {
    if (init !== undefined) Object.assign(this, init);
  }

  /** Back to 0, empty and null, to be used again. */
  clear(): void {
    this.err = 0;
    this.stat = null;
    this.data = NO_DATA;
    this.written = 0;
    this.handle = 0;
    this.entries = null;
    this.id = 0;
    this.offset = 0;
    this.names = null;
    this.fs = null;
    this.lock = null;
    this.hello = null;
    this.cursor = 0;
    this.notice = 0;
    this.path = "";
    this.passed = 0;
  }
}
