/**
 * The calls that a case makes, recorded.
 *
 * @module
 */
import { O_RDONLY } from "../src/base/mod.ts";
import type { StatFs, TimeChange } from "../src/provider/mod.ts";
import { callText, resultText } from "./call_text.ts";
import { showThrown } from "./case_failure.ts";
import { TimedOut } from "./runner/time_limit.ts";
import type {
  Caller,
  CallName,
  CallParameters,
  CallResults,
  Entry,
  LockInTheWay,
  LockType,
  Stat,
} from "./system_calls.ts";

/** One call of a case and what it came to. */
export interface Step {
  /** The call, as strace shows it. */
  readonly call: string;
  /** What it returned, or the errno; undefined while it is under way. */
  outcome: string | undefined;
}

/** When a case must have ended. */
export interface TimeLimit {
  /** As `performance.now()` tells it. */
  readonly deadline: number;
  /** How long it had. */
  readonly timeoutMs: number;
}

const NO_LIMIT: TimeLimit = { deadline: Infinity, timeoutMs: Infinity };

/** What the callers of one case share. */
export interface TrialRecord {
  /** Where calls are recorded. */
  readonly steps?: Step[];
  /** What tells this caller apart in the record. */
  readonly prefix?: string;
  /** When the case must have ended. */
  readonly limit?: TimeLimit;
}

/** Text or bytes. */
export type Content = string | Uint8Array;

const encoder = new TextEncoder();

/** The bytes of a content. */
export function bytesOf(content: Content): Uint8Array {
  return typeof content === "string" ? encoder.encode(content) : content;
}

/**
 * System calls below the case's own directory: `/` is that directory, whatever the route. Paths are
 * passed on as they are, behind the name of the directory. A call that fails throws an FsError.
 */
export class TrialCalls {
  /** The case's own directory, as the subject names it. */
  readonly root: string;
  /** What has been called, in order. */
  readonly steps: Step[];
  /** When the case must have ended. */
  readonly limit: TimeLimit;
  readonly #caller: Caller;
  readonly #prefix: string;

  /** Calls of `caller` below `root`; `prefix` tells callers apart in the record. */
  constructor(
    caller: Caller,
    root: string,
    { steps = [], prefix = "", limit = NO_LIMIT }: TrialRecord = {},
  ) {
    this.#caller = caller;
    this.root = root;
    this.steps = steps;
    this.#prefix = prefix;
    this.limit = limit;
  }

  /** The path as the subject names it: what an absolute symbolic link must hold. */
  absolute(path: string): string {
    if (path === "") return "";
    if (path === "/") return this.root === "" ? "/" : this.root;
    return this.root + path;
  }

  async #call<Name extends CallName>(
    name: Name,
    shown: readonly unknown[],
    parameters: CallParameters[Name],
  ): Promise<CallResults[Name]> {
    // A case that loops over calls that answer at once leaves no timer a chance.
    if (performance.now() > this.limit.deadline) {
      throw new TimedOut("The case", this.limit.timeoutMs);
    }
    const step: Step = { call: this.#prefix + callText(name, shown), outcome: undefined };
    this.steps.push(step);
    try {
      const result = await this.#caller.call(name, parameters);
      step.outcome = resultText(result);
      return result;
    } catch (thrown) {
      step.outcome = showThrown(thrown);
      throw thrown;
    }
  }

  /** A call whose first parameter is a path. */
  #at<Name extends CallName>(
    name: Name,
    path: string,
    parameters: CallParameters[Name],
  ): Promise<CallResults[Name]> {
    return this.#call(name, [path, ...parameters.slice(1)], parameters);
  }

  /** A call without paths. */
  #on<Name extends CallName>(
    name: Name,
    parameters: CallParameters[Name],
  ): Promise<CallResults[Name]> {
    return this.#call(name, parameters, parameters);
  }

  /** `open(2)`. Returns a descriptor. */
  open(path: string, flags: number = O_RDONLY, mode = 0o644): Promise<number> {
    return this.#at("open", path, [this.absolute(path), flags, mode]);
  }

  /** `close(2)`. */
  close(fd: number): Promise<void> {
    return this.#on("close", [fd]);
  }

  /** `read(2)`. */
  read(fd: number, size: number): Promise<Uint8Array> {
    return this.#on("read", [fd, size]);
  }

  /** `write(2)`. */
  write(fd: number, content: Content): Promise<number> {
    return this.#on("write", [fd, bytesOf(content)]);
  }

  /** `pread(2)`. */
  pread(fd: number, size: number, offset: number): Promise<Uint8Array> {
    return this.#on("pread", [fd, size, offset]);
  }

  /** `pwrite(2)`. */
  pwrite(fd: number, content: Content, offset: number): Promise<number> {
    return this.#on("pwrite", [fd, bytesOf(content), offset]);
  }

  /** `lseek(2)`. */
  lseek(fd: number, offset: number, whence: number): Promise<number> {
    return this.#on("lseek", [fd, offset, whence]);
  }

  /** `truncate(2)`. */
  truncate(path: string, size: number): Promise<void> {
    return this.#at("truncate", path, [this.absolute(path), size]);
  }

  /** `ftruncate(2)`. */
  ftruncate(fd: number, size: number): Promise<void> {
    return this.#on("ftruncate", [fd, size]);
  }

  /** `fsync(2)`, or `fdatasync(2)`. */
  fsync(fd: number, dataOnly = false): Promise<void> {
    return this.#on("fsync", [fd, dataOnly]);
  }

  /** `fallocate(2)`. */
  fallocate(fd: number, mode: number, offset: number, length: number): Promise<void> {
    return this.#on("fallocate", [fd, mode, offset, length]);
  }

  /** `copy_file_range(2)`. */
  copyFileRange(
    from: number,
    offset: number,
    to: number,
    toOffset: number,
    length: number,
  ): Promise<number> {
    return this.#on("copyFileRange", [from, offset, to, toOffset, length]);
  }

  /** `stat(2)`. */
  stat(path: string): Promise<Stat> {
    return this.#at("stat", path, [this.absolute(path)]);
  }

  /** `lstat(2)`. */
  lstat(path: string): Promise<Stat> {
    return this.#at("lstat", path, [this.absolute(path)]);
  }

  /** `fstat(2)`. */
  fstat(fd: number): Promise<Stat> {
    return this.#on("fstat", [fd]);
  }

  /** `chmod(2)`. */
  chmod(path: string, mode: number): Promise<void> {
    return this.#at("chmod", path, [this.absolute(path), mode]);
  }

  /** `fchmod(2)`. */
  fchmod(fd: number, mode: number): Promise<void> {
    return this.#on("fchmod", [fd, mode]);
  }

  /** `chown(2)`. */
  chown(path: string, uid: number, gid: number): Promise<void> {
    return this.#at("chown", path, [this.absolute(path), uid, gid]);
  }

  /** `lchown(2)`. */
  lchown(path: string, uid: number, gid: number): Promise<void> {
    return this.#at("lchown", path, [this.absolute(path), uid, gid]);
  }

  /** `fchown(2)`. */
  fchown(fd: number, uid: number, gid: number): Promise<void> {
    return this.#on("fchown", [fd, uid, gid]);
  }

  /** `utimensat(2)`, final links followed. */
  utimens(path: string, atime: TimeChange, mtime: TimeChange): Promise<void> {
    return this.#at("utimens", path, [this.absolute(path), atime, mtime]);
  }

  /** `utimensat(2)` with AT_SYMLINK_NOFOLLOW. */
  lutimens(path: string, atime: TimeChange, mtime: TimeChange): Promise<void> {
    return this.#at("lutimens", path, [this.absolute(path), atime, mtime]);
  }

  /** `futimens(3)`. */
  futimens(fd: number, atime: TimeChange, mtime: TimeChange): Promise<void> {
    return this.#on("futimens", [fd, atime, mtime]);
  }

  /** `mkdir(2)`. */
  mkdir(path: string, mode = 0o755): Promise<void> {
    return this.#at("mkdir", path, [this.absolute(path), mode]);
  }

  /** `rmdir(2)`. */
  rmdir(path: string): Promise<void> {
    return this.#at("rmdir", path, [this.absolute(path)]);
  }

  /** `unlink(2)`. */
  unlink(path: string): Promise<void> {
    return this.#at("unlink", path, [this.absolute(path)]);
  }

  /** `rename(2)`. */
  rename(oldPath: string, newPath: string): Promise<void> {
    const parameters: [string, string] = [this.absolute(oldPath), this.absolute(newPath)];
    return this.#call("rename", [oldPath, newPath], parameters);
  }

  /** `renameat2(2)`. */
  rename2(oldPath: string, newPath: string, flags: number): Promise<void> {
    const shown = [oldPath, newPath, flags];
    return this.#call("rename2", shown, [this.absolute(oldPath), this.absolute(newPath), flags]);
  }

  /** `link(2)`. */
  link(existing: string, newPath: string): Promise<void> {
    const parameters: [string, string] = [this.absolute(existing), this.absolute(newPath)];
    return this.#call("link", [existing, newPath], parameters);
  }

  /** `linkat(2)` of an open file. */
  flink(fd: number, newPath: string): Promise<void> {
    return this.#call("flink", [fd, newPath], [fd, this.absolute(newPath)]);
  }

  /** `symlink(2)`: the target is stored as it is. */
  symlink(target: string, path: string): Promise<void> {
    return this.#call("symlink", [target, path], [target, this.absolute(path)]);
  }

  /** `readlink(2)`. */
  readlink(path: string): Promise<string> {
    return this.#at("readlink", path, [this.absolute(path)]);
  }

  /** `mknod(2)`. */
  mknod(path: string, mode: number, rdev = 0): Promise<void> {
    return this.#at("mknod", path, [this.absolute(path), mode, rdev]);
  }

  /** A whole listing, without `.` and `..`. */
  readdir(path: string): Promise<Entry[]> {
    return this.#at("readdir", path, [this.absolute(path)]);
  }

  /** `statfs(2)`. */
  statfs(path: string): Promise<StatFs> {
    return this.#at("statfs", path, [this.absolute(path)]);
  }

  /** `lgetxattr(2)`. */
  getxattr(path: string, name: string): Promise<Uint8Array> {
    return this.#at("getxattr", path, [this.absolute(path), name]);
  }

  /** `lsetxattr(2)`. */
  setxattr(path: string, name: string, value: Content, flags = 0): Promise<void> {
    return this.#at("setxattr", path, [this.absolute(path), name, bytesOf(value), flags]);
  }

  /** `llistxattr(2)`. */
  listxattr(path: string): Promise<string[]> {
    return this.#at("listxattr", path, [this.absolute(path)]);
  }

  /** `lremovexattr(2)`. */
  removexattr(path: string, name: string): Promise<void> {
    return this.#at("removexattr", path, [this.absolute(path), name]);
  }

  /** `fgetxattr(2)`. */
  fgetxattr(fd: number, name: string): Promise<Uint8Array> {
    return this.#on("fgetxattr", [fd, name]);
  }

  /** `fsetxattr(2)`. */
  fsetxattr(fd: number, name: string, value: Content, flags = 0): Promise<void> {
    return this.#on("fsetxattr", [fd, name, bytesOf(value), flags]);
  }

  /** `flistxattr(2)`. */
  flistxattr(fd: number): Promise<string[]> {
    return this.#on("flistxattr", [fd]);
  }

  /** `fremovexattr(2)`. */
  fremovexattr(fd: number, name: string): Promise<void> {
    return this.#on("fremovexattr", [fd, name]);
  }

  /** `flock(2)` with LOCK_NB. */
  flock(fd: number, type: LockType): Promise<void> {
    return this.#on("flock", [fd, type]);
  }

  /** `fcntl(2)` F_OFD_SETLK; a length of 0 reaches to the end of the file and beyond. */
  setlk(fd: number, type: LockType, start = 0, length = 0): Promise<void> {
    return this.#on("setlk", [fd, type, start, length]);
  }

  /** `fcntl(2)` F_OFD_GETLK. */
  getlk(fd: number, type: LockType, start = 0, length = 0): Promise<LockInTheWay | null> {
    return this.#on("getlk", [fd, type, start, length]);
  }
}
