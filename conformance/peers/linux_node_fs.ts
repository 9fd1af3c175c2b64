/**
 * `node:fs` over system calls.
 *
 * @module
 */
import type { Timespec } from "../../src/provider/mod.ts";
import { LinuxCaller } from "../linux/linux_caller.ts";
import type { Stat } from "../system_calls.ts";
import type { NodeFs, NodeStats } from "./node_fs.ts";

function milliseconds({ sec, nsec }: Timespec): number {
  return sec * 1000 + Math.floor(nsec / 1e6);
}

function statsOf({ mode, size, ino, nlink, uid, gid, atime, mtime, ctime }: Stat): NodeStats {
  const [atimeMs, mtimeMs, ctimeMs] = [atime, mtime, ctime].map(milliseconds);
  const times = { atimeMs: atimeMs ?? 0, mtimeMs: mtimeMs ?? 0, ctimeMs: ctimeMs ?? 0 };
  return { mode, size, ino: Number(ino), nlink, uid, gid, ...times };
}

function timespec(time: Date): Timespec {
  const ms = time.getTime();
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: (ms - sec * 1000) * 1e6 };
}

/** Linux, in the words of `node:fs`: Deno's own differs from Linux here and there. */
export function linuxNodeFs(): NodeFs {
  const linux = new LinuxCaller();
  return {
    openSync: (path, flags, mode) => linux.open(path, flags, mode),
    closeSync: (fd) => linux.close(fd),
    readSync(fd, buffer, at, size, offset) {
      const data = linux.pread(fd, size, offset);
      buffer.set(data, at);
      return data.length;
    },
    writeSync(fd, data, at, size, offset) {
      const part = data.subarray(at, at + size);
      return offset === null ? linux.write(fd, part) : linux.pwrite(fd, part, offset);
    },
    fstatSync: (fd) => statsOf(linux.fstat(fd)),
    fsyncSync: (fd) => linux.fsync(fd, false),
    fdatasyncSync: (fd) => linux.fsync(fd, true),
    ftruncateSync: (fd, size) => linux.ftruncate(fd, size),
    fchmodSync: (fd, mode) => linux.fchmod(fd, mode),
    fchownSync: (fd, uid, gid) => linux.fchown(fd, uid, gid),
    futimesSync: (fd, atime, mtime) => linux.futimens(fd, timespec(atime), timespec(mtime)),
    statSync: (path) => statsOf(linux.stat(path)),
    lstatSync: (path) => statsOf(linux.lstat(path)),
    readdirSync: (path) => linux.readdir(path).map(({ name }) => name),
    mkdirSync: (path, mode) => linux.mkdir(path, mode),
    rmdirSync: (path) => linux.rmdir(path),
    unlinkSync: (path) => linux.unlink(path),
    renameSync: (from, to) => linux.rename(from, to),
    linkSync: (existing, path) => linux.link(existing, path),
    symlinkSync: (target, path) => linux.symlink(target, path),
    readlinkSync: (path) => linux.readlink(path),
    chmodSync: (path, mode) => linux.chmod(path, mode),
    chownSync: (path, uid, gid) => linux.chown(path, uid, gid),
    lchownSync: (path, uid, gid) => linux.lchown(path, uid, gid),
    utimesSync: (path, atime, mtime) => linux.utimens(path, timespec(atime), timespec(mtime)),
    lutimesSync: (path, atime, mtime) => linux.lutimens(path, timespec(atime), timespec(mtime)),
    truncateSync: (path, size) => linux.truncate(path, size),
  };
}
