/**
 * The kernel's operations by node id: names, attributes, links.
 *
 * @module
 */
import { chain, ERRNO, Errno, isPromise, type MaybePromise } from "../base/mod.ts";
import type { AttrOut, EntryOut, Outcome, Request, SetAttrIn, StatxOut } from "../fuse/mod.ts";
import type { StatFs } from "../provider/mod.ts";
import { checkAccess } from "./access.ts";
import { completeAttr, describeByIdentity } from "./attributes.ts";
import type { FileHandle } from "./file_handle.ts";
import { HandleTable, type OpenEntry } from "./handle_table.ts";
import type { Inode } from "./inode.ts";
import type { Options } from "./options.ts";
import type { Tree } from "./tree.ts";

/** Sizes of a filesystem that does not tell them. */
export const NO_SIZES: StatFs = {
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
 * Translates node ids to nodes, applies the defaults that seed 2 documents for what a node does not
 * implement, and keeps the tree in step with what succeeded.
 *
 * Lookup counts are raised here, where a reply with an entry is made, and nowhere else.
 */
export abstract class NameBridge {
  /** The tree that is served. */
  readonly tree: Tree;
  /** Timeouts and defaults. */
  protected readonly options: Options;
  /** What is open. */
  protected readonly handles: HandleTable = new HandleTable();

  /** Serves this tree. */
  constructor(tree: Tree, options: Options) {
    this.tree = tree;
    this.options = options;
  }

  /** The path of a node, for messages. */
  pathOf(nodeid: number): string | undefined {
    return this.tree.get(nodeid)?.path();
  }

  /** The inode that the kernel means; ESTALE when it is not known. */
  protected inodeAt(nodeid: number): Inode | Errno {
    return this.tree.get(nodeid) ?? ERRNO.ESTALE;
  }

  /** The handle for an operation on a node: none for number 0. */
  protected opened(fh: number): OpenEntry | undefined {
    return this.handles.get(fh);
  }

  /** Looks a name up in its directory. */
  lookup(request: Request, name: string, out: EntryOut): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const node = parent.operations;
    const found = node.lookup === undefined
      ? this.#knownChild(request, parent, name, out)
      : node.lookup(request, name, out);
    return isPromise(found)
      ? this.#enterLater(found, parent, name, out)
      : this.enter(found, parent, name, out);
  }

  #knownChild(
    request: Request,
    parent: Inode,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno> {
    const child = parent.getChild(name);
    if (child === undefined) return ERRNO.ENOENT;
    return chain(this.#entryAttributes(request, child, out), (errno) => errno ?? child);
  }

  /** Attributes of a node that was found in the tree, for an entry. */
  #entryAttributes(request: Request, inode: Inode, out: EntryOut): Outcome {
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
    return found.then((child) => this.enter(child, parent, name, out));
  }

  /** An entry goes to the kernel: the tree and the lookup count follow. */
  protected enter(found: Inode | Errno, parent: Inode, name: string, out: EntryOut): Errno | void {
    if (found instanceof Errno) return this.#negative(found, out);
    // A bind mount on the host: for the kernel, too, one directory has one place.
    if (found.isDir && parent.isWithin(found)) return ERRNO.ELOOP;
    parent.addChild(name, found);
    this.grant(found, out);
  }

  /** With a timeout, ENOENT becomes an entry for node 0, which the kernel may remember. */
  #negative(errno: Errno, out: EntryOut): Errno | void {
    const timeout = out.entryTimeoutMs ?? this.options.negativeTimeoutMs ?? 0;
    if (errno !== ERRNO.ENOENT || timeout <= 0) return errno;
    out.reset();
    out.entryTimeoutMs = timeout;
  }

  /** Counts a lookup and completes the entry. */
  protected grant(inode: Inode, out: EntryOut): void {
    this.tree.grant(inode);
    out.nodeid = inode.nodeid;
    completeAttr(out, inode, this.options);
  }

  /** The kernel forgets lookups. */
  forget(nodeid: number, count: number): void {
    this.tree.forget(nodeid, count);
  }

  /** Attributes of a node. */
  getattr(request: Request, fh: number, out: AttrOut): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    return this.attributes(request, inode, this.opened(fh)?.file ?? null, out);
  }

  /** The complete attributes of a node. */
  protected attributes(
    request: Request,
    inode: Inode,
    file: FileHandle | null,
    out: AttrOut,
  ): Outcome {
    out.reset();
    const node = inode.operations;
    const done = node.getattr !== undefined
      ? node.getattr(request, file, out)
      : file?.getattr !== undefined
      ? file.getattr(request, out)
      : describeByIdentity(inode, out.attr);
    return chain(done, (errno): Errno | void => {
      if (errno !== undefined) return errno;
      completeAttr(out, inode, this.options);
    });
  }

  /**
   * Attributes with the time of birth. Nodes that cannot tell it answer without: ENOSYS would turn the
   * question off for all nodes of the mount.
   */
  statx(request: Request, fh: number, mask: number, out: StatxOut): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    const node = inode.operations;
    const file = this.opened(fh)?.file ?? null;
    if (node.statx === undefined) return this.#statxByGetattr(request, inode, file, out);
    const done = node.statx(request, file, mask, out);
    return chain(done, (errno): Errno | void => {
      if (errno !== undefined) return errno;
      completeAttr(out, inode, this.options);
    });
  }

  #statxByGetattr(
    request: Request,
    inode: Inode,
    file: FileHandle | null,
    out: StatxOut,
  ): Outcome {
    const { attrOut } = request;
    return chain(this.attributes(request, inode, file, attrOut), (errno): Errno | void => {
      if (errno !== undefined) return errno;
      Object.assign(out.attr, attrOut.attr);
      out.attrTimeoutMs = attrOut.attrTimeoutMs;
    });
  }

  /** Changes attributes of a node. */
  setattr(request: Request, input: SetAttrIn, out: AttrOut): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    const file = this.opened(input.fh)?.file ?? null;
    const node = inode.operations;
    const done = node.setattr !== undefined
      ? node.setattr(request, file, input, out)
      : file?.setattr !== undefined
      ? file.setattr(request, input, out)
      : ERRNO.EOPNOTSUPP;
    return chain(done, (errno): Errno | void => {
      if (errno !== undefined) return errno;
      completeAttr(out, inode, this.options);
    });
  }

  /** Checks permissions; only without the mount option default_permissions. */
  access(request: Request, mask: number): Outcome {
    const inode = this.inodeAt(request.nodeid);
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
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.readlink === undefined ? ERRNO.EINVAL : node.readlink(request);
  }

  /** Makes a symbolic link. */
  symlink(request: Request, name: string, target: string, out: EntryOut): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const made = parent.operations.symlink?.(request, target, name, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** Makes a special file. */
  mknod(request: Request, name: string, mode: number, rdev: number, out: EntryOut): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const made = parent.operations.mknod?.(request, name, mode, rdev, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** Makes a directory. */
  mkdir(request: Request, name: string, mode: number, out: EntryOut): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    const made = parent.operations.mkdir?.(request, name, mode, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** As `#enter`, but ENOENT is the caller's and never a negative entry. */
  #enterNew(made: Inode | Errno, parent: Inode, name: string, out: EntryOut): Errno | void {
    return made instanceof Errno ? made : this.enter(made, parent, name, out);
  }

  /** Removes a name. */
  unlink(request: Request, name: string): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    const node = parent.operations;
    if (node.unlink === undefined) return ERRNO.EROFS;
    return chain(
      node.unlink(request, name),
      (errno) => errno instanceof Errno ? errno : this.#removed(parent.rmChild(name)),
    );
  }

  /** Removes a directory. */
  rmdir(request: Request, name: string): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    const node = parent.operations;
    if (node.rmdir === undefined) return ERRNO.EROFS;
    return chain(
      node.rmdir(request, name),
      (errno) => errno instanceof Errno ? errno : this.#removed(parent.rmChild(name)),
    );
  }

  /** What has no name left gives its number free. */
  #removed(inode: Inode | undefined): undefined {
    if (inode === undefined || !inode.isDetached) return;
    this.tree.retire(inode);
    inode.persistent = false;
    this.tree.dropIfUnused(inode);
  }

  /** Moves a name. */
  rename(
    request: Request,
    name: string,
    newParent: number,
    newName: string,
    flags: number,
  ): Outcome {
    const from = this.inodeAt(request.nodeid);
    const to = this.inodeAt(newParent);
    if (from instanceof Errno) return from;
    if (to instanceof Errno) return to;
    const node = from.operations;
    if (node.rename === undefined) return ERRNO.EROFS;
    const done = node.rename(request, name, to.operations, newName, flags);
    return chain(
      done,
      (errno) => errno instanceof Errno ? errno : this.#renamed(from, name, to, newName, flags),
    );
  }

  #renamed(from: Inode, name: string, to: Inode, newName: string, flags: number): undefined {
    if ((flags & 2) !== 0) from.exchangeChild(name, to, newName);
    else this.#removed(from.mvChild(name, to, newName));
  }

  /** Gives a node another name. */
  link(request: Request, target: number, name: string, out: EntryOut): Outcome {
    const parent = this.inodeAt(request.nodeid);
    const existing = this.inodeAt(target);
    if (parent instanceof Errno) return parent;
    if (existing instanceof Errno) return existing;
    out.reset();
    const node = parent.operations;
    const made = node.link?.(request, existing.operations, name, out) ?? ERRNO.EROFS;
    return chain(made, (child) => this.#enterNew(child, parent, name, out));
  }

  /** Sizes of the filesystem. */
  statfs(request: Request): MaybePromise<StatFs | Errno> {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.statfs === undefined ? NO_SIZES : node.statfs(request);
  }

  /** Makes everything durable. */
  syncfs(request: Request): Outcome {
    const node = this.tree.root.operations;
    return node.syncfs === undefined ? ERRNO.ENOSYS : node.syncfs(request);
  }

  /** An extended attribute. */
  getxattr(request: Request, name: string): MaybePromise<Uint8Array | Errno> {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.getxattr === undefined ? ERRNO.ENODATA : node.getxattr(request, name);
  }

  /** The names of extended attributes. */
  listxattr(request: Request): MaybePromise<readonly string[] | Errno> {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.listxattr === undefined ? [] : node.listxattr(request);
  }

  /** Sets an extended attribute. */
  setxattr(request: Request, name: string, value: Uint8Array, flags: number): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.setxattr === undefined ? ERRNO.ENODATA : node.setxattr(request, name, value, flags);
  }

  /** Removes an extended attribute. */
  removexattr(request: Request, name: string): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    const node = inode.operations;
    return node.removexattr === undefined ? ERRNO.ENODATA : node.removexattr(request, name);
  }
}
