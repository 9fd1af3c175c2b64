/**
 * The kernel's operations on a tree of inodes.
 *
 * @module
 */
import { chain, ERRNO, Errno, isPromise, type MaybePromise } from "../base/mod.ts";
import type { AttrOut, DirEntryList, EntryOut, OpenOut, RawFileSystem } from "../fuse/mod.ts";
import type { Outcome, Request, SetAttrIn } from "../fuse/mod.ts";
import type { FileLock, StatFs } from "../provider/mod.ts";
import { checkAccess } from "./access.ts";
import { completeAttr, describeByIdentity } from "./attributes.ts";
import { DirReader } from "./dir_reader.ts";
import { fillListing } from "./listing.ts";
import { type DirStream, newListDirStream } from "./dir_stream.ts";
import { HandleTable, type OpenEntry } from "./handle_table.ts";
import type { Inode } from "./inode.ts";
import type { Created } from "./node.ts";
import type { TreeOptions } from "./options.ts";
import { LIBRARY_CONTEXT, type Tree } from "./tree.ts";

const NO_SIZES: StatFs = {
  bsize: 4096,
  frsize: 4096,
  blocks: 0,
  bfree: 0,
  bavail: 0,
  files: 0,
  ffree: 0,
  namelen: 255,
};

/**
 * Translates node ids and handle numbers to nodes and handles, applies the defaults that seed 2
 * documents for what a node does not implement, and keeps the tree in step with what succeeded.
 *
 * Lookup counts are raised here, where a reply with an entry is made, and nowhere else.
 */
export class Bridge implements RawFileSystem {
  readonly #tree: Tree;
  readonly #options: TreeOptions;
  readonly #handles = new HandleTable();

  /** Serves this tree. */
  constructor(tree: Tree, options: TreeOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  /** How many files and directories are open. */
  get openCount(): number {
    return this.#handles.size;
  }

  /** The root learns that it is in use. */
  init(): void {
    const root = this.#tree.root.operations;
    root.onAdd?.(LIBRARY_CONTEXT);
  }

  /** Releases what the kernel left open: after a forced end it sends no RELEASE. */
  async destroy(): Promise<void> {
    for (const number of this.#handles.numbers()) {
      const entry = this.#handles.remove(number);
      entry?.directory?.close();
      if (entry !== undefined) await this.#releaseFile(entry);
    }
  }

  #inode(nodeid: number): Inode | Errno {
    return this.#tree.get(nodeid) ?? ERRNO.ESTALE;
  }

  /** The handle for an operation on a node: none for number 0. */
  #open(fh: number): OpenEntry | undefined {
    return this.#handles.get(fh);
  }

  /** Looks a name up in its directory. */
  lookup(request: Request, name: string, out: EntryOut): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const node = parent.operations;
    const found = node.lookup === undefined
      ? this.#knownChild(request, parent, name, out)
      : node.lookup(request, name, out);
    return isPromise(found)
      ? this.#enterLater(found, parent, name, out)
      : this.#enter(found, parent, name, out);
  }

  #knownChild(
    request: Request,
    parent: Inode,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno> {
    const child = parent.getChild(name);
    if (child === undefined) return ERRNO.ENOENT;
    return chain(this.#attributes(request, child, out), (errno) => errno ?? child);
  }

  /** Attributes of a node that was found in the tree, for an entry. */
  #attributes(request: Request, inode: Inode, out: EntryOut): Outcome {
    const node = inode.operations;
    if (node.getattr === undefined) return describeByIdentity(inode, out.attr);
    const attrOut = request.attrOut;
    attrOut.reset();
    return chain(node.getattr(request, null, attrOut), (errno): Errno | void => {
      if (errno !== undefined) return errno;
      Object.assign(out.attr, attrOut.attr);
      out.attrTimeoutMs = attrOut.attrTimeoutMs;
    });
  }

  #enterLater(
    found: Promise<Inode | Errno>,
    parent: Inode,
    name: string,
    out: EntryOut,
  ): Promise<Errno | void> {
    return found.then((child) => this.#enter(child, parent, name, out));
  }

  /** An entry goes to the kernel: the tree and the lookup count follow. */
  #enter(found: Inode | Errno, parent: Inode, name: string, out: EntryOut): Errno | void {
    if (found instanceof Errno) return this.#negative(found, out);
    parent.addChild(name, found);
    this.#grant(found, out);
  }

  /** With a timeout, ENOENT becomes an entry for node 0, which the kernel may remember. */
  #negative(errno: Errno, out: EntryOut): Errno | void {
    const timeout = out.entryTimeoutMs ?? this.#options.negativeTimeoutMs ?? 0;
    if (errno !== ERRNO.ENOENT || timeout <= 0) return errno;
    out.reset();
    out.entryTimeoutMs = timeout;
  }

  #grant(inode: Inode, out: EntryOut): void {
    this.#tree.grant(inode);
    out.nodeid = inode.nodeid;
    completeAttr(out.attr, inode, this.#options);
  }

  /** The kernel forgets lookups. */
  forget(nodeid: number, count: number): void {
    this.#tree.forget(nodeid, count);
  }

  /** Attributes of a node. */
  getattr(request: Request, fh: number, out: AttrOut): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    const file = this.#open(fh)?.file ?? null;
    const node = inode.operations;
    const done = node.getattr !== undefined
      ? node.getattr(request, file, out)
      : file?.getattr !== undefined
      ? file.getattr(request, out)
      : describeByIdentity(inode, out.attr);
    return chain(done, (errno): Errno | void => {
      if (errno !== undefined) return errno;
      completeAttr(out.attr, inode, this.#options);
    });
  }

  /** Changes attributes of a node. */
  setattr(request: Request, input: SetAttrIn, out: AttrOut): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    const file = this.#open(input.fh)?.file ?? null;
    const node = inode.operations;
    const done = node.setattr !== undefined
      ? node.setattr(request, file, input, out)
      : file?.setattr !== undefined
      ? file.setattr(request, input, out)
      : ERRNO.EOPNOTSUPP;
    return chain(done, (errno): Errno | void => {
      if (errno !== undefined) return errno;
      completeAttr(out.attr, inode, this.#options);
    });
  }

  /** Checks permissions; only without the mount option default_permissions. */
  access(request: Request, mask: number): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    if (node.access !== undefined) return node.access(request, mask);
    return chain(this.getattr(request, 0, request.attrOut), (errno) => {
      if (errno !== undefined) return errno;
      return checkAccess(request, request.attrOut.attr, mask) ? undefined : ERRNO.EACCES;
    });
  }

  /** The target of a symbolic link. */
  readlink(request: Request): MaybePromise<Uint8Array | Errno> {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    return inode.operations.readlink?.(request) ?? ERRNO.EINVAL;
  }

  /** Makes a symbolic link. */
  symlink(request: Request, name: string, target: string, out: EntryOut): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const made = parent.operations.symlink?.(request, target, name, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** Makes a special file. */
  mknod(request: Request, name: string, mode: number, rdev: number, out: EntryOut): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const made = parent.operations.mknod?.(request, name, mode, rdev, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** Makes a directory. */
  mkdir(request: Request, name: string, mode: number, out: EntryOut): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const made = parent.operations.mkdir?.(request, name, mode, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** As `#enter`, but ENOENT is the caller's and never a negative entry. */
  #enterNew(made: Inode | Errno, parent: Inode, name: string, out: EntryOut): Errno | void {
    return made instanceof Errno ? made : this.#enter(made, parent, name, out);
  }

  /** Removes a name. */
  unlink(request: Request, name: string): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    const node = parent.operations;
    if (node.unlink === undefined) return ERRNO.EROFS;
    return chain(
      node.unlink(request, name),
      (errno) => errno ?? this.#removed(parent.rmChild(name)),
    );
  }

  /** Removes a directory. */
  rmdir(request: Request, name: string): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    const node = parent.operations;
    if (node.rmdir === undefined) return ERRNO.EROFS;
    return chain(
      node.rmdir(request, name),
      (errno) => errno ?? this.#removed(parent.rmChild(name)),
    );
  }

  /** What has no name left gives its number free. */
  #removed(inode: Inode | undefined): undefined {
    if (inode === undefined || !inode.isDetached) return;
    this.#tree.retire(inode);
    inode.persistent = false;
    this.#tree.dropIfUnused(inode);
  }

  /** Moves a name. */
  rename(
    request: Request,
    name: string,
    newParent: number,
    newName: string,
    flags: number,
  ): Outcome {
    const from = this.#inode(request.nodeid);
    const to = this.#inode(newParent);
    if (from instanceof Errno) return from;
    if (to instanceof Errno) return to;
    const node = from.operations;
    if (node.rename === undefined) return ERRNO.EROFS;
    const done = node.rename(request, name, to.operations, newName, flags);
    return chain(done, (errno) => errno ?? this.#renamed(from, name, to, newName, flags));
  }

  #renamed(from: Inode, name: string, to: Inode, newName: string, flags: number): undefined {
    if ((flags & 2) !== 0) from.exchangeChild(name, to, newName);
    else this.#removed(from.mvChild(name, to, newName));
  }

  /** Gives a node another name. */
  link(request: Request, target: number, name: string, out: EntryOut): Outcome {
    const parent = this.#inode(request.nodeid);
    const existing = this.#inode(target);
    if (parent instanceof Errno) return parent;
    if (existing instanceof Errno) return existing;
    out.reset();
    const node = parent.operations;
    const made = node.link?.(request, existing.operations, name, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** Opens a file. */
  open(request: Request, flags: number, out: OpenOut): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    const opened = inode.operations.open?.(request, flags, out) ?? ERRNO.EOPNOTSUPP;
    return chain(opened, (file): Errno | void => {
      if (file instanceof Errno) return file;
      out.fh = this.#handles.add({ inode, file, directory: null });
    });
  }

  /** Makes and opens a file. */
  create(
    request: Request,
    name: string,
    flags: number,
    mode: number,
    out: EntryOut,
    opened: OpenOut,
  ): Outcome {
    const parent = this.#inode(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    opened.reset();
    const node = parent.operations;
    const made: MaybePromise<Created | Errno> =
      node.create?.(request, name, flags, mode, out, opened) ?? ERRNO.EROFS;
    return chain(made, (created): Errno | void => {
      if (created instanceof Errno) return created;
      this.#enter(created.inode, parent, name, out);
      const { inode, file } = created;
      opened.fh = this.#handles.add({ inode, file, directory: null });
    });
  }

  /** Reads from a file. */
  read(
    request: Request,
    fh: number,
    buffer: Uint8Array,
    offset: number,
  ): MaybePromise<number | Errno> {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations }, file } = entry;
    if (operations.read !== undefined) return operations.read(request, file, buffer, offset);
    return file?.read?.(request, buffer, offset) ?? ERRNO.EOPNOTSUPP;
  }

  /** Writes to a file. */
  write(
    request: Request,
    fh: number,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno> {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.write !== undefined) {
      return node.write(request, file, data, offset, writeFlags, openFlags);
    }
    return file?.write?.(request, data, offset) ?? ERRNO.EOPNOTSUPP;
  }

  /** A descriptor was closed. */
  flush(request: Request, fh: number, lockOwner: number | bigint): Outcome {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.flush !== undefined) return node.flush(request, file, lockOwner);
    return file?.flush?.(request);
  }

  /** The last descriptor was closed. */
  release(request: Request, fh: number): Outcome {
    const entry = this.#handles.remove(fh);
    if (entry === undefined) return ERRNO.EBADF;
    return chain(this.#releaseFile(entry, request), (errno) => {
      this.#tree.dropIfUnused(entry.inode);
      return errno;
    });
  }

  #releaseFile({ inode, file }: OpenEntry, context = LIBRARY_CONTEXT): Outcome {
    const node = inode.operations;
    return node.release !== undefined ? node.release(context, file) : file?.release?.(context);
  }

  /** Makes a file durable. */
  fsync(request: Request, fh: number, dataOnly: boolean): Outcome {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.fsync !== undefined) return node.fsync(request, file, dataOnly);
    return file?.fsync === undefined ? ERRNO.EOPNOTSUPP : file.fsync(request, dataOnly);
  }

  /** Opens a directory. */
  opendir(request: Request, _flags: number, out: OpenOut): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    return chain(inode.operations.opendir?.(request), (errno): Errno | void => {
      if (errno !== undefined) return errno;
      const directory = new DirReader(() => this.#list(inode));
      out.fh = this.#handles.add({ inode, file: null, directory });
    });
  }

  #list(inode: Inode): MaybePromise<DirStream | Errno> {
    const node = inode.operations;
    if (node.readdir !== undefined) return node.readdir(LIBRARY_CONTEXT);
    const known = [...inode.children()].map(([name, child]) => ({
      name,
      type: child.stableAttr.mode,
      ino: child.stableAttr.ino,
    }));
    return newListDirStream(known);
  }

  /** Lists a directory from an offset on. */
  readdir(request: Request, fh: number, offset: number, list: DirEntryList): Outcome {
    const entry = this.#open(fh);
    if (entry === undefined || entry.directory === null) return ERRNO.EBADF;
    const { inode, directory } = entry;
    const grant = (child: Inode, out: EntryOut): void => this.#grant(child, out);
    return fillListing({ request, inode, directory, list, offset, options: this.#options, grant });
  }

  /** Closes a directory. */
  releasedir(_request: Request, fh: number): Outcome {
    const entry = this.#handles.remove(fh);
    if (entry === undefined) return ERRNO.EBADF;
    entry.directory?.close();
    this.#tree.dropIfUnused(entry.inode);
  }

  /** Makes a directory durable. */
  fsyncdir(request: Request, fh: number, dataOnly: boolean): Outcome {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    return entry.inode.operations.fsync?.(request, null, dataOnly);
  }

  /** Sizes of the filesystem. */
  statfs(request: Request): MaybePromise<StatFs | Errno> {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    return inode.operations.statfs?.(request) ?? NO_SIZES;
  }

  /** An extended attribute. */
  getxattr(request: Request, name: string): MaybePromise<Uint8Array | Errno> {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    return inode.operations.getxattr?.(request, name) ?? ERRNO.ENODATA;
  }

  /** The names of extended attributes. */
  listxattr(request: Request): MaybePromise<readonly string[] | Errno> {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    return inode.operations.listxattr?.(request) ?? [];
  }

  /** Sets an extended attribute. */
  setxattr(request: Request, name: string, value: Uint8Array, flags: number): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.setxattr === undefined ? ERRNO.ENODATA : node.setxattr(request, name, value, flags);
  }

  /** Removes an extended attribute. */
  removexattr(request: Request, name: string): Outcome {
    const inode = this.#inode(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.removexattr === undefined ? ERRNO.ENODATA : node.removexattr(request, name);
  }

  /** The lock in the way. */
  getlk(
    request: Request,
    fh: number,
    lock: FileLock,
  ): MaybePromise<FileLock | null | Errno> {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.getlk !== undefined) return node.getlk(request, file, lock);
    return file?.getlk === undefined ? ERRNO.EOPNOTSUPP : file.getlk(request, lock);
  }

  /** Takes or releases a lock. */
  setlk(request: Request, fh: number, lock: FileLock, wait: boolean): Outcome {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (wait) {
      if (node.setlkw !== undefined) return node.setlkw(request, file, lock);
      return file?.setlkw === undefined ? ERRNO.EOPNOTSUPP : file.setlkw(request, lock);
    }
    if (node.setlk !== undefined) return node.setlk(request, file, lock);
    return file?.setlk === undefined ? ERRNO.EOPNOTSUPP : file.setlk(request, lock);
  }

  /** Allocates space. */
  fallocate(request: Request, fh: number, mode: number, offset: number, length: number): Outcome {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.allocate !== undefined) return node.allocate(request, file, offset, length, mode);
    if (file?.allocate === undefined) return ERRNO.EOPNOTSUPP;
    return file.allocate(request, offset, length, mode);
  }

  /** Finds data or a hole. ENOSYS tells the kernel that there are no holes here. */
  lseek(
    request: Request,
    fh: number,
    offset: number,
    whence: number,
  ): MaybePromise<number | Errno> {
    const entry = this.#open(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.lseek !== undefined) return node.lseek(request, file, offset, whence);
    return file?.lseek?.(request, offset, whence) ?? ERRNO.ENOSYS;
  }

  /** Copies between files. ENOSYS makes the kernel read and write instead. */
  copyFileRange(
    request: Request,
    fh: number,
    offset: number,
    targetFh: number,
    targetOffset: number,
    length: number,
  ): MaybePromise<number | Errno> {
    const from = this.#open(fh);
    const to = this.#open(targetFh);
    if (from === undefined || to === undefined) return ERRNO.EBADF;
    const node = from.inode.operations;
    if (node.copyFileRange === undefined) return ERRNO.ENOSYS;
    return node.copyFileRange(
      request,
      from.file,
      offset,
      to.inode,
      to.file,
      targetOffset,
      length,
    );
  }
}
