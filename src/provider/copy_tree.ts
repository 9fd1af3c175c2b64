/**
 * A whole tree into another place, of the same provider or of another.
 *
 * @module
 */
import {
  always,
  clean,
  FsError,
  isRegular,
  isSymlink,
  isWithin,
  MODE_PERMISSIONS,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  toErrno,
} from "../base/mod.ts";
import type { Capability } from "./capability.ts";
import type { Context } from "./context.ts";
import { copyData } from "./copy_data.ts";
import { describe } from "./describe.ts";
import type { FileInfo } from "./file_info.ts";
import type { Provider } from "./provider.ts";
import { walk, type WalkEntry } from "./walk.ts";

/** A path and the provider that it is a path of. */
export interface TreePlace {
  /** Where the path lies. */
  readonly provider: Provider;
  /** The path. */
  readonly path: string;
}

/** What {@linkcode copyTree} has done so far, or in all. */
export interface CopyProgress {
  /** Directories made or found in place. */
  readonly directories: number;
  /** Regular files copied. */
  readonly files: number;
  /** Symbolic links copied. */
  readonly symlinks: number;
  /** Further names of files that were copied already. */
  readonly hardLinks: number;
  /** Pipes, sockets and device nodes copied. */
  readonly special: number;
  /** Bytes of content copied; holes do not count. */
  readonly bytes: number;
  /** Names left out because `options.unsupported` said so. */
  readonly skipped: number;
}

/** Settings of {@linkcode copyTree}. */
export interface CopyTreeOptions {
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
  /** Ends the copy with EINTR; what has been copied stays. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces files that are there; otherwise they are EEXIST. Directories are merged always. */
  readonly overwrite?: boolean;
  /** Keeps owner and group, where both providers declare `chown`. Default false. */
  readonly owner?: boolean;
  /** Told after every name and every piece of content. */
  readonly progress?: (progress: CopyProgress, path: string) => void;
  /**
   * Decides on a name that the target cannot hold, because it does not declare the capability: return
   * to leave it out, throw to end the copy. Default: ENOSYS.
   */
  readonly unsupported?: (path: string, capability: Capability) => void;
}

/**
 * Copies a file or a tree: content with its holes, permission bits, symbolic links as they are, hard
 * links between copied files, special files, and as far as both sides declare them times and
 * extended attributes. `to.path` is the copy itself, not a directory to put it in.
 *
 * @throws {FsError} EINVAL for a copy of a tree into itself, EEXIST, EINTR when `options.signal`
 * aborts, and whatever the providers throw.
 *
 * @example
 * ```ts
 * import { copyTree, MemoryProvider, readFile, writeFile } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const from = new MemoryProvider();
 * await from.mkdir("/src", 0o755);
 * await writeFile(from, "/src/main.ts", "1;");
 * const to = new MemoryProvider();
 * const done = await copyTree({ provider: from, path: "/src" }, { provider: to, path: "/copy" });
 * assertEquals([done.files, done.bytes], [1, 2]);
 * assertEquals((await readFile(to, "/copy/main.ts")).length, 2);
 * ```
 */
export async function copyTree(
  from: TreePlace,
  to: TreePlace,
  options: CopyTreeOptions = {},
): Promise<CopyProgress> {
  const source = clean(from.path);
  const target = clean(to.path);
  if (from.provider === to.provider && isWithin(target, source)) {
    throw new FsError("EINVAL", { syscall: "copy", path: source, dest: target });
  }
  const copy = new TreeCopy(from.provider, to.provider, options);
  const open: { depth: number; path: string; info: FileInfo }[] = [];
  const leave = async (depth: number): Promise<void> => {
    for (let last = open.at(-1); last !== undefined && last.depth >= depth; last = open.at(-1)) {
      open.pop();
      await copy.finish(last.info, under(source, last.path), under(target, last.path));
    }
  };
  const { context, signal } = options;
  const belowSource = (path: string): string => source === "/" ? path : path.slice(source.length);
  // What was copied as something else must not be gone into, such as a link that is listed as a directory.
  const descend = ({ path }: WalkEntry): boolean => open.at(-1)?.path === belowSource(path);
  for await (
    const { path, entry, depth } of walk(from.provider, source, { context, signal, descend })
  ) {
    await leave(depth);
    const below = belowSource(path);
    const info = await entry.info();
    const copied = await copy.one(info, path, under(target, below), depth === 0);
    if (copied && info.isDir) open.push({ depth, path: below, info });
  }
  await leave(0);
  return { ...copy.done };
}

/** The path `below`, which begins with a slash or is empty, under `directory`. */
function under(directory: string, below: string): string {
  if (below === "" || below === "/") return directory;
  return directory === "/" ? below : directory + below;
}

class TreeCopy {
  readonly done = {
    directories: 0,
    files: 0,
    symlinks: 0,
    hardLinks: 0,
    special: 0,
    bytes: 0,
    skipped: 0,
  };
  readonly #from: Provider;
  readonly #to: Provider;
  readonly #options: CopyTreeOptions;
  /** Where the first name of an inode with several names has gone. */
  readonly #firstNames = new Map<number | bigint, string>();

  constructor(from: Provider, to: Provider, options: CopyTreeOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
  }

  #both(capability: Capability): boolean {
    return this.#from.capabilities.has(capability) && this.#to.capabilities.has(capability);
  }

  /** Copies one name; false when it was left out. A directory is finished later. */
  async one(info: FileInfo, path: string, target: string, isTop: boolean): Promise<boolean> {
    if (info.isDir) await this.#directory(info, target, isTop);
    else if (!await this.#linked(info, target)) {
      if (!await this.#fresh(info, path, target)) return false;
      await this.finish(info, path, target);
    }
    this.#options.progress?.({ ...this.done }, path);
    return true;
  }

  async #directory(info: FileInfo, target: string, isTop: boolean): Promise<void> {
    const { context } = this.#options;
    try {
      // Its permissions come when everything is in it.
      await this.#to.mkdir(target, (info.mode & MODE_PERMISSIONS) | 0o700, context);
    } catch (thrown) {
      if (toErrno(thrown).code !== "EEXIST") throw thrown;
      // Only the copy itself may be reached by a link: others lead out of it.
      const there = isTop
        ? await this.#to.stat(target, context)
        : await describe(this.#to, target, context);
      if (!there.isDir) throw thrown;
    }
    this.done.directories++;
  }

  /** Makes a further name of a file that has been copied; false when it has not. */
  async #linked(info: FileInfo, target: string): Promise<boolean> {
    if (info.nlink < 2 || !this.#from.capabilities.has("inode")) return false;
    if (!this.#to.capabilities.has("link")) return false;
    const first = this.#firstNames.get(info.ino);
    if (first === undefined) {
      this.#firstNames.set(info.ino, target);
      return false;
    }
    await this.#replace(target);
    await this.#to.link(first, target, this.#options.context);
    this.done.hardLinks++;
    return true;
  }

  async #fresh(info: FileInfo, path: string, target: string): Promise<boolean> {
    const { context } = this.#options;
    if (isRegular(info.mode)) {
      await this.#file(path, target);
      this.done.files++;
      return true;
    }
    const capability = isSymlink(info.mode) ? "symlink" : "mknod";
    if (!this.#to.capabilities.has(capability)) {
      if (this.#options.unsupported === undefined) {
        throw new FsError("ENOSYS", { syscall: "copy", path, dest: target });
      }
      this.#options.unsupported(path, capability);
      this.done.skipped++;
      return false;
    }
    await this.#replace(target);
    if (capability === "symlink") {
      await this.#to.symlink(await this.#from.readlink(path, context), target, context);
      this.done.symlinks++;
    } else {
      await this.#to.mknod(target, info.mode, info.rdev, context);
      this.done.special++;
    }
    return true;
  }

  /** Takes away what is at the path, when the caller said so. */
  async #replace(target: string): Promise<void> {
    if (this.#options.overwrite !== true) return;
    try {
      await this.#to.unlink(target, this.#options.context);
    } catch (thrown) {
      if (toErrno(thrown).code !== "ENOENT") throw thrown;
    }
  }

  async #file(path: string, target: string): Promise<void> {
    const { context, signal, overwrite = false } = this.#options;
    const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (overwrite ? O_TRUNC : O_EXCL);
    const source = await this.#from.open(path, O_RDONLY | O_NOFOLLOW, 0, context);
    await always(async () => {
      const sink = await this.#to.open(target, flags, 0o600, context);
      await always(() =>
        copyData(source, sink, {
          copyRange: this.#from === this.#to && this.#from.capabilities.has("copyRange"),
          seekHole: this.#from.capabilities.has("seekHole"),
          context,
          signal,
          progress: (bytes) => {
            this.done.bytes += bytes;
            this.#options.progress?.({ ...this.done }, path);
          },
        }), () => sink.close(context));
    }, () => source.close(context));
  }

  /** Owner, permissions, extended attributes and times, in the order in which none undoes another. */
  async finish(info: FileInfo, path: string, target: string): Promise<void> {
    const { context, owner = false } = this.#options;
    const symlink = isSymlink(info.mode);
    if (owner && this.#both("chown")) {
      await this.#to.lchown(target, info.uid, info.gid, context);
    }
    if (!symlink) await this.#to.chmod(target, info.mode & MODE_PERMISSIONS, context);
    if (!symlink && this.#both("xattr")) await this.#xattrs(path, target);
    if (this.#to.capabilities.has("utimes")) {
      await this.#to.lutimes(target, info.atime, info.mtime, context);
    }
  }

  async #xattrs(path: string, target: string): Promise<void> {
    const { context } = this.#options;
    for (const name of await this.#from.listXattr(path, context)) {
      // Others are the system's (labels, capabilities): to keep them is a decision of the caller.
      if (!name.startsWith("user.")) continue;
      const value = await this.#from.getXattr(path, name, context);
      await this.#to.setXattr(target, name, value, 0, context);
    }
  }
}
