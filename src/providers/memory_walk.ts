/**
 * Path resolution in memory.
 *
 * The ordinary case costs two look-ups: the path up to its last slash is looked up among remembered
 * directories, the last name in that directory. A directory is remembered under its one path without
 * links and dots, so what makes it wrong is only that it, or a directory above it, is renamed or removed:
 * then {@linkcode MemoryWalk.forget} must be called.
 *
 * @module
 */
import { clean, ERRNO, type Errno, PATH_MAX, SYMLINKS_MAX } from "../base/mod.ts";
import type { MemoryClock } from "./memory_clock.ts";
import { MemoryDirectory, type MemoryInode, MemorySymlink } from "./memory_inode.ts";
import { refuseName } from "./memory_name.ts";

/** How many directories are remembered; when there are more, it begins anew. */
export const REMEMBERED_MAX = 16_384;

/** The longest path in UTF-16 code units under which a directory is remembered. */
const REMEMBERED_PATH_MAX = 1024;

const SLASH = 47;
const DOT = 46;

/** Finds inodes by path. The result of a walk is in its fields until the next one. */
export class MemoryWalk {
  /** Where the last walk ended: the directory that has, or could have, the final name. */
  parent: MemoryDirectory;
  /** The final name; empty when `parent` itself is the end: the root, or `..` in a link's target. */
  name = "";
  /** What the final name stands for, null when there is nothing of that name. */
  inode: MemoryInode | null = null;
  /** Why there can be nothing of the final name, when that is so. */
  refused: Errno | null = null;
  readonly #root: MemoryDirectory;
  readonly #clock: MemoryClock;
  readonly #directories = new Map<string, MemoryDirectory>();
  /** The directory that was found last, and its path; empty when there is none. */
  #last: MemoryDirectory;
  #lastPath = "";

  /** Walks from `root`, whoever asks. */
  constructor(root: MemoryDirectory, clock: MemoryClock) {
    this.#root = root;
    this.#clock = clock;
    this.parent = this.#last = root;
  }

  /** The inode of a path, or why there is none. A final symbolic link is followed if `follow` says so. */
  resolve(path: string, follow: boolean): MemoryInode | Errno {
    return this.walk(path, follow) ?? this.inode ?? this.absent();
  }

  /**
   * Finds the directory of the final name, and what has that name if anything does. With `isCreated`, for O_CREAT,
   * a link's target that ends in a slash is EISDIR, whatever it names.
   */
  walk(path: string, follow: boolean, isCreated = false): Errno | null {
    const slash = path.lastIndexOf("/");
    const directory = this.#remembered(path, slash);
    if (directory !== null) {
      const name = path.slice(slash + 1);
      if (isOrdinary(name)) {
        const inode = directory.entries.get(name);
        if (inode === undefined) return this.#missing(directory, name);
        if (!(follow && inode instanceof MemorySymlink)) return this.#found(directory, name, inode);
      }
    }
    return refusePath(path) ?? this.#walk(clean(path), follow, isCreated);
  }

  /** Why the final name stands for nothing. */
  absent(): Errno {
    return this.refused ?? ERRNO.ENOENT;
  }

  /** A directory is about to be renamed or removed; with directories below it, all are forgotten. */
  forget(directory: MemoryDirectory): void {
    if (directory.nlink > 2) {
      this.#forgetAll();
    } else if (directory.remembered !== null) {
      this.#directories.delete(directory.remembered);
      directory.remembered = null;
    }
    this.#lastPath = "";
  }

  #forgetAll(): void {
    for (const directory of this.#directories.values()) directory.remembered = null;
    this.#directories.clear();
  }

  #remembered(path: string, slash: number): MemoryDirectory | null {
    if (slash === 0) return this.#root;
    if (slash < 0) return null;
    if (slash === this.#lastPath.length && path.startsWith(this.#lastPath)) return this.#last;
    const prefix = path.slice(0, slash);
    const directory = this.#directories.get(prefix);
    if (directory === undefined) return null;
    this.#last = directory;
    this.#lastPath = directory.remembered ?? prefix;
    return directory;
  }

  #remember(path: string, directory: MemoryDirectory): void {
    if (this.#directories.size >= REMEMBERED_MAX) this.#forgetAll();
    directory.remembered = path;
    this.#directories.set(path, directory);
    this.#last = directory;
    this.#lastPath = path;
  }

  #found(parent: MemoryDirectory, name: string, inode: MemoryInode): null {
    this.parent = parent;
    this.name = name;
    this.inode = inode;
    return null;
  }

  #missing(parent: MemoryDirectory, name: string): null {
    this.refused = refuseName(name);
    this.parent = parent;
    this.name = name;
    this.inode = null;
    return null;
  }

  /** Walks a clean path component by component; a link's target goes in front of what is left. */
  #walk(path: string, follow: boolean, isCreated: boolean): Errno | null {
    let directory = this.#root;
    let text = path;
    let at = 0;
    let links = 0;
    for (;;) {
      at = skipSlashes(text, at);
      if (at >= text.length) return this.#found(directory, "", directory);
      let end = text.indexOf("/", at);
      if (end < 0) end = text.length;
      const name = text.slice(at, end);
      at = skipSlashes(text, end);
      const isFinal = at >= text.length;
      const hasSlash = isFinal && end < text.length;
      if (name === "." || name === "..") {
        if (name === "..") directory = directory.parent;
        continue;
      }
      if (hasSlash && isCreated) return ERRNO.EISDIR;
      const inode = directory.entries.get(name);
      if (inode instanceof MemorySymlink && (follow || hasSlash || !isFinal)) {
        if (++links > SYMLINKS_MAX) return ERRNO.ELOOP;
        inode.touchAccess(this.#clock);
        text = inode.target + text.slice(end);
        at = 0;
        if (text.charCodeAt(0) === SLASH) directory = this.#root;
        continue;
      }
      if (isFinal && links === 0) this.#rememberOf(path, directory);
      if (inode === undefined) {
        return isFinal ? this.#missing(directory, name) : refuseName(name) ?? ERRNO.ENOENT;
      }
      if (isFinal && !hasSlash) return this.#found(directory, name, inode);
      if (!(inode instanceof MemoryDirectory)) return ERRNO.ENOTDIR;
      if (isFinal) return this.#found(directory, name, inode);
      directory = inode;
    }
  }

  #rememberOf(path: string, directory: MemoryDirectory): void {
    const end = path.lastIndexOf("/");
    if (directory === this.#root || end > REMEMBERED_PATH_MAX) return;
    this.#remember(path.slice(0, end), directory);
  }
}

/** Why a path cannot even be cleaned, or null when it can. */
export function refusePath(path: string): Errno | null {
  if (path.length > PATH_MAX) return ERRNO.ENAMETOOLONG;
  return path.includes("\0") ? ERRNO.EINVAL : null;
}

function skipSlashes(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SLASH) at++;
  return at;
}

/** Whether the last part of a path is a name, and not what cleaning takes away. */
function isOrdinary(name: string): boolean {
  if (name.length === 0) return false;
  return name.charCodeAt(0) !== DOT || (name !== "." && name !== "..");
}
