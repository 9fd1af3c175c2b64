/**
 * The operations that a node can have, one small interface each.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { AttrOut, EntryOut, OpenOut, SetAttrIn } from "../fuse/mod.ts";
import type { Context, FileLock, StatFs } from "../provider/mod.ts";
import type { DirStream, StreamEntry } from "./dir_stream.ts";
import type { FileHandle, Outcome } from "./file_handle.ts";
import type { Inode } from "./inode.ts";
import type { StableAttr } from "./stable_attr.ts";

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

/** `statfs`: sizes of the filesystem. Without it, zeros. */
export interface NodeStatfser {
  /** What `statvfs(3)` tells. */
  statfs(context: Context): MaybePromise<StatFs | Errno>;
}

/** `access`: may the caller? Without it, the permission bits of `getattr` decide. */
export interface NodeAccesser {
  /** `mask` is a set of 4 (read), 2 (write), 1 (execute, search). */
  access(context: Context, mask: number): Outcome;
}

/** `getattr`: attributes. `mode`'s type and `ino` are set by the library. */
export interface NodeGetattrer {
  /** Fills in `out`; `file` is the handle that was asked through, when one was. */
  getattr(context: Context, file: FileHandle | null, out: AttrOut): Outcome;
}

/** `setattr`: changes attributes. Without it, ENOTSUP. */
export interface NodeSetattrer {
  /** Changes what `input.valid` names and fills in all of `out`. */
  setattr(context: Context, file: FileHandle | null, input: SetAttrIn, out: AttrOut): Outcome;
}

/** `onAdd`: the node has become part of a tree. */
export interface NodeOnAdder {
  /** Build the static tree below from here. */
  onAdd(context: Context): void;
}

/** `rootStableAttr`: what the root is, asked once when it is mounted. Without it, directory number 1. */
export interface NodeRootIdentifier {
  /** Type and number of the root. */
  rootStableAttr(): MaybePromise<StableAttr>;
}

/** `onForget`: the kernel does not know the node any more. */
export interface NodeOnForgetter {
  /** Let go of what the node holds. */
  onForget(): void;
}

/** `getxattr`. Without it, ENODATA. */
export interface NodeGetxattrer {
  /** The whole value. */
  getxattr(context: Context, name: string): MaybePromise<Uint8Array | Errno>;
}

/** `setxattr`. Without it, ENODATA as seed 2 says. */
export interface NodeSetxattrer {
  /** Sets a value; `flags` is 0, XATTR_CREATE or XATTR_REPLACE. */
  setxattr(context: Context, name: string, value: Uint8Array, flags: number): Outcome;
}

/** `removexattr`. Without it, ENODATA. */
export interface NodeRemovexattrer {
  /** Removes one. */
  removexattr(context: Context, name: string): Outcome;
}

/** `listxattr`. Without it, none. */
export interface NodeListxattrer {
  /** All names. */
  listxattr(context: Context): MaybePromise<readonly string[] | Errno>;
}

/** `readlink`: the target. Without it, EINVAL. */
export interface NodeReadlinker {
  /** The target's bytes. */
  readlink(context: Context): MaybePromise<Uint8Array | Errno>;
}

/** `open`: opens a file. Without it, ENOTSUP. */
export interface NodeOpener {
  /** A handle, or null when there is no need for one; `out.openFlags` takes FOPEN bits. */
  open(context: Context, flags: number, out: OpenOut): MaybePromise<FileHandle | null | Errno>;
}

/** `read`. Without it, the handle's. */
export interface NodeReader {
  /** Fills `buffer` from `offset` on; returns the bytes read, 0 at the end. */
  read(
    context: Context,
    file: FileHandle | null,
    buffer: Uint8Array,
    offset: number,
  ): MaybePromise<number | Errno>;
}

/** `write`. Without it, the handle's. */
export interface NodeWriter {
  /**
   * Writes at `offset`. `writeFlags` are FUSE_WRITE bits, `openFlags` the flags of the descriptor now.
   */
  write(
    context: Context,
    file: FileHandle | null,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno>;
}

/** `fsync`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeFsyncer {
  /** Makes what was written durable. */
  fsync(context: Context, file: FileHandle | null, dataOnly: boolean): Outcome;
}

/** `flush`. Without it, the handle's; without that, success. */
export interface NodeFlusher {
  /** One descriptor of the handle was closed. */
  flush(context: Context, file: FileHandle | null, lockOwner: number | bigint): Outcome;
}

/** `release`. Without it, the handle's. */
export interface NodeReleaser {
  /** The last descriptor has gone; nobody sees the result. */
  release(context: Context, file: FileHandle | null): Outcome;
}

/** `allocate`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeAllocater {
  /** `fallocate(2)`. */
  allocate(
    context: Context,
    file: FileHandle | null,
    offset: number,
    size: number,
    mode: number,
  ): Outcome;
}

/** `copyFileRange`. Without it ENOTSUP, and the kernel copies by reading and writing. */
export interface NodeCopyFileRanger {
  /** Copies to another node; returns the bytes copied. */
  copyFileRange(
    context: Context,
    file: FileHandle | null,
    offset: number,
    target: Inode,
    targetFile: FileHandle | null,
    targetOffset: number,
    length: number,
  ): MaybePromise<number | Errno>;
}

/** `lseek`: finds holes. Without it, the handle's; without that, the file is data to its end. */
export interface NodeLseeker {
  /** The next offset for SEEK_DATA or SEEK_HOLE. */
  lseek(
    context: Context,
    file: FileHandle | null,
    offset: number,
    whence: number,
  ): MaybePromise<number | Errno>;
}

/** `getlk`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeGetlker {
  /** The lock in the way, or null. */
  getlk(
    context: Context,
    file: FileHandle | null,
    lock: FileLock,
  ): MaybePromise<FileLock | null | Errno>;
}

/** `setlk`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeSetlker {
  /** Takes or releases a lock; EAGAIN on conflict. */
  setlk(context: Context, file: FileHandle | null, lock: FileLock): Outcome;
}

/** `setlkw`. Without it, the handle's; without that, ENOTSUP. */
export interface NodeSetlkwer {
  /** Takes a lock and waits for it; EINTR when the context's signal aborts. */
  setlkw(context: Context, file: FileHandle | null, lock: FileLock): Outcome;
}

/** `opendir`: a check before a directory is read. Without it, success. */
export interface NodeOpendirer {
  /** Nothing, or why not; `out.openFlags` takes FOPEN bits, such as CACHE_DIR. */
  opendir(context: Context, out: OpenOut): Outcome;
}

/** `readdir`. Without it, the tree's known children are listed. */
export interface NodeReaddirer {
  /** A stream of entries without `.` and `..`. */
  readdir(context: Context): MaybePromise<DirStream | Errno>;
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

/** Every operation that a node may have. */
export type NodeOperations = Partial<
  & NodeLookuper
  & NodeEntryLookuper
  & NodeStatfser
  & NodeAccesser
  & NodeGetattrer
  & NodeSetattrer
  & NodeOnAdder
  & NodeOnForgetter
  & NodeRootIdentifier
  & NodeGetxattrer
  & NodeSetxattrer
  & NodeRemovexattrer
  & NodeListxattrer
  & NodeReadlinker
  & NodeOpener
  & NodeReader
  & NodeWriter
  & NodeFsyncer
  & NodeFlusher
  & NodeReleaser
  & NodeAllocater
  & NodeCopyFileRanger
  & NodeLseeker
  & NodeGetlker
  & NodeSetlker
  & NodeSetlkwer
  & NodeOpendirer
  & NodeReaddirer
  & NodeMkdirer
  & NodeMknoder
  & NodeLinker
  & NodeSymlinker
  & NodeCreater
  & NodeUnlinker
  & NodeRmdirer
  & NodeRenamer
>;

/**
 * An object that is a node of a tree: it has an {@linkcode Inode}. Extend {@linkcode Node} and
 * `implements` the operations you want, so that a misspelt one fails to compile. With none of them it
 * is a read-only file or directory.
 */
export interface InodeEmbedder extends NodeOperations {
  /** The inode that holds this node's place in the tree. */
  embeddedInode(): Inode;
  /** For the library: links the inode to the node, once. */
  embed(inode: Inode): void;
}

/**
 * The class to extend for nodes of your own; go-fuse's `fs.Inode` by embedding.
 */
export class Node implements InodeEmbedder {
  #inode: Inode | null = null;

  /**
   * The node's place in the tree.
   *
   * @throws {TypeError} Before the node has been given to `newInode` or `mount`.
   */
  embeddedInode(): Inode {
    if (this.#inode === null) {
      throw new TypeError("This node is in no tree yet: pass it to newInode() or mount() first");
    }
    return this.#inode;
  }

  /** For the library: links the inode to the node, once. */
  embed(inode: Inode): void {
    if (this.#inode !== null && this.#inode !== inode) {
      throw new TypeError("This node is in a tree already: make a new object for each inode");
    }
    this.#inode = inode;
  }
}
