/**
 * New times as a message.
 *
 * @module
 */
import type { TimeChange } from "../provider/mod.ts";
import { KEEP_ID, SetBits } from "./op_code.ts";
import { VFSTimes } from "./vfs_parts.ts";
import type { VFSRequest } from "./vfs_request.ts";

/** Puts new times into a Setattr. */
export function setTimes(request: VFSRequest, atime: TimeChange, mtime: TimeChange): void {
  request.set |= SetBits.Times;
  if (atime === "now") request.set |= SetBits.AtimeNow;
  if (mtime === "now") request.set |= SetBits.MtimeNow;
  const access = typeof atime === "object" ? atime : null;
  const change = typeof mtime === "object" ? mtime : null;
  if (access === null && change === null) return;
  const times = new VFSTimes();
  if (access !== null) {
    request.set |= SetBits.Atime;
    times.atime = access.sec;
    times.atimeNs = access.nsec;
  }
  if (change !== null) {
    request.set |= SetBits.Mtime;
    times.mtime = change.sec;
    times.mtimeNs = change.nsec;
  }
  request.times = times;
}

/** Puts owner and group into a Setattr; -1 leaves one as it is. */
export function setOwner(request: VFSRequest, uid: number, gid: number): void {
  request.set |= SetBits.Owner;
  request.owner = uid === -1 ? KEEP_ID : uid;
  request.group = gid === -1 ? KEEP_ID : gid;
}
