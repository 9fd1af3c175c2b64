/**
 * The kernel's operations on a tree of inodes: those by handle, and all of them together.
 *
 * @module
 */
import {
  chain,
  ERRNO,
  Errno,
  type MaybePromise,
  O_ACCMODE,
  O_APPEND,
  O_RDWR,
  O_WRONLY,
  rescue,
  SEEK_DATA,
  SEEK_HOLE,
} from "../base/mod.ts";
import type {
  Agreement,
  BackingFiles,
  DirEntryList,
  EntryOut,
  OpenOut,
  Outcome,
  RawFileSystem,
  Request,
} from "../fuse/mod.ts";
import { FOPEN } from "../fuse/mod.ts";
import { takePart } from "../libc/mod.ts";
import type { Context } from "../provider/mod.ts";
import { type DirStream, newListDirStream } from "./dir_stream.ts";
import type { OpenEntry } from "./handle_table.ts";
import type { FileHandle } from "./file_handle.ts";
import type { Inode } from "./inode.ts";
import { fillListing } from "./listing.ts";
import { ListingKeeper } from "./listing_keeper.ts";
import { LockBridge } from "./lock_bridge.ts";
import type { Created } from "./name_operations.ts";
import type { Options } from "./options.ts";
import { Passthrough } from "./passthrough.ts";
import { LIBRARY_CONTEXT, type Tree } from "./tree.ts";

/** What a regular file is ready for: POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM. */
const POLL_ALWAYS = 0x145;

/** Translates handle numbers to nodes and handles. */
export class Bridge extends LockBridge implements RawFileSystem {
  /** Which opens the kernel serves by itself. */
  readonly passthrough: Passthrough = new Passthrough();

  readonly #listings: ListingKeeper;

  /** How to tell the kernel of files that it can serve by itself; null without a kernel. */
  backingFiles: BackingFiles | null = null;

  /** Serves this tree. */
  constructor(tree: Tree, options: Options) {
    super(tree, options);
    this.#listings = new ListingKeeper(options);
  }

  /** The tree is complete before the kernel comes; what can be done depends on what was agreed. */
  init(agreement?: Agreement): void {
    if (agreement?.flags.has("PASSTHROUGH") === true) this.passthrough.files = this.backingFiles;
  }

  /** How many files and directories are open. */
  get openCount(): number {
    return this.handles.size;
  }

  /** Releases what the kernel left open: after a forced end it sends no RELEASE. As with that, nobody hears of errors. */
  async destroy(): Promise<void> {
    for (const number of this.handles.numbers()) {
      const entry = this.handles.remove(number);
      if (entry === undefined) continue;
      await rescue(() => entry.directory?.close(), () => {});
      await rescue(() => this.#releaseFile(entry), () => {});
    }
    this.#listings.close();
  }

  /**
   * With a writeback cache the kernel fills pages before it changes them, so it reads also through what
   * is open for writing only; and it knows itself where the end is that O_APPEND writes to.
   */
  #openFlags(flags: number): number {
    if (this.options.writebackCache !== true) return flags;
    const access = flags & O_ACCMODE;
    return (flags & ~(O_ACCMODE | O_APPEND)) | (access === O_WRONLY ? O_RDWR : access);
  }

  /** Opens a file. */
  open(request: Request, flags: number, out: OpenOut): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    const node = inode.operations;
    if (node.open === undefined) return ERRNO.EOPNOTSUPP;
    return chain(node.open(request, this.#openFlags(flags), out), (file): Errno | void => {
      if (file instanceof Errno) return file;
      const changesUnseen = this.#opened(inode, file, flags, out);
      // The reply to making a file has attributes, and says that they are not to be kept.
      if (changesUnseen) this.notices?.invalidateAttributesNow(inode.nodeid);
    });
  }

  #opened(inode: Inode, file: FileHandle | null, flags: number, out: OpenOut): boolean {
    out.fh = this.handles.add({ inode, file, directory: null });
    const changesUnseen = this.passthrough.opened(inode, file, flags, out);
    if (this.options.keepCaches === true && out.backingId === 0) out.openFlags |= FOPEN.KEEP_CACHE;
    return changesUnseen;
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
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    opened.reset();
    const node = parent.operations;
    const made: MaybePromise<Created | Errno> =
      node.create?.(request, name, this.#openFlags(flags), mode, out, opened) ?? ERRNO.EROFS;
    return chain(made, (created): Errno | void => {
      if (created instanceof Errno) return created;
      this.#opened(created.inode, created.file, flags, opened);
      this.enter(created.inode, parent, name, out);
    });
  }

  /** Makes and opens a file without a name. It stays as long as it is open, or until it is linked. */
  tmpfile(
    request: Request,
    flags: number,
    mode: number,
    out: EntryOut,
    opened: OpenOut,
  ): Outcome {
    const parent = this.inodeAt(request.nodeid);
    if (parent instanceof Errno) return parent;
    out.reset();
    opened.reset();
    const node = parent.operations;
    if (node.tmpfile === undefined) return ERRNO.EOPNOTSUPP;
    const made = node.tmpfile(request, this.#openFlags(flags), mode, out, opened);
    return chain(made, (created): Errno | void => {
      if (created instanceof Errno) return created;
      this.#opened(created.inode, created.file, flags, opened);
      this.grant(created.inode, out);
    });
  }

  /** Reads from a file. */
  read(
    request: Request,
    fh: number,
    buffer: Uint8Array,
    offset: number,
  ): MaybePromise<number | Errno> {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations }, file } = entry;
    if (operations.read !== undefined) return operations.read(request, file, buffer, offset);
    return file?.read === undefined ? ERRNO.EOPNOTSUPP : file.read(request, buffer, offset);
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
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.write !== undefined) {
      return node.write(request, file, data, offset, writeFlags, openFlags);
    }
    if (file?.write === undefined) return ERRNO.EOPNOTSUPP;
    return file.write(request, data, offset, writeFlags, openFlags);
  }

  /** A descriptor was closed. */
  flush(request: Request, fh: number, lockOwner: number | bigint): Outcome {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.flush !== undefined) return node.flush(request, file, lockOwner);
    return file?.flush?.(request);
  }

  /** The last descriptor was closed. */
  release(request: Request, fh: number): Outcome {
    const entry = this.handles.remove(fh);
    if (entry === undefined) return ERRNO.EBADF;
    // What it takes up is given back with it.
    if (entry.inode.isDetached) takePart();
    this.passthrough.released(entry.inode);
    return chain(this.#releaseFile(entry, request), (errno) => {
      this.tree.dropIfUnused(entry.inode);
      return errno;
    });
  }

  #releaseFile({ inode, file }: OpenEntry, context = LIBRARY_CONTEXT): Outcome {
    const node = inode.operations;
    return node.release !== undefined ? node.release(context, file) : file?.release?.(context);
  }

  /** Makes a file durable. */
  fsync(request: Request, fh: number, dataOnly: boolean): Outcome {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.fsync !== undefined) return node.fsync(request, file, dataOnly);
    return file?.fsync === undefined ? ERRNO.EOPNOTSUPP : file.fsync(request, dataOnly);
  }

  /** Opens a directory. */
  opendir(request: Request, _flags: number, out: OpenOut): Outcome {
    const inode = this.inodeAt(request.nodeid);
    if (inode instanceof Errno) return inode;
    out.reset();
    return chain(inode.operations.opendir?.(request, out), (errno): Errno | void => {
      if (errno !== undefined) return errno;
      const directory = this.#listings.open(inode, (context) => this.#list(inode, context), out);
      out.fh = this.handles.add({ inode, file: null, directory });
    });
  }

  #list(inode: Inode, context: Context): MaybePromise<DirStream | Errno> {
    const node = inode.operations;
    if (node.readdir !== undefined) return node.readdir(context);
    const known = [...inode.children()].map(([name, child]) => ({
      name,
      type: child.stableAttr.mode,
      ino: child.stableAttr.ino,
    }));
    return newListDirStream(known);
  }

  /** Lists a directory from an offset on. */
  readdir(request: Request, fh: number, offset: number, list: DirEntryList): Outcome {
    const entry = this.opened(fh);
    if (entry === undefined || entry.directory === null) return ERRNO.EBADF;
    const { inode, directory } = entry;
    const grant = (child: Inode, out: EntryOut): void => this.grant(child, out);
    return fillListing({ request, inode, directory, list, offset, options: this.options, grant });
  }

  /** Closes a directory. */
  releasedir(_request: Request, fh: number): Outcome {
    const entry = this.handles.remove(fh);
    if (entry === undefined) return ERRNO.EBADF;
    entry.directory?.close();
    this.tree.dropIfUnused(entry.inode);
  }

  /** Makes a directory durable. */
  fsyncdir(request: Request, fh: number, dataOnly: boolean): Outcome {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    return entry.inode.operations.fsync?.(request, null, dataOnly);
  }

  /** Allocates space. */
  fallocate(request: Request, fh: number, mode: number, offset: number, length: number): Outcome {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.allocate !== undefined) return node.allocate(request, file, offset, length, mode);
    if (file?.allocate === undefined) return ERRNO.EOPNOTSUPP;
    return file.allocate(request, offset, length, mode);
  }

  /** Finds data or a hole; what knows no holes is data to its end (`lseek(2)`). */
  lseek(
    request: Request,
    fh: number,
    offset: number,
    whence: number,
  ): MaybePromise<number | Errno> {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.lseek !== undefined) return node.lseek(request, file, offset, whence);
    if (file?.lseek !== undefined) return file.lseek(request, offset, whence);
    const { attrOut } = request;
    return chain(this.attributes(request, entry.inode, file, attrOut), (errno): number | Errno => {
      if (errno !== undefined) return errno;
      const { size } = attrOut.attr;
      if (offset >= size) return ERRNO.ENXIO;
      return whence === SEEK_DATA ? offset : whence === SEEK_HOLE ? size : ERRNO.EINVAL;
    });
  }

  /** Something else, by number. */
  ioctl(
    request: Request,
    fh: number,
    command: number,
    argument: number | bigint,
    input: Uint8Array,
    output: Uint8Array,
  ): MaybePromise<number | Errno> {
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    if (node.ioctl !== undefined) {
      return node.ioctl(request, file, command, argument, input, output);
    }
    return file?.ioctl?.(request, command, argument, input, output) ?? ERRNO.ENOTTY;
  }

  /**
   * Whether an open file is ready. One that cannot say is always ready, as files are (`poll(2)`). ENOSYS of
   * one of them is kept from the kernel, which would never again ask about any file of the mount.
   */
  poll(
    request: Request,
    fh: number,
    kernelHandle: number | bigint | null,
    events: number,
  ): MaybePromise<number | Errno> {
    if (this.options.alwaysReady === true) return ERRNO.ENOSYS;
    const entry = this.opened(fh);
    if (entry === undefined) return ERRNO.EBADF;
    const { inode: { operations: node }, file } = entry;
    const wake = kernelHandle === null ? null : () => this.tree.callbacks.wakePoll(kernelHandle);
    const ready = node.poll !== undefined
      ? node.poll(request, file, events, wake)
      : file?.poll?.(request, events, wake) ?? ERRNO.ENOSYS;
    return chain(ready, (found) => found === ERRNO.ENOSYS ? events & POLL_ALWAYS : found);
  }

  /** Copies between files. EOPNOTSUPP makes the kernel read and write instead, this time. */
  copyFileRange(
    request: Request,
    fh: number,
    offset: number,
    targetFh: number,
    targetOffset: number,
    length: number,
  ): MaybePromise<number | Errno> {
    const from = this.opened(fh);
    const to = this.opened(targetFh);
    if (from === undefined || to === undefined) return ERRNO.EBADF;
    const node = from.inode.operations;
    if (node.copyFileRange === undefined) return ERRNO.EOPNOTSUPP;
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
