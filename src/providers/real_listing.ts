/**
 * Listings of real directories.
 *
 * @module
 */
import { decodeName, FsError, join } from "../base/mod.ts";
import { DirEntry, type FileInfo } from "../provider/mod.ts";
import type { DirentReader } from "./real_dirents.ts";
import type { RealRoot } from "./real_root.ts";

/** Whoever answers for the attributes of entries. */
export interface EntryOwner {
  /** The attributes of a path, whose final symbolic link is not followed. */
  lstat(path: string): FileInfo;
}

/** One name in a real directory; its attributes are asked for when somebody wants them. */
export class RealDirEntry extends DirEntry {
  readonly #owner: EntryOwner;
  readonly #directory: string;

  /** The entry `name` of `directory`. */
  constructor(
    name: string,
    mode: number,
    ino: number | bigint,
    owner: EntryOwner,
    directory: string,
  ) {
    super(name, mode, ino, unused);
    this.#owner = owner;
    this.#directory = directory;
  }

  /** The attributes as of now. */
  override info(): FileInfo {
    return this.#owner.lstat(join(this.#directory, this.name));
  }
}

function unused(): FileInfo {
  throw new FsError("ENOENT", { syscall: "stat" });
}

/** All entries of the open directory `fd`, whose clean path is `directory`, or a negated errno. */
export function listDirectory(
  root: RealRoot,
  reader: DirentReader,
  fd: number,
  directory: string,
  owner: EntryOwner,
): DirEntry[] | number {
  const stated = root.statDescriptor(fd);
  if (stated < 0) return stated;
  const device = root.statx.dev;
  const entries: DirEntry[] = [];
  const result = reader.read(fd, (bytes, start, end, type, ino) => {
    const name = decodeName(bytes, start, end);
    let mode = type;
    if (mode === 0) {
      // A filesystem that does not tell types in listings; the name may have gone in the meantime.
      if (root.statPath(join(directory, name), false) < 0) return;
      mode = root.statx.mode;
    }
    entries.push(new RealDirEntry(name, mode, root.inode(device, ino), owner, directory));
  });
  return result < 0 ? result : entries;
}
