/**
 * Attributes of nodes that live in memory.
 *
 * @module
 */
import { MODE_PERMISSIONS } from "../base/mod.ts";
import { type Attr, FATTR, type SetAttrIn } from "../fuse/mod.ts";

/** What {@linkcode MemRegularFile} and {@linkcode MemSymlink} can be given at the start. */
export interface MemAttrInit {
  /** Permission bits. Default 0, which the library shows as 644 unless `nullPermissions` is set. */
  readonly mode?: number;
  /** Owner. Default 0. */
  readonly uid?: number;
  /** Group. Default 0. */
  readonly gid?: number;
  /** Time of the last change, milliseconds since 1970. Default: now. */
  readonly mtimeMs?: number;
}

/** A time in the kernel's two parts. */
interface Time {
  sec: number;
  nsec: number;
}

function timeOf(ms: number): Time {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.round((ms - sec * 1000) * 1e6) };
}

function now(): Time {
  return timeOf(Date.now());
}

/** Permissions, owner and times; size and type belong to the node. */
export class MemAttr {
  /** Permission bits. */
  mode: number;
  /** Owner. */
  uid: number;
  /** Group. */
  gid: number;
  #atime: Time;
  #mtime: Time;
  #ctime: Time;

  /** The times begin with `mtimeMs`. */
  constructor(init: MemAttrInit = {}) {
    this.mode = (init.mode ?? 0) & MODE_PERMISSIONS;
    this.uid = init.uid ?? 0;
    this.gid = init.gid ?? 0;
    this.#atime = this.#mtime = this.#ctime = timeOf(init.mtimeMs ?? Date.now());
  }

  /** The content has changed just now. */
  touch(): void {
    this.#mtime = this.#ctime = now();
  }

  /** Writes them to `attr`, with `nlink` names. */
  fill(attr: Attr, size: number, nlink: number): void {
    attr.mode = this.mode;
    attr.uid = this.uid;
    attr.gid = this.gid;
    attr.size = size;
    attr.nlink = nlink;
    attr.atime = this.#atime.sec;
    attr.atimensec = this.#atime.nsec;
    attr.mtime = this.#mtime.sec;
    attr.mtimensec = this.#mtime.nsec;
    attr.ctime = this.#ctime.sec;
    attr.ctimensec = this.#ctime.nsec;
  }

  /** Takes over what SETATTR names, but the size. */
  apply(input: SetAttrIn): void {
    if (input.has(FATTR.MODE)) this.mode = input.mode & MODE_PERMISSIONS;
    if (input.has(FATTR.UID)) this.uid = input.uid;
    if (input.has(FATTR.GID)) this.gid = input.gid;
    if (input.has(FATTR.ATIME)) {
      const { atime: sec, atimensec: nsec } = input;
      this.#atime = input.has(FATTR.ATIME_NOW) ? now() : { sec, nsec };
    }
    if (input.has(FATTR.MTIME)) {
      const { mtime: sec, mtimensec: nsec } = input;
      this.#mtime = input.has(FATTR.MTIME_NOW) ? now() : { sec, nsec };
    }
    this.#ctime = now();
  }
}
