/**
 * One name in a directory.
 *
 * @module
 */
import { isDirectory, type MaybePromise, S_IFDIR, S_IFMT, S_IFREG } from "../base/mod.ts";
import type { FileInfo } from "./file_info.ts";

/**
 * One entry of a listing: a name, the type of what it names, and on demand the attributes. A final
 * symbolic link is described itself, not followed. `.` and `..` are never listed.
 */
export class DirEntry {
  /** The name: one component, never empty, `.` or `..`. */
  readonly name: string;
  /** The type bits of `st_mode` (`S_IFMT`). */
  readonly type: number;
  /** Inode number; 0 when the provider has none. */
  readonly ino: number | bigint;
  readonly #info: FileInfo | (() => MaybePromise<FileInfo>);

  /**
   * One entry of a directory.
   *
   * @param name One path component.
   * @param mode The type is taken from its `S_IFMT` bits.
   * @param ino The inode number, 0 when there is none.
   * @param info The attributes, or how to get them when somebody asks.
   */
  constructor(
    name: string,
    mode: number,
    ino: number | bigint,
    info: FileInfo | (() => MaybePromise<FileInfo>),
  ) {
    this.name = name;
    this.type = mode & S_IFMT;
    this.ino = ino;
    this.#info = info;
  }

  /** Whether it names a directory. */
  get isDir(): boolean {
    return isDirectory(this.type);
  }

  /**
   * The attributes (`lstat`): as of the listing or as of now, as suits the provider.
   *
   * @throws {FsError} ENOENT when the entry has gone in the meantime.
   */
  info(): MaybePromise<FileInfo> {
    return typeof this.#info === "function" ? this.#info() : this.#info;
  }
}

/** Seed 1's `NewDirEntry`: `isDir` decides the type where `mode` has none. */
export function newDirEntry(name: string, isDir: boolean, mode: number, info: FileInfo): DirEntry {
  const type = (mode & S_IFMT) !== 0 ? mode : isDir ? S_IFDIR : S_IFREG;
  return new DirEntry(name, type, info.ino, info);
}
