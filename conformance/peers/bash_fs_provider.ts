/**
 * A filesystem of just-bash, as a provider.
 *
 * @module
 */
import {
  allowsWrite,
  type MaybePromise,
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from "../../src/base/mod.ts";
import {
  BaseHandle,
  BaseProvider,
  type CapabilitySet,
  DirEntry,
  FileInfo,
  timespecOf,
} from "../../src/provider/mod.ts";
import { peerError, withoutWords } from "./peer.ts";

/** Attributes as just-bash tells them. */
export interface BashStat {
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
  readonly mode: number;
  readonly size: number;
  readonly mtime: Date;
}

/** What the adapter needs of just-bash's `IFileSystem`, which works on whole files. */
export interface BashFs {
  readFileBuffer(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array): Promise<void>;
  appendFile(path: string, content: Uint8Array): Promise<void>;
  exists(path: string): Promise<boolean>;
  stat(path: string): Promise<BashStat>;
  lstat(path: string): Promise<BashStat>;
  mkdir(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  rm(path: string): Promise<void>;
  mv(from: string, to: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  readlink(path: string): Promise<string>;
}

/** Whether a value looks like an `IFileSystem`. */
export function isBashFs(value: unknown): value is BashFs {
  return typeof value === "object" && value !== null && "readFileBuffer" in value &&
    "mv" in value && typeof value.mv === "function";
}

function infoOf(path: string, stat: BashStat): FileInfo {
  const { isDirectory, isSymbolicLink, mode, size, mtime } = stat;
  const type = isDirectory ? S_IFDIR : isSymbolicLink ? S_IFLNK : S_IFREG;
  const name = path.split("/").at(-1) || "/";
  return new FileInfo({ name, mode: type | (mode & 0o7777), size, mtime: timespecOf(mtime) });
}

async function isLink(fs: BashFs, at: string): Promise<boolean> {
  return await fs.lstat(at).then((stat) => stat.isSymbolicLink, () => false);
}

/**
 * There are no open files in just-bash: this one reads and writes the whole file by its path. What
 * depends on the file staying the same when names move cannot be asked.
 */
class BashHandle extends BaseHandle {
  readonly #owner: BashFsProvider;
  readonly #moves: number;
  readonly #at: string;

  constructor(owner: BashFsProvider, flags: number, path: string) {
    super(flags, path);
    this.#owner = owner;
    this.#moves = owner.moves;
    this.#at = path;
  }

  #on<T>(syscall: string, run: (fs: BashFs, at: string) => Promise<T>): Promise<T> {
    return this.#owner.inTurn(syscall, this.#at, (fs, at) => {
      if (this.#moves !== this.#owner.moves) throw withoutWords(syscall, this.#at);
      return run(fs, at);
    });
  }

  override readAt(buffer: Uint8Array, offset: number): Promise<number> {
    this.requireRead("read");
    if (offset < 0) throw withoutWords("read");
    return this.#on("read", async (fs, at) => {
      const part = (await fs.readFileBuffer(at)).subarray(offset, offset + buffer.length);
      buffer.set(part);
      return part.length;
    });
  }

  override writeAt(data: Uint8Array, offset: number): Promise<number> {
    this.requireWrite("write");
    if (offset < 0) throw withoutWords("write");
    return this.#on("write", async (fs, at) => {
      if ((this.flags & O_APPEND) !== 0) {
        await fs.appendFile(at, data);
        return data.length;
      }
      if (data.length === 0) return 0;
      const before = await fs.readFileBuffer(at);
      const after = new Uint8Array(Math.max(before.length, offset + data.length));
      after.set(before);
      after.set(data, offset);
      await fs.writeFile(at, after);
      return data.length;
    });
  }

  override truncate(size: number): Promise<void> {
    if (!allowsWrite(this.flags) || size < 0) throw this.fail("EINVAL", "truncate");
    return this.#on("truncate", async (fs, at) => {
      const before = await fs.readFileBuffer(at);
      if (size > 2 ** 30) throw withoutWords("truncate", at);
      const after = new Uint8Array(size);
      after.set(before.subarray(0, size));
      await fs.writeFile(at, after);
    });
  }

  override stat(): Promise<FileInfo> {
    return this.#on("stat", async (fs, at) => infoOf(at, await fs.stat(at)));
  }
}

/** just-bash's filesystem as a provider. */
export class BashFsProvider extends BaseProvider {
  override readonly capabilities: CapabilitySet = new Set(["lstat", "symlink", "link"] as const);
  /** How often names have moved or gone. */
  moves = 0;
  readonly #fs: BashFs;
  readonly #base: string;
  #last: Promise<unknown> = Promise.resolve();

  /** Whatever is below `base` in `fs`. */
  constructor(fs: BashFs, base = "") {
    super();
    this.#fs = fs;
    this.#base = base;
  }

  /** One after the other: what the adapter does in several steps must not overlap. */
  inTurn<T>(
    syscall: string,
    path: string,
    run: (fs: BashFs, at: string) => MaybePromise<T>,
  ): Promise<T> {
    const turn = this.#last.then(async () => {
      try {
        return await run(this.#fs, this.#base + path);
      } catch (thrown) {
        throw peerError(thrown, syscall, path);
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  override stat(path: string): Promise<FileInfo> {
    return this.inTurn(
      "stat",
      path,
      async (fs, at) => infoOf(path, await fs.stat(at)),
    );
  }

  override lstat(path: string): Promise<FileInfo> {
    return this.inTurn(
      "lstat",
      path,
      async (fs, at) => infoOf(path, await fs.lstat(at)),
    );
  }

  override readDir(path: string): Promise<DirEntry[]> {
    return this.inTurn("readDir", path, async (fs, at) => {
      const entries: DirEntry[] = [];
      for (const name of await fs.readdir(at)) {
        const info = infoOf(name, await fs.lstat(`${at}/${name}`));
        entries.push(new DirEntry(name, info.mode, 0, info));
      }
      return entries;
    });
  }

  override open(
    path: string,
    flags: number,
    mode: number,
  ): Promise<BashHandle> {
    return this.inTurn("open", path, async (fs, at) => {
      if ((flags & (O_NOFOLLOW | O_PATH)) !== 0) throw withoutWords("open", path);
      const isCreated = !await fs.exists(at);
      if (isCreated) {
        // Where nothing is to be made, stat() says what is wrong.
        if ((flags & O_CREAT) === 0) await fs.stat(at);
        if ((flags & O_EXCL) !== 0 && await isLink(fs, at)) {
          throw peerError(new Error("EEXIST"), "open", path);
        }
        await fs.writeFile(at, new Uint8Array());
        await fs.chmod(at, mode & 0o7777);
      } else if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) {
        throw peerError(new Error("EEXIST"), "open", path);
      }
      const { isDirectory } = await fs.stat(at);
      if (isDirectory && (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) !== O_RDONLY) {
        throw peerError(new Error("EISDIR"), "open", path);
      }
      if (!isDirectory && (flags & O_DIRECTORY) !== 0) {
        throw peerError(new Error("ENOTDIR"), "open", path);
      }
      if ((flags & O_TRUNC) !== 0 && !isCreated) await fs.writeFile(at, new Uint8Array());
      return new BashHandle(this, flags, path);
    });
  }

  override mkdir(path: string, mode: number): Promise<void> {
    return this.inTurn("mkdir", path, async (fs, at) => {
      await fs.mkdir(at);
      await fs.chmod(at, mode & 0o7777);
    });
  }

  override rmdir(path: string): Promise<void> {
    return this.inTurn("rmdir", path, async (fs, at) => {
      if (!(await fs.lstat(at)).isDirectory) throw peerError(new Error("ENOTDIR"), "rmdir", path);
      await fs.rm(at);
      this.moves++;
    });
  }

  override unlink(path: string): Promise<void> {
    return this.inTurn("unlink", path, async (fs, at) => {
      if ((await fs.lstat(at)).isDirectory) throw peerError(new Error("EISDIR"), "unlink", path);
      await fs.rm(at);
      this.moves++;
    });
  }

  override rename(from: string, to: string): Promise<void> {
    return this.inTurn("rename", from, async (fs, at) => {
      this.moves++;
      await fs.mv(at, this.#base + to);
    });
  }

  override link(existing: string, path: string): Promise<void> {
    return this.inTurn(
      "link",
      existing,
      (fs, at) => fs.link(at, this.#base + path),
    );
  }

  override symlink(target: string, path: string): Promise<void> {
    const there = target.startsWith("/") ? this.#base + target : target;
    return this.inTurn("symlink", path, (fs, at) => fs.symlink(there, at));
  }

  override readlink(path: string): Promise<string> {
    return this.inTurn("readlink", path, async (fs, at) => {
      const target = await fs.readlink(at);
      const ours = this.#base !== "" && target.startsWith(`${this.#base}/`);
      return ours ? target.slice(this.#base.length) : target;
    });
  }

  override chmod(path: string, mode: number): Promise<void> {
    return this.inTurn("chmod", path, (fs, at) => fs.chmod(at, mode & 0o7777));
  }
}
