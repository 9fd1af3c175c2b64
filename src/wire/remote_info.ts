/**
 * Messages to what the contract hands out.
 *
 * @module
 */
import { S_IFMT } from "../base/mod.ts";
import { FileInfo, type Timespec } from "../provider/mod.ts";
import type { WireVersion } from "./codec.ts";
import { fromGoFileMode } from "./go_file_mode.ts";
import type { VFSStat } from "./vfs_stat.ts";

function timespec(sec: number, nsec: number): Timespec {
  return { sec, nsec };
}

/** The attributes of a message. Version 1 tells little: the rest has the contract's defaults. */
export function fileInfoOf(stat: VFSStat, name: string, version: WireVersion): FileInfo {
  const mtime = timespec(stat.modTime, stat.mtimeNs);
  if (version === 1) {
    return new FileInfo({
      name,
      mode: fromGoFileMode(stat.mode),
      size: stat.size,
      ino: stat.ino,
      mtime,
    });
  }
  return new FileInfo({
    name,
    mode: stat.mode,
    size: stat.size,
    ino: stat.ino,
    nlink: stat.nlink,
    uid: stat.uid,
    gid: stat.gid,
    rdev: stat.rdev,
    blocks: stat.blocks,
    blksize: stat.blksize,
    atime: timespec(stat.atime, stat.atimeNs),
    mtime,
    ctime: timespec(stat.ctime, stat.ctimeNs),
    birthtime: stat.btime === 0 && stat.btimeNs === 0
      ? undefined
      : timespec(stat.btime, stat.btimeNs),
  });
}

/** The type bits of an entry's mode. */
export function entryType(mode: number, version: WireVersion): number {
  return (version === 1 ? fromGoFileMode(mode) : mode) & S_IFMT;
}
