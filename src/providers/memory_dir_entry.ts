/**
 * Listings of directories in memory.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { DirEntry, type FileInfo } from "../provider/mod.ts";
import type { MemoryDirectory, MemoryInode } from "./memory_inode.ts";

/** The entries of one directory, as of one moment. */
export type MemoryListing = DirEntry[];

/** One name in a directory in memory; its attributes are those of now. */
class MemoryDirEntry extends DirEntry {
  readonly #inode: MemoryInode;
  readonly #directory: MemoryDirectory;

  constructor(name: string, inode: MemoryInode, directory: MemoryDirectory) {
    super(name, inode.mode, inode.ino, unused);
    this.#inode = inode;
    this.#directory = directory;
  }

  override info(): FileInfo {
    if (this.#directory.entries.get(this.name) !== this.#inode) {
      throw new FsError("ENOENT", { syscall: "stat", path: this.name });
    }
    return this.#inode.info(this.name);
  }
}

function unused(): FileInfo {
  throw new FsError("ENOENT", { syscall: "stat" });
}

/** Making a short listing again costs less than remembering it. */
const SHARED_FROM = 64;

/**
 * The entries of a directory, in an array of the caller's own. The entries themselves do not change, so all
 * listings share them, until a name goes or until their memory is needed.
 */
export function listOf(directory: MemoryDirectory): DirEntry[] {
  const known = directory.listing?.deref();
  if (known !== undefined) return known.slice();
  const entries: DirEntry[] = [];
  for (const [name, inode] of directory.entries) {
    entries.push(new MemoryDirEntry(name, inode, directory));
  }
  if (entries.length < SHARED_FROM) return entries;
  directory.listing = new WeakRef(entries);
  return entries.slice();
}

/** A name came to the directory, after all others: the remembered listing stays true. */
export function addToListing(directory: MemoryDirectory, name: string, inode: MemoryInode): void {
  const known = directory.listing?.deref();
  if (known === undefined) directory.listing = null;
  else known.push(new MemoryDirEntry(name, inode, directory));
}
