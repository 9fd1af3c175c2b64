/**
 * Go's `fs.FileMode`, which version 1 sends in place of `st_mode`.
 *
 * @module
 */
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
} from "../base/mod.ts";

/** The bits of Go's FileMode (package `io/fs`), each 0 to 2^32 - 1. */
export const GoMode = {
  /** A directory. */
  Dir: 0x8000_0000,
  /** Append only. */
  Append: 0x4000_0000,
  /** Exclusive use. */
  Exclusive: 0x2000_0000,
  /** Temporary file. */
  Temporary: 0x1000_0000,
  /** A symbolic link. */
  Symlink: 0x0800_0000,
  /** A device. */
  Device: 0x0400_0000,
  /** A named pipe. */
  NamedPipe: 0x0200_0000,
  /** A socket. */
  Socket: 0x0100_0000,
  /** Set-user-ID. */
  Setuid: 0x0080_0000,
  /** Set-group-ID. */
  Setgid: 0x0040_0000,
  /** With Device: a character device. */
  CharDevice: 0x0020_0000,
  /** The sticky bit. */
  Sticky: 0x0010_0000,
  /** None of the known types. */
  Irregular: 0x0008_0000,
} as const;

const PERMISSIONS = 0o777;

function typeToGo(type: number): number {
  switch (type) {
    case S_IFREG:
      return 0;
    case S_IFDIR:
      return GoMode.Dir;
    case S_IFLNK:
      return GoMode.Symlink;
    case S_IFIFO:
      return GoMode.NamedPipe;
    case S_IFSOCK:
      return GoMode.Socket;
    case S_IFBLK:
      return GoMode.Device;
    case S_IFCHR:
      return GoMode.Device | GoMode.CharDevice;
    default:
      return GoMode.Irregular;
  }
}

/** Go's FileMode for a `st_mode`. */
export function toGoFileMode(mode: number): number {
  let bits = typeToGo(mode & S_IFMT) | (mode & PERMISSIONS);
  if ((mode & S_ISUID) !== 0) bits |= GoMode.Setuid;
  if ((mode & S_ISGID) !== 0) bits |= GoMode.Setgid;
  if ((mode & S_ISVTX) !== 0) bits |= GoMode.Sticky;
  return bits >>> 0;
}

function typeFromGo(bits: number): number {
  if ((bits & GoMode.Dir) !== 0) return S_IFDIR;
  if ((bits & GoMode.Symlink) !== 0) return S_IFLNK;
  if ((bits & GoMode.NamedPipe) !== 0) return S_IFIFO;
  if ((bits & GoMode.Socket) !== 0) return S_IFSOCK;
  if ((bits & GoMode.Device) !== 0) {
    return (bits & GoMode.CharDevice) !== 0 ? S_IFCHR : S_IFBLK;
  }
  return (bits & GoMode.Irregular) !== 0 ? 0 : S_IFREG;
}

/** The `st_mode` for Go's FileMode. */
export function fromGoFileMode(bits: number): number {
  let mode = typeFromGo(bits) | (bits & PERMISSIONS);
  if ((bits & GoMode.Setuid) !== 0) mode |= S_ISUID;
  if ((bits & GoMode.Setgid) !== 0) mode |= S_ISGID;
  if ((bits & GoMode.Sticky) !== 0) mode |= S_ISVTX;
  return mode;
}
