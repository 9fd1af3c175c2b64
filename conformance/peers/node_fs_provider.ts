/**
 * Whatever speaks `node:fs`, as a provider.
 *
 * @module
 */
import { O_APPEND, O_PATH } from "../../src/base/mod.ts";
import {
  BaseHandle,
  BaseProvider,
  type CapabilitySet,
  DirEntry,
  FileInfo,
  type TimeChange,
  type Timespec,
} from "../../src/provider/mod.ts";
import type { NodeFs, NodeStats } from "./node_fs.ts";
import { peerError, withoutWords } from "./peer.ts";

/** What `node:fs` has words for. It has statfs(), which leaves out the longest name. */
export const NODE_FS_CAPABILITIES: CapabilitySet = new Set(
  [
    "lstat",
    "symlink",
    "link",
    "chown",
    "utimes",
    "truncate",
    "inode",
    "handleAttr",
  ] as const,
);

function call<T>(run: () => T, syscall: string, path?: string): T {
  try {
    return run();
  } catch (thrown) {
    throw peerError(thrown, syscall, path);
  }
}

function timespec(ms: number): Timespec {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.round((ms - sec * 1000) * 1e6) };
}

function infoOf(name: string, stats: NodeStats): FileInfo {
  const { mode, size, ino, nlink, uid, gid, atimeMs, mtimeMs, ctimeMs } = stats;
  const [atime, mtime, ctime] = [timespec(atimeMs), timespec(mtimeMs), timespec(ctimeMs)];
  return new FileInfo({ name, mode, size, ino, nlink, uid, gid, atime, mtime, ctime });
}

/** A time as `node:fs` takes it, to the millisecond. */
function dateOf(change: TimeChange, current: number): Date {
  if (change === null) return new Date(current);
  if (change === "now") return new Date();
  const { sec, nsec } = change;
  if (nsec % 1_000_000 !== 0 || nsec < 0 || nsec >= 1e9) throw withoutWords("utimes");
  return new Date(sec * 1000 + nsec / 1e6);
}

/** What is negative means something else to `node:fs`: the position, or 0. */
function requireCount(value: number, syscall: string): void {
  if (value < 0) throw withoutWords(syscall);
}

class NodeFsHandle extends BaseHandle {
  readonly #fs: NodeFs;
  readonly #fd: number;

  constructor(fs: NodeFs, fd: number, flags: number, path: string) {
    super(flags, path);
    this.#fs = fs;
    this.#fd = fd;
  }

  override readAt(buffer: Uint8Array, offset: number): number {
    requireCount(offset, "read");
    return call(() => this.#fs.readSync(this.#fd, buffer, 0, buffer.length, offset), "read");
  }

  override writeAt(data: Uint8Array, offset: number): number {
    requireCount(offset, "write");
    // What appends is written without an offset, which every node:fs understands.
    const at = (this.flags & O_APPEND) !== 0 ? null : offset;
    return call(() => this.#fs.writeSync(this.#fd, data, 0, data.length, at), "write");
  }

  override stat(): FileInfo {
    const name = this.path?.split("/").at(-1) || "/";
    return infoOf(name, call(() => this.#fs.fstatSync(this.#fd), "stat"));
  }

  override sync(dataOnly = false): void {
    if (dataOnly) call(() => this.#fs.fdatasyncSync(this.#fd), "sync");
    else call(() => this.#fs.fsyncSync(this.#fd), "sync");
  }

  override truncate(size: number): void {
    requireCount(size, "truncate");
    call(() => this.#fs.ftruncateSync(this.#fd, size), "truncate");
  }

  override chmod(mode: number): void {
    call(() => this.#fs.fchmodSync(this.#fd, mode), "chmod");
  }

  override chown(uid: number, gid: number): void {
    call(() => this.#fs.fchownSync(this.#fd, uid, gid), "chown");
  }

  override utimes(atime: TimeChange, mtime: TimeChange): void {
    const stats = call(() => this.#fs.fstatSync(this.#fd), "utimes");
    const times = [dateOf(atime, stats.atimeMs), dateOf(mtime, stats.mtimeMs)] as const;
    call(() => this.#fs.futimesSync(this.#fd, ...times), "utimes");
  }

  override close(): void {
    call(() => this.#fs.closeSync(this.#fd), "close");
  }
}

/** A `node:fs` as a provider: each method is the function of the same meaning. */
export class NodeFsProvider extends BaseProvider {
  override readonly capabilities: CapabilitySet;
  readonly #fs: NodeFs;
  readonly #base: string;

  /** Whatever is below `base` in `fs`. */
  constructor(fs: NodeFs, base = "", capabilities: CapabilitySet = NODE_FS_CAPABILITIES) {
    super();
    this.capabilities = capabilities;
    this.#fs = fs;
    this.#base = base;
  }

  /** Calls `fs` with the path as it has it. */
  #on<T>(syscall: string, path: string, run: (at: string) => T): T {
    return call(() => run(this.#base + path), syscall, path);
  }

  override stat(path: string): FileInfo {
    const stats = this.#on("stat", path, (at) => this.#fs.statSync(at));
    return infoOf(path.split("/").at(-1) || "/", stats);
  }

  override lstat(path: string): FileInfo {
    const stats = this.#on("lstat", path, (at) => this.#fs.lstatSync(at));
    return infoOf(path.split("/").at(-1) || "/", stats);
  }

  override readDir(path: string): DirEntry[] {
    return this.#on("readDir", path, (at) =>
      this.#fs.readdirSync(at).map((entry) => {
        const name = String(entry);
        const info = infoOf(name, this.#fs.lstatSync(`${at}/${name}`));
        return new DirEntry(name, info.mode, info.ino, info);
      }));
  }

  override open(path: string, flags: number, mode: number): NodeFsHandle {
    // Not among the constants of node:fs.
    if ((flags & O_PATH) !== 0) throw withoutWords("open", path);
    const fd = this.#on("open", path, (at) => this.#fs.openSync(at, flags, mode));
    return new NodeFsHandle(this.#fs, fd, flags, path);
  }

  override mkdir(path: string, mode: number): void {
    this.#on("mkdir", path, (at) => this.#fs.mkdirSync(at, mode));
  }

  override rmdir(path: string): void {
    this.#on("rmdir", path, (at) => this.#fs.rmdirSync(at));
  }

  override unlink(path: string): void {
    this.#on("unlink", path, (at) => this.#fs.unlinkSync(at));
  }

  override rename(from: string, to: string): void {
    this.#on("rename", from, (at) => this.#fs.renameSync(at, this.#base + to));
  }

  override link(existing: string, path: string): void {
    this.#on("link", existing, (at) => this.#fs.linkSync(at, this.#base + path));
  }

  override symlink(target: string, path: string): void {
    // What is absolute for the case is absolute in `fs`, too.
    const there = target.startsWith("/") ? this.#base + target : target;
    this.#on("symlink", path, (at) => this.#fs.symlinkSync(there, at));
  }

  override readlink(path: string): string {
    const target = String(this.#on("readlink", path, (at) => this.#fs.readlinkSync(at)));
    const ours = this.#base !== "" && target.startsWith(`${this.#base}/`);
    return ours ? target.slice(this.#base.length) : target;
  }

  override chmod(path: string, mode: number): void {
    this.#on("chmod", path, (at) => this.#fs.chmodSync(at, mode));
  }

  override chown(path: string, uid: number, gid: number): void {
    this.#on("chown", path, (at) => this.#fs.chownSync(at, uid, gid));
  }

  override lchown(path: string, uid: number, gid: number): void {
    this.#on("lchown", path, (at) => this.#fs.lchownSync(at, uid, gid));
  }

  override utimes(path: string, atime: TimeChange, mtime: TimeChange): void {
    this.#on("utimes", path, (at) => {
      const stats = this.#fs.statSync(at);
      const times = [dateOf(atime, stats.atimeMs), dateOf(mtime, stats.mtimeMs)] as const;
      this.#fs.utimesSync(at, ...times);
    });
  }

  override lutimes(path: string, atime: TimeChange, mtime: TimeChange): void {
    this.#on("lutimes", path, (at) => {
      const stats = this.#fs.lstatSync(at);
      const times = [dateOf(atime, stats.atimeMs), dateOf(mtime, stats.mtimeMs)] as const;
      this.#fs.lutimesSync(at, ...times);
    });
  }

  override truncate(path: string, size: number): void {
    requireCount(size, "truncate");
    this.#on("truncate", path, (at) => this.#fs.truncateSync(at, size));
  }
}
