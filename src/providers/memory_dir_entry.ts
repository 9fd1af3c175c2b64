/**
 * Listings of directories in memory.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { DirEntry, type FileInfo } from "../provider/mod.ts";
import type { MemoryDirectory, MemoryInode } from "./memory_inode.ts";

/** What is remembered of one directory's entries. */
export interface MemoryListing {
  /** All of them now; names that come are added. */
  readonly entries: DirEntry[];
  /** As callers have them, frozen; null until somebody asks twice without a change between. */
  shared: readonly DirEntry[] | null;
  /** Whether somebody has asked since the last change. */
  isAsked: boolean;
}

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
 * The entries of a directory, as of now: what the caller has does not change, and is shared until a name comes
 * or goes, or until its memory is needed.
 */
export function listOf(directory: MemoryDirectory): readonly DirEntry[] {
  const known = directory.listing?.deref();
  // Frozen, because a caller who sorted it in place would sort it for all. V8 does that in one step.
  if (known !== undefined) {
    if (known.shared !== null) return known.shared;
    const copy = Object.freeze(known.entries.slice());
    // A large array that is kept costs the collector more than one that is dropped at once.
    if (known.isAsked) known.shared = copy;
    known.isAsked = true;
    return copy;
  }
  const entries: DirEntry[] = [];
  for (const [name, inode] of directory.entries) {
    entries.push(new MemoryDirEntry(name, inode, directory));
  }
  if (entries.length < SHARED_FROM) return Object.freeze(entries);
  directory.listing = new WeakRef({ entries, shared: null, isAsked: true });
  return Object.freeze(entries.slice());
}

/** A name came to the directory, after all others: the remembered listing stays true. */
export function addToListing(directory: MemoryDirectory, name: string, inode: MemoryInode): void {
  const known = directory.listing?.deref();
  if (known === undefined) directory.listing = null;
  else {
    known.entries.push(new MemoryDirEntry(name, inode, directory));
    known.shared = null;
    known.isAsked = false;
  }
}
