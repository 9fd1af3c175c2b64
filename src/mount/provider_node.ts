/**
 * A provider's file as a node of the inode tree: its names and children.
 *
 * @module
 */
import {
  chain,
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
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  orUndo,
  rescue,
  S_IFDIR,
  S_IFMT,
} from "../base/mod.ts";
import type { EntryOut, OpenOut } from "../fuse/mod.ts";
import type { DirStream, FileHandle, Inode, InodeEmbedder, StreamEntry } from "../nodefs/mod.ts";
import { newListDirStream } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import { type Context, type FileInfo, requireEntries } from "../provider/mod.ts";
import { fillAttr } from "./attr_of.ts";
import { identityOf } from "./file_identity.ts";
import { MadeMode } from "./made_mode.ts";
import { type Opening, openProviderFile } from "./open_provider_file.ts";
import { ProviderFile } from "./provider_file.ts";
import { isGone } from "./provider_inode.ts";
import { ProviderXattrs } from "./provider_xattrs.ts";
import { withoutSetId } from "./set_id_bits.ts";

/** What a provider says of what is no file and no directory. */
const NOT_A_FILE: ReadonlySet<string> = new Set(["ELOOP", "ENXIO"]);

/**
 * Every node of a mounted provider. Children are found by path, and told apart by inode number where the
 * provider's numbers are real.
 */
export class ProviderNode extends ProviderXattrs
  implements
    nodefs.NodeRootIdentifier,
    nodefs.NodeLookuper,
    nodefs.NodeEntryLookuper,
    nodefs.NodeSymlinker,
    nodefs.NodeMknoder,
    nodefs.NodeMkdirer,
    nodefs.NodeUnlinker,
    nodefs.NodeRmdirer,
    nodefs.NodeRenamer,
    nodefs.NodeLinker,
    nodefs.NodeOpener,
    nodefs.NodeCreater,
    nodefs.NodeTmpfiler,
    nodefs.NodeReaddirer,
    nodefs.NodeListingLeaser {
  /** The node of a child; its operations come from the same provider. */
  protected newNode(): ProviderNode {
    return new ProviderNode(this.provider, this.acls, this.shared);
  }

  /** Type and number of the provider's root. */
  rootStableAttr(): MaybePromise<nodefs.StableAttr> {
    if (!this.can.has("inode")) return { mode: S_IFDIR, ino: 1 };
    return chain(this.provider.stat("/"), (info) => ({ mode: S_IFDIR, ino: info.ino }));
  }

  #childPath(name: string): string {
    const path = this.embeddedInode().path();
    if (path === undefined) throw new FsError("ENOENT", { syscall: "find", path: name });
    return join(path, name);
  }

  /** The child that `info` describes: the one that is known, or a new one. */
  #adopt(name: string, info: FileInfo, out: EntryOut): Inode {
    const inode = this.embeddedInode();
    fillAttr(out.attr, info);
    const child = this.#findOrMake(inode, name, info);
    if (child.operations instanceof ProviderNode) child.operations.last = info;
    this.shared.trust?.limitEntry(out);
    return child;
  }

  #findOrMake(inode: Inode, name: string, info: FileInfo): Inode {
    const mode = info.mode & S_IFMT;
    if (!this.can.has("inode")) {
      const known = inode.getChild(name);
      if (known !== undefined && known.stableAttr.mode === mode) return known;
      return inode.newInode(this.newNode(), { mode, ino: 0 });
    }
    const identity = identityOf(info, this.can);
    const known = inode.knownInode(identity.ino, mode, identity.gen);
    return known ?? inode.newInode(this.newNode(), identity);
  }

  #enter(name: string, path: string, context: Context, out: EntryOut): MaybePromise<Inode> {
    return chain(this.lstat(path, context), (info) => this.#adopt(name, info, out));
  }

  /** Finds a child. */
  lookup(context: Context, name: string, out: EntryOut): MaybePromise<Inode | Errno> {
    const path = this.#childPath(name);
    const { provider } = this;
    if (provider.find !== undefined && this.can.has("lstat")) {
      return chain(
        provider.find(path, context),
        (info) => info === null ? this.#missing(name, path, out) : this.#adopt(name, info, out),
      );
    }
    return rescue(
      () => this.#enter(name, path, context, out),
      (thrown) => {
        // The ordinary miss is returned, so that the bridge can make a negative entry of it.
        if (thrown instanceof FsError && thrown.code === "ENOENT") {
          return this.#missing(name, path, out);
        }
        throw thrown;
      },
    );
  }

  /** A name is not at this path, which the directory may have left meanwhile. */
  #missing(name: string, path: string, out: EntryOut): Errno {
    const { trust } = this.shared;
    if (trust === undefined) return ERRNO.ENOENT;
    const above = this.embeddedInode().path();
    trust.limitMiss(out, above === undefined || join(above, name) !== path);
    return ERRNO.ENOENT;
  }

  /** Finds a child that was just listed. */
  lookupEntry(context: Context, entry: StreamEntry, out: EntryOut): MaybePromise<Inode | Errno> {
    if (entry.info === undefined) return this.lookup(context, entry.name, out);
    return chain(entry.info(), (info) => this.#adopt(entry.name, info, out));
  }

  /** Makes a symbolic link. */
  symlink(context: Context, target: string, name: string, out: EntryOut): MaybePromise<Inode> {
    const path = this.#childPath(name);
    return chain(
      this.provider.symlink(target, path, context),
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
    return chain(this.#bitsFor(mode, context), (bits) =>
      chain(
        this.#makeFile(path, (mode & S_IFMT) | bits, rdev, context),
        () => this.#enter(name, path, context, out),
      ));
  }

  #makeFile(path: string, mode: number, rdev: number, context: Context): MaybePromise<void> {
    if (!isRegular(mode) || this.can.has("mknod")) {
      return this.provider.mknod(path, mode, rdev, context);
    }
    const wanted = O_WRONLY | O_CREAT | O_EXCL;
    return chain(
      this.provider.open(path, wanted, mode & MODE_PERMISSIONS, context),
      (handle) => handle.close(context),
    );
  }

  /** The permission bits of what is made in this directory. */
  #bitsFor(mode: number, context: Context): MaybePromise<number> {
    if (this.acls !== "enforced") return mode & MODE_PERMISSIONS;
    this.madeMode ??= new MadeMode(this.provider);
    return this.madeMode.of(this.path(), mode & MODE_PERMISSIONS, context);
  }

  /** Makes a directory. */
  mkdir(context: Context, name: string, mode: number, out: EntryOut): MaybePromise<Inode> {
    const path = this.#childPath(name);
    return chain(this.#bitsFor(mode, context), (bits) =>
      chain(
        this.provider.mkdir(path, bits, context),
        () => this.#enter(name, path, context, out),
      ));
  }

  /** Removes a file. */
  unlink(context: Context, name: string): MaybePromise<void> {
    return this.provider.unlink(this.#childPath(name), context);
  }

  /** Removes an empty directory. */
  rmdir(context: Context, name: string): MaybePromise<void> {
    return this.provider.rmdir(this.#childPath(name), context);
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
    if (flags === 0) return this.provider.rename(from, to, context);
    if (!this.can.has("rename2")) return ERRNO.EINVAL;
    return this.provider.rename2(from, to, flags, context);
  }

  /** Gives a file another name. */
  link(
    context: Context,
    target: InodeEmbedder,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno> {
    const existing = target.embeddedInode().path();
    if (existing === undefined) return this.#linkNameless(context, target, name, out);
    if (!this.can.has("link")) return ERRNO.EPERM;
    const path = this.#childPath(name);
    return chain(
      this.provider.link(existing, path, context),
      () => this.#enter(name, path, context, out),
    );
  }

  /** Names a file that was made without a name. The kernel has seen to it that it may have one. */
  #linkNameless(
    context: Context,
    target: InodeEmbedder,
    name: string,
    out: EntryOut,
  ): MaybePromise<Inode | Errno> {
    const inode = target.embeddedInode();
    const [file] = inode.openFiles;
    if (!(file instanceof ProviderFile) || !this.can.has("tmpfile")) return ERRNO.ENOENT;
    const path = this.#childPath(name);
    return chain(
      this.provider.linkHandle(file.handle, path, context),
      () =>
        chain(this.lstat(path, context), (info) => {
          fillAttr(out.attr, info);
          return inode;
        }),
    );
  }

  /**
   * Makes a file without a name. With O_APPEND its writes go where the kernel says that its end is: until it
   * has a name, nobody else can have moved that.
   */
  tmpfile(
    context: Context,
    flags: number,
    mode: number,
    out: EntryOut,
    _opened: OpenOut,
  ): MaybePromise<nodefs.Created | Errno> {
    if (!this.can.has("tmpfile")) return ERRNO.EOPNOTSUPP;
    const wanted = (flags & ~O_APPEND) | O_TMPFILE;
    const made = chain(
      this.#bitsFor(mode, context),
      (bits) => this.provider.open(this.path(), wanted, bits, context),
    );
    return chain(made, (handle) =>
      orUndo(() =>
        chain(handle.stat(context), (info) => {
          fillAttr(out.attr, info);
          const inode = this.embeddedInode().newInode(this.newNode(), identityOf(info, this.can));
          return { inode, file: new ProviderFile({ handle, flags }) };
        }), () => handle.close(context)));
  }

  #opening(path: string, flags: number, mode: number): Opening {
    return { provider: this.provider, path, flags: flags | O_NOFOLLOW, mode };
  }

  /**
   * Opens a file. The kernel has followed every link already. One without a name (`/proc/self/fd/5`) is
   * opened through a handle that is open on it and may do as much. One that others have removed or replaced
   * is ESTALE: then the kernel looks the name up once more, and makes the file if O_CREAT says so.
   */
  open(context: Context, flags: number, _out: OpenOut): MaybePromise<FileHandle | Errno> {
    const nameless = this.openNameless(flags);
    if (nameless !== null) {
      const again = nameless.again(flags, context);
      if ((flags & O_TRUNC) === 0) return again;
      return chain(again, (file) => withoutSetId(file, this.provider, undefined, context));
    }
    const path = this.path();
    return rescue(() => this.#openOwn(path, flags, context), (thrown) => {
      if (isGone(thrown)) return this.#openLost(path);
      // What the kernel does not open here has taken the place: a link, a pipe.
      if (!(thrown instanceof FsError) || !NOT_A_FILE.has(thrown.code)) throw thrown;
      return chain(this.lstat(path, context), (info) => {
        if (this.isOwn(info)) throw thrown;
        return this.#openLost(path);
      });
    });
  }

  #openLost(path: string): Errno {
    this.lost(path);
    return ERRNO.ESTALE;
  }

  #openOwn(path: string, flags: number, context: Context): MaybePromise<FileHandle> {
    const opening = this.#opening(path, flags, 0);
    if (this.isReplaceable) {
      return openProviderFile({ ...opening, isMeant: (info) => this.isOwn(info) }, context);
    }
    return chain(openProviderFile(opening, context), (file) => {
      if (this.embeddedInode().path() === path) return file;
      return orUndo(() => this.#requireMoved(file, context), () => file.release(context));
    });
  }

  /** The file that was opened by a path which is not this one's any more, when it is this one all the same. */
  #requireMoved(file: ProviderFile, context: Context): MaybePromise<FileHandle> {
    const stale = new FsError("ESTALE", { syscall: "open" });
    if (!this.can.has("inode")) throw stale;
    return chain(file.handle.stat(context), (info) => {
      if (!this.isOwn(info)) throw stale;
      return file;
    });
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
    const opened = chain(
      this.#bitsFor(mode, context),
      (bits) => openProviderFile(this.#opening(path, flags | O_CREAT, bits), context),
    );
    return chain(opened, (file) =>
      orUndo(
        () =>
          chain(
            file.handle.stat(context),
            (info) => ({ inode: this.#adopt(name, info, out), file }),
          ),
        () => file.release(context),
      ));
  }

  /** Lists a directory. A removed one is empty. */
  readdir(context: Context): MaybePromise<DirStream> {
    const path = this.embeddedInode().path();
    if (path === undefined) return newListDirStream([]);
    return chain(
      this.provider.readDir(path, context),
      (entries) => newListDirStream(requireEntries(entries)),
    );
  }

  /** A lease of what there is in a directory. */
  leaseListing(onOver: () => void): nodefs.ListingLease | null {
    const path = this.embeddedInode().path();
    return path === undefined ? null : this.shared.leases?.begin(path, onOver) ?? null;
  }
}
