/**
 * Attributes to messages.
 *
 * @module
 */
import type { FileInfo } from "../provider/mod.ts";
import { toGoFileMode } from "./go_file_mode.ts";
import { goClean, hashDeviceInode, hashPath } from "./inode_hash.ts";
import { encodeHigh, encodeLow } from "./inode_halves.ts";
import type { VFSStat } from "./vfs_stat.ts";

/** Where the inode numbers of version 1 come from. */
export type InodeSource = "provider" | "path";

/** The device and inode of a real file, when the provider handed them along as Go's `Sys()` does. */
function realFile(sys: unknown): { dev: number | bigint; ino: number | bigint } | undefined {
  if (typeof sys !== "object" || sys === null || !("dev" in sys) || !("ino" in sys)) {
    return undefined;
  }
  const { dev, ino } = sys;
  if (typeof dev !== "number" && typeof dev !== "bigint") return undefined;
  if (typeof ino !== "number" && typeof ino !== "bigint") return undefined;
  return ino === 0 || ino === 0n ? undefined : { dev, ino };
}

/** The inode number of version 1: the provider's own where it has one, or made from the path. */
export function setInode(
  stat: VFSStat,
  info: FileInfo,
  cleanedPath: string,
  source: InodeSource,
): void {
  if (source === "provider" && info.ino !== 0) {
    const real = realFile(info.sys);
    if (real !== undefined) {
      hashDeviceInode(real.dev, real.ino, stat);
    } else {
      stat.inoHigh = encodeHigh(info.ino);
      stat.inoLow = encodeLow(info.ino);
    }
  } else {
    hashPath(cleanedPath, info.isDir, stat);
  }
}

/** The attributes as version 1 sends them. `path` is as the client wrote it. */
export function setStatV1(
  stat: VFSStat,
  info: FileInfo,
  path: string,
  source: InodeSource,
): void {
  stat.size = info.size;
  stat.mode = toGoFileMode(info.mode);
  stat.modTime = info.mtime.sec;
  stat.isDir = info.isDir;
  setInode(stat, info, goClean(path), source);
}

/** The attributes as version 2 sends them. */
export function setStatV2(stat: VFSStat, info: FileInfo): void {
  stat.size = info.size;
  stat.mode = info.mode;
  stat.modTime = info.mtime.sec;
  stat.isDir = info.isDir;
  stat.inoHigh = encodeHigh(info.ino);
  stat.inoLow = encodeLow(info.ino);
  stat.nlink = info.nlink;
  stat.uid = info.uid;
  stat.gid = info.gid;
  stat.rdev = info.rdev;
  stat.blocks = info.blocks;
  stat.blksize = info.blksize;
  stat.atime = info.atime.sec;
  stat.atimeNs = info.atime.nsec;
  stat.mtimeNs = info.mtime.nsec;
  stat.ctime = info.ctime.sec;
  stat.ctimeNs = info.ctime.nsec;
  stat.btime = info.birthtime?.sec ?? 0;
  stat.btimeNs = info.birthtime?.nsec ?? 0;
}
