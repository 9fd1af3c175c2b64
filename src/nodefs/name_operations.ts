/**
 * The operations of a directory, one small interface each.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { EntryOut, OpenOut } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { DirStream, StreamEntry } from "./dir_stream.ts";
import type { FileHandle, Outcome } from "./file_handle.ts";
import type { Inode } from "./inode.ts";
import type { InodeEmbedder } from "./node.ts";

/** `lookup`: finds a child by name. Without it, the tree's known children are looked at. */
export interface NodeLookuper {
  /** The child, its attributes in `out`; or ENOENT, with `out.entryTimeoutMs` for a negative entry. */
  lookup(context: Context, name: string, out: EntryOut): MaybePromise<Inode | Errno>;
}

/** `lookupEntry`: as lookup, for an entry that `readdir` has just listed. Without it, lookup. */
export interface NodeEntryLookuper {
  /** The child, with what the entry knows already: a listing with attributes need ask nobody else. */
  lookupEntry(
    context: Context,
    entry: StreamEntry,
    out: EntryOut,
  ): MaybePromise<Inode | Errno>;
}

/** `opendir`: a check before a directory is read. Without it, success. */
export interface NodeOpendirer {
  /**
   * Nothing, or why not; `out.openFlags` takes FOPEN bits, such as CACHE_DIR. KEEP_CACHE with it counts while the
   * listing that the kernel has is known here.
   */
  opendir(context: Context, out: OpenOut): Outcome;
}

/** `readdir`. Without it, the tree's known children are listed. */
export interface NodeReaddirer {
  /** A stream of entries without `.` and `..`. */
  readdir(context: Context): MaybePromise<DirStream | Errno>;
}

/** A node's promise to tell when there may be something else in a directory. */
export interface ListingLease {
  /** Whether there is the same in it as when the lease began, at this moment. */
  holds(): boolean;
  /** Nobody needs it any more. */
  end(): void;
}

/** `leaseListing`: the kernel may keep listings for a part of the timeouts. Without it, each is asked for. */
export interface NodeListingLeaser {
  /**
   * Begins a lease: what is listed after that is what it holds. `onOver` is told, once, when it is over; not
   * necessarily before `holds` says so, and not after `end`.
   *
   * @returns Null where there is none to be had.
   */
  leaseListing(onOver: () => void): ListingLease | null;
}

/** `mkdir`. Without it, EROFS. */
export interface NodeMkdirer {
  /** As lookup, for a new directory. */
  mkdir(
    context: Context,
    name: string,
    mode: number,
    out: EntryOut,
  ): MaybePromise<Inode | Errno>;
}

/** `mknod`. Without it, EROFS. */
export interface NodeMknoder {
  /** As lookup, for a new pipe, socket, device node or file. */
  mknod(
    context: Context,
    name: string,
    mode: number,
    rdev: number,
    out: EntryOut,
  ): MaybePromise<Inode | Errno>;
}

/** `link`. Without it, EROFS. */
export interface NodeLinker {
  /** As lookup, for a new name of `target`. */
  link(
    context: Context,
    target: InodeEmbedder,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno>;
}

/** `symlink`. Without it, EROFS. */
export interface NodeSymlinker {
  /** As lookup, for a new symbolic link. */
  symlink(
    context: Context,
    target: string,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno>;
}

/** What `create` returns. */
export interface Created {
  /** The new child. */
  readonly inode: Inode;
  /** Its handle, when it needs one. */
  readonly file: FileHandle | null;
}

/** `create`: makes and opens a file. Without it, EROFS. */
export interface NodeCreater {
  /** As lookup and open in one. */
  create(
    context: Context,
    name: string,
    flags: number,
    mode: number,
    out: EntryOut,
    opened: OpenOut,
  ): MaybePromise<Created | Errno>;
}

/** `unlink`. Without it, EROFS. */
export interface NodeUnlinker {
  /** Removes a name that is no directory; on success the tree follows. */
  unlink(context: Context, name: string): Outcome;
}

/** `rmdir`. Without it, EROFS. */
export interface NodeRmdirer {
  /** Removes an empty directory; on success the tree follows. */
  rmdir(context: Context, name: string): Outcome;
}

/** `rename`. Without it, EROFS. */
export interface NodeRenamer {
  /** Moves a child; `flags` are RENAME_ flags, to be honoured or refused with EINVAL. */
  rename(
    context: Context,
    name: string,
    newParent: InodeEmbedder,
    newName: string,
    flags: number,
  ): Outcome;
}

/** `tmpfile`: makes and opens a file without a name (O_TMPFILE). Without it, ENOTSUP. */
export interface NodeTmpfiler {
  /** As create; `link` may give the file a name later. */
  tmpfile(
    context: Context,
    flags: number,
    mode: number,
    out: EntryOut,
    opened: OpenOut,
  ): MaybePromise<Created | Errno>;
}
