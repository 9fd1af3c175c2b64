/**
 * Listings of real directories.
 *
 * @module
 */
import { decodeName, FsError, join } from "../base/mod.ts";
import { type CStringArea, failure } from "../libc/mod.ts";
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

/**
 * The directory that was listed, for the attributes of its entries. Whoever asks for one mostly asks for
 * more at once: so it is opened by the first question and stays open until the running code has come to
 * its end. That makes two system calls out of three (`bench/rows/mount_names.ts`).
 */
class ListedDirectory implements EntryOwner {
  readonly #root: RealRoot;
  readonly #path: string;
  readonly #area: CStringArea;
  #fd = -1;

  constructor(root: RealRoot, path: string, area: CStringArea) {
    this.#root = root;
    this.#path = path;
    this.#area = area;
  }

  lstat(path: string): FileInfo {
    const slash = path.lastIndexOf("/");
    let result = this.#fd >= 0 ? this.#fd : this.#open();
    if (result >= 0) result = this.#root.statName(result, this.#area.put(path.slice(slash + 1)));
    if (result < 0) throw failure(result, { syscall: "lstat", path });
    return this.#root.info(path);
  }

  #open(): number {
    const fd = this.#root.locate(this.#path, true);
    if (fd < 0) return fd;
    this.#fd = fd;
    queueMicrotask(() => {
      this.#fd = -1;
      this.#root.release(fd);
    });
    return fd;
  }
}

/** All entries of the open directory `fd`, whose clean path is `directory`, or a negated errno. */
export function listDirectory(
  root: RealRoot,
  reader: DirentReader,
  fd: number,
  directory: string,
  area: CStringArea,
): DirEntry[] | number {
  const stated = root.statDescriptor(fd);
  if (stated < 0) return stated;
  const device = root.statx.dev;
  const entries: DirEntry[] = [];
  const owner = new ListedDirectory(root, directory, area);
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
