/**
 * A provider's file as a node of the inode tree.
 *
 * @module
 */
import {
  chain,
  encodeName,
  ERRNO,
  type Errno,
  FsError,
  isRegular,
  join,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_TRUNC,
  O_WRONLY,
  rescue,
  S_IFMT,
} from "../base/mod.ts";
import type { AttrOut, EntryOut, OpenOut, SetAttrIn } from "../fuse/mod.ts";
import type { DirStream, FileHandle, Inode, InodeEmbedder, StreamEntry } from "../nodefs/mod.ts";
import { newListDirStream, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type {
  CapabilitySet,
  Context,
  FileInfo,
  Handle,
  Provider,
  StatFs,
} from "../provider/mod.ts";
import { fillAttr } from "./attr_of.ts";
import { changeAttributes } from "./change_attributes.ts";
import { ProviderFile } from "./provider_file.ts";

/** What a removed file without an open handle still shows: its last attributes, without a name. */
function ghost(info: FileInfo, out: AttrOut): void {
  fillAttr(out.attr, info);
  out.attr.nlink = 0;
}

/**
 * Every node of a mounted provider. Its path comes from the tree, so it follows renames; once the last
 * name is gone, operations go through a handle that is open on the file.
 *
 * Where the provider's inode numbers are real, a path that leads to another inode than before is
 * ESTALE, and the kernel looks the name up again.
 */
export class ProviderNode extends Node
  implements
    nodefs.NodeLookuper,
    nodefs.NodeEntryLookuper,
    nodefs.NodeGetattrer,
    nodefs.NodeSetattrer,
    nodefs.NodeReadlinker,
    nodefs.NodeSymlinker,
    nodefs.NodeMknoder,
    nodefs.NodeMkdirer,
    nodefs.NodeUnlinker,
    nodefs.NodeRmdirer,
    nodefs.NodeRenamer,
    nodefs.NodeLinker,
    nodefs.NodeOpener,
    nodefs.NodeCreater,
    nodefs.NodeWriter,
    nodefs.NodeFlusher,
    nodefs.NodeFsyncer,
    nodefs.NodeReaddirer,
    nodefs.NodeStatfser,
    nodefs.NodeGetxattrer,
    nodefs.NodeSetxattrer,
    nodefs.NodeListxattrer,
    nodefs.NodeRemovexattrer,
    nodefs.NodeAllocater,
    nodefs.NodeLseeker,
    nodefs.NodeCopyFileRanger {
  readonly #provider: Provider;
  readonly #can: CapabilitySet;
  #last: FileInfo | null = null;

  /** A node of this provider's tree. */
  constructor(provider: Provider) {
    super();
    this.#provider = provider;
    this.#can = provider.capabilities;
  }

  /** @throws {FsError} ESTALE when the node has no name any more. */
  #path(): string {
    const path = this.embeddedInode().path();
    if (path === undefined) throw new FsError("ESTALE", { syscall: "find" });
    return path;
  }

  #childPath(name: string): string {
    const path = this.embeddedInode().path();
    if (path === undefined) throw new FsError("ENOENT", { syscall: "find", path: name });
    return join(path, name);
  }

  #lstat(path: string, context: Context): MaybePromise<FileInfo> {
    return this.#can.has("lstat")
      ? this.#provider.lstat(path, context)
      : this.#provider.stat(path, context);
  }

  /** The child that `info` describes: the one that is known, or a new one. */
  #adopt(name: string, info: FileInfo, out: EntryOut): Inode {
    const inode = this.embeddedInode();
    fillAttr(out.attr, info);
    const child = this.#findOrMake(inode, name, info);
    if (child.operations instanceof ProviderNode) child.operations.#last = info;
    return child;
  }

  #findOrMake(inode: Inode, name: string, info: FileInfo): Inode {
    const mode = info.mode & S_IFMT;
    if (!this.#can.has("inode")) {
      const known = inode.getChild(name);
      if (known !== undefined && known.stableAttr.mode === mode) return known;
      return inode.newInode(new ProviderNode(this.#provider), { mode, ino: 0 });
    }
    const gen = info.birthtime === undefined
      ? 0
      : (info.birthtime.sec * 1e9 + info.birthtime.nsec) % Number.MAX_SAFE_INTEGER;
    const known = inode.knownInode(info.ino, mode, gen);
    if (known !== undefined) return known;
    return inode.newInode(new ProviderNode(this.#provider), { mode, ino: info.ino, gen });
  }

  #enter(name: string, path: string, context: Context, out: EntryOut): MaybePromise<Inode> {
    return chain(this.#lstat(path, context), (info) => this.#adopt(name, info, out));
  }

  /** Finds a child. */
  lookup(context: Context, name: string, out: EntryOut): MaybePromise<Inode | Errno> {
    const path = this.#childPath(name);
    return rescue(
      () => this.#enter(name, path, context, out),
      (thrown) => {
        // The ordinary miss is returned, so that the bridge can make a negative entry of it.
        if (thrown instanceof FsError && thrown.code === "ENOENT") return ERRNO.ENOENT;
        throw thrown;
      },
    );
  }

  /** Finds a child that was just listed. */
  lookupEntry(context: Context, entry: StreamEntry, out: EntryOut): MaybePromise<Inode | Errno> {
    if (entry.info === undefined) return this.lookup(context, entry.name, out);
    return chain(entry.info(), (info) => this.#adopt(entry.name, info, out));
  }

  /** The attributes: through the handle, by path, or as they were last. */
  getattr(
    context: Context,
    file: FileHandle | null,
    out: AttrOut,
  ): MaybePromise<Errno | void> {
    const inode = this.embeddedInode();
    const path = inode.path();
    const open = file ?? (path === undefined ? inode.openFiles[0] : undefined);
    if (open instanceof ProviderFile) return open.getattr(context, out);
    if (path === undefined) {
      return this.#last === null ? ERRNO.ESTALE : ghost(this.#last, out);
    }
    return chain(this.#lstat(path, context), (info): Errno | void => {
      if (this.#can.has("inode") && info.ino !== inode.stableAttr.ino) return ERRNO.ESTALE;
      this.#last = info;
      fillAttr(out.attr, info);
    });
  }

  /** Changes attributes: by path, or through a handle where there is one that can. */
  setattr(
    context: Context,
    file: FileHandle | null,
    input: SetAttrIn,
    out: AttrOut,
  ): MaybePromise<Errno | void> {
    const inode = this.embeddedInode();
    const path = inode.path();
    const open = file ?? (path === undefined ? inode.openFiles[0] : undefined);
    const handle = open instanceof ProviderFile ? open.handle : null;
    if (path === undefined && handle === null) return ERRNO.ESTALE;
    const target = {
      provider: this.#provider,
      path,
      // The kernel names a handle for ftruncate, which is open for writing; others may not be.
      sizeHandle: file === null ? null : handle,
      attrHandle: this.#can.has("handleAttr") || path === undefined ? handle : null,
    };
    return chain(
      changeAttributes(target, input, context),
      () => this.getattr(context, file, out),
    );
  }

  /** The target of a symbolic link. */
  readlink(context: Context): MaybePromise<Uint8Array> {
    return chain(this.#provider.readlink(this.#path(), context), encodeName);
  }

  /** Makes a symbolic link. */
  symlink(context: Context, target: string, name: string, out: EntryOut): MaybePromise<Inode> {
    const path = this.#childPath(name);
    return chain(
      this.#provider.symlink(target, path, context),
      () => this.#enter(name, path, context, out),
    );
  }

  /** Makes a special file, or an empty regular one. */
  mknod(
    context: Context,
    name: string,
    mode: number,
    rdev: number,
    out: EntryOut,
  ): MaybePromise<Inode> {
    const path = this.#childPath(name);
    const made = isRegular(mode) && !this.#can.has("mknod")
      ? chain(
        this.#provider.open(path, O_WRONLY | O_CREAT | O_EXCL, mode & MODE_PERMISSIONS, context),
        (handle) => handle.close(context),
      )
      : this.#provider.mknod(path, mode, rdev, context);
    return chain(made, () => this.#enter(name, path, context, out));
  }

  /** Makes a directory. */
  mkdir(context: Context, name: string, mode: number, out: EntryOut): MaybePromise<Inode> {
    const path = this.#childPath(name);
    return chain(
      this.#provider.mkdir(path, mode & MODE_PERMISSIONS, context),
      () => this.#enter(name, path, context, out),
    );
  }

  /** Removes a file. */
  unlink(context: Context, name: string): MaybePromise<void> {
    return this.#provider.unlink(this.#childPath(name), context);
  }

  /** Removes an empty directory. */
  rmdir(context: Context, name: string): MaybePromise<void> {
    return this.#provider.rmdir(this.#childPath(name), context);
  }

  /** Moves a child. */
  rename(
    context: Context,
    name: string,
    newParent: InodeEmbedder,
    newName: string,
    flags: number,
  ): MaybePromise<Errno | void> {
    const above = newParent.embeddedInode().path();
    if (above === undefined) return ERRNO.ENOENT;
    const from = this.#childPath(name);
    const to = join(above, newName);
    if (flags === 0) return this.#provider.rename(from, to, context);
    if (!this.#can.has("rename2")) return ERRNO.EINVAL;
    return this.#provider.rename2(from, to, flags, context);
  }

  /** Gives a file another name. */
  link(
    context: Context,
    target: InodeEmbedder,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno> {
    const existing = target.embeddedInode().path();
    if (existing === undefined) return ERRNO.ENOENT;
    if (!this.#can.has("link")) return ERRNO.EPERM;
    const path = this.#childPath(name);
    return chain(
      this.#provider.link(existing, path, context),
      () => this.#enter(name, path, context, out),
    );
  }

  #openFile(path: string, flags: number, mode: number, context: Context) {
    const plain = flags & ~O_APPEND;
    return chain(this.#provider.open(path, plain, mode, context), (handle) => {
      if ((flags & O_APPEND) === 0) return new ProviderFile(handle, null);
      const again = flags & ~(O_CREAT | O_EXCL | O_TRUNC);
      return rescue(
        () =>
          chain(
            this.#provider.open(path, again, mode, context),
            (appending) => new ProviderFile(handle, appending),
          ),
        (thrown) =>
          chain(handle.close(context), () => {
            throw thrown;
          }),
      );
    });
  }

  /** Opens a file. The kernel has followed every link already. */
  open(context: Context, flags: number, _out: OpenOut): MaybePromise<FileHandle | Errno> {
    return this.#openFile(this.#path(), flags | O_NOFOLLOW, 0, context);
  }

  /** Makes and opens a file. */
  create(
    context: Context,
    name: string,
    flags: number,
    mode: number,
    out: EntryOut,
    _opened: OpenOut,
  ): MaybePromise<nodefs.Created> {
    const path = this.#childPath(name);
    const wanted = flags | O_CREAT | O_NOFOLLOW;
    return chain(this.#openFile(path, wanted, mode & MODE_PERMISSIONS, context), (file) =>
      chain(
        file.handle.stat(context),
        (info) => ({ inode: this.#adopt(name, info, out), file }),
      ));
  }

  /** Writes. */
  write(
    context: Context,
    file: FileHandle | null,
    data: Uint8Array,
    offset: number,
    writeFlags: number,
    openFlags: number,
  ): MaybePromise<number | Errno> {
    if (!(file instanceof ProviderFile)) return ERRNO.EBADF;
    return file.writeAs(context, data, offset, writeFlags, openFlags);
  }

  /** A descriptor was closed. */
  flush(
    context: Context,
    file: FileHandle | null,
    lockOwner: number | bigint,
  ): MaybePromise<void> {
    return file instanceof ProviderFile ? file.unlockRecords(context, lockOwner) : undefined;
  }

  /** Makes a file durable, or a directory. */
  fsync(
    context: Context,
    file: FileHandle | null,
    dataOnly: boolean,
  ): MaybePromise<Errno | void> {
    if (file instanceof ProviderFile) return file.fsync(context, dataOnly);
    const path = this.embeddedInode().path();
    if (path === undefined) return;
    return chain(
      this.#provider.open(path, O_NOFOLLOW, 0, context),
      (handle) => chain(handle.sync(dataOnly, context), () => handle.close(context)),
    );
  }

  /** Lists a directory. A removed one is empty. */
  readdir(context: Context): MaybePromise<DirStream> {
    const path = this.embeddedInode().path();
    if (path === undefined) return newListDirStream([]);
    return chain(this.#provider.readDir(path, context), newListDirStream);
  }

  /** Sizes of the filesystem; zeros when the provider knows none. */
  statfs(context: Context): MaybePromise<StatFs> {
    if (!this.#can.has("statfs")) return NO_SIZES;
    return this.#provider.statfs(this.embeddedInode().path() ?? "/", context);
  }

  /** Whether attributes are there at all; ENOSYS makes the kernel stop asking. */
  #hasXattr(): boolean {
    return this.#can.has("xattr");
  }

  /** A handle for a file without a name. */
  #nameless(): Handle | null {
    const open = this.embeddedInode().openFiles[0];
    return open instanceof ProviderFile && this.embeddedInode().isDetached ? open.handle : null;
  }

  /** An extended attribute. */
  getxattr(context: Context, name: string): MaybePromise<Uint8Array | Errno> {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    return this.#nameless()?.getXattr(name, context) ??
      this.#provider.getXattr(this.#path(), name, context);
  }

  /** Sets an extended attribute. */
  setxattr(
    context: Context,
    name: string,
    value: Uint8Array,
    flags: number,
  ): MaybePromise<Errno | void> {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    const handle = this.#nameless();
    if (handle !== null) return handle.setXattr(name, value, flags, context);
    return this.#provider.setXattr(this.#path(), name, value, flags, context);
  }

  /** The names of extended attributes. */
  listxattr(context: Context): MaybePromise<string[] | Errno> {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    return this.#nameless()?.listXattr(context) ??
      this.#provider.listXattr(this.#path(), context);
  }

  /** Removes an extended attribute. */
  removexattr(context: Context, name: string): MaybePromise<Errno | void> {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    const handle = this.#nameless();
    if (handle !== null) return handle.removeXattr(name, context);
    return this.#provider.removeXattr(this.#path(), name, context);
  }

  /** `fallocate(2)`; ENOSYS makes the kernel answer EOPNOTSUPP by itself from then on. */
  allocate(
    context: Context,
    file: FileHandle | null,
    offset: number,
    size: number,
    mode: number,
  ): MaybePromise<Errno | void> {
    if (!this.#can.has("allocate")) return ERRNO.ENOSYS;
    if (!(file instanceof ProviderFile)) return ERRNO.EBADF;
    return file.allocate(context, offset, size, mode);
  }

  /** Finds data or a hole. */
  lseek(
    context: Context,
    file: FileHandle | null,
    offset: number,
    whence: number,
  ): MaybePromise<number | Errno> {
    if (!this.#can.has("seekHole")) return ERRNO.ENOSYS;
    if (!(file instanceof ProviderFile)) return ERRNO.EBADF;
    return file.lseek(context, offset, whence);
  }

  /** Copies between two files of the provider. */
  copyFileRange(
    context: Context,
    file: FileHandle | null,
    offset: number,
    _target: Inode,
    targetFile: FileHandle | null,
    targetOffset: number,
    length: number,
  ): MaybePromise<number | Errno> {
    if (!this.#can.has("copyRange")) return ERRNO.ENOSYS;
    if (!(file instanceof ProviderFile) || !(targetFile instanceof ProviderFile)) {
      return ERRNO.EBADF;
    }
    return file.handle.copyRange(offset, targetFile.handle, targetOffset, length, context);
  }
}

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
