/**
 * A provider's file as a node of the inode tree: the file itself.
 *
 * @module
 */
import {
  chain,
  encodeName,
  ERRNO,
  type Errno,
  FsError,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_NOFOLLOW,
  O_RDONLY,
  O_WRONLY,
  S_ISGID,
} from "../base/mod.ts";
import { type AttrOut, Request, type SetAttrIn, type StatxOut } from "../fuse/mod.ts";
import type { FileHandle, Inode } from "../nodefs/mod.ts";
import { NO_SIZES, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type {
  CapabilitySet,
  Context,
  FileInfo,
  Handle,
  Provider,
  StatFs,
} from "../provider/mod.ts";
import { type AclRule, isAcl } from "./acl_rule.ts";
import { fillAttr } from "./attr_of.ts";
import { changeAttributes } from "./change_attributes.ts";
import type { MadeMode } from "./made_mode.ts";
import { ProviderFile } from "./provider_file.ts";

/** What a removed file without an open handle still shows: its last attributes, without a name. */
function ghost(info: FileInfo, out: AttrOut): void {
  fillAttr(out.attr, info);
  out.attr.nlink = 0;
}

/** The attributes and the time of birth, where that is known. */
function describe(info: FileInfo, out: StatxOut): void {
  fillAttr(out.attr, info);
  out.birthtime = info.birthtime ?? null;
}

/**
 * What is done to a file of a provider: attributes, extended attributes, data. Its path comes from the
 * tree, so it follows renames; once the last name is gone, operations go through a handle that is open
 * on the file.
 *
 * Where the provider's inode numbers are real, a path that leads to another inode than before is
 * ESTALE, and the kernel looks the name up again.
 */
export abstract class ProviderInode extends Node
  implements
    nodefs.NodeGetattrer,
    nodefs.NodeStatxer,
    nodefs.NodeSetattrer,
    nodefs.NodeReadlinker,
    nodefs.NodeFlusher,
    nodefs.NodeFsyncer,
    nodefs.NodeStatfser,
    nodefs.NodeGetxattrer,
    nodefs.NodeSetxattrer,
    nodefs.NodeListxattrer,
    nodefs.NodeRemovexattrer,
    nodefs.NodeAllocater,
    nodefs.NodeLseeker,
    nodefs.NodeCopyFileRanger {
  /** The provider that is mounted. */
  protected readonly provider: Provider;
  /** What it can do. */
  protected readonly can: CapabilitySet;
  /** The attributes as they were seen last. */
  protected last: FileInfo | null = null;

  /** What becomes of ACLs. */
  protected readonly acls: AclRule;
  /** The modes of what is made here, once they depend on ACLs. */
  protected madeMode: MadeMode | null = null;

  /** A node of this provider's tree. */
  constructor(provider: Provider, acls: AclRule = "passed") {
    super();
    this.acls = acls;
    this.provider = provider;
    this.can = provider.capabilities;
  }

  /** @throws {FsError} ESTALE when the node has no name any more. */
  protected path(): string {
    const path = this.embeddedInode().path();
    if (path === undefined) throw new FsError("ESTALE", { syscall: "find" });
    return path;
  }

  /** What is open on a file without a name and may do what `flags` say; null when it has a name. */
  protected openNameless(flags: number): ProviderFile | null {
    const inode = this.embeddedInode();
    if (!inode.isDetached) return null;
    for (const open of inode.openFiles) {
      if (open instanceof ProviderFile && open.allows(flags)) return open;
    }
    return null;
  }

  /** `lstat`, or `stat` of a provider that knows no links. */
  protected lstat(path: string, context: Context): MaybePromise<FileInfo> {
    return this.can.has("lstat")
      ? this.provider.lstat(path, context)
      : this.provider.stat(path, context);
  }

  /** What a server has just said of the file, with the reply to a write. */
  get #recent(): FileInfo | undefined {
    const open = this.embeddedInode().openFiles[0];
    return open instanceof ProviderFile ? open.recentStat() : undefined;
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
    if (open instanceof ProviderFile) {
      return chain(open.handle.stat(context), (info) => {
        this.last = info;
        fillAttr(out.attr, info);
      });
    }
    if (path === undefined) {
      return this.last === null ? ERRNO.ESTALE : ghost(this.last, out);
    }
    return chain(this.#recent ?? this.lstat(path, context), (info): Errno | void => {
      if (this.can.has("inode") && info.ino !== inode.stableAttr.ino) return ERRNO.ESTALE;
      this.last = info;
      fillAttr(out.attr, info);
    });
  }

  /** Attributes with the time of birth, where the provider knows it. */
  statx(
    context: Context,
    file: FileHandle | null,
    _mask: number,
    out: StatxOut,
  ): MaybePromise<Errno | void> {
    const inode = this.embeddedInode();
    const path = inode.path();
    const open = file ?? (path === undefined ? inode.openFiles[0] : undefined);
    const handle = open instanceof ProviderFile ? open.handle : null;
    if (path === undefined && handle === null) {
      return this.last === null ? ERRNO.ESTALE : describe(this.last.with({ nlink: 0 }), out);
    }
    const described = handle?.stat(context) ?? this.#recent ?? this.lstat(path ?? "", context);
    return chain(described, (info): Errno | void => {
      if (this.can.has("inode") && info.ino !== inode.stableAttr.ino) return ERRNO.ESTALE;
      this.last = info;
      return describe(info, out);
    });
  }

  /** What is open on a file without a name, or is the file of the host itself, whatever its name. */
  #openInstead(path: string | undefined): FileHandle | null {
    const [open] = this.embeddedInode().openFiles;
    if (open === undefined) return null;
    return path === undefined || (open instanceof ProviderFile && open.isReal) ? open : null;
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
    const open = file ?? this.#openInstead(path);
    const handle = open instanceof ProviderFile ? open.handle : null;
    if (path === undefined && handle === null) return ERRNO.ESTALE;
    const target = {
      provider: this.provider,
      path,
      // The kernel names a handle for ftruncate, which is open for writing; others may not be.
      sizeHandle: file !== null ? handle : this.openNameless(O_WRONLY)?.handle ?? null,
      attrHandle: this.can.has("handleAttr") || path === undefined ? handle : null,
    };
    return chain(
      changeAttributes(target, input, context),
      () => this.getattr(context, open, out),
    );
  }

  /** The target of a symbolic link. */
  readlink(context: Context): MaybePromise<Uint8Array> {
    return chain(this.provider.readlink(this.path(), context), encodeName);
  }

  /**
   * A descriptor was closed: the record locks of its process go, also those that it took through others
   * (`fcntl(2)`). Where there are no locks the kernel need not ask again.
   */
  flush(
    context: Context,
    _file: FileHandle | null,
    lockOwner: number | bigint,
  ): MaybePromise<Errno | void> {
    if (!this.can.has("lock")) return ERRNO.ENOSYS;
    let done: MaybePromise<void> = undefined;
    for (const open of this.embeddedInode().openFiles) {
      if (!(open instanceof ProviderFile)) continue;
      done = chain(done, () => open.unlockRecords(context, lockOwner));
    }
    return done;
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
      this.provider.open(path, O_NOFOLLOW, 0, context),
      (handle) => chain(handle.sync(dataOnly, context), () => handle.close(context)),
    );
  }

  /** Sizes of the filesystem; zeros when the provider knows none. */
  statfs(context: Context): MaybePromise<StatFs> {
    if (!this.can.has("statfs")) return NO_SIZES;
    return this.provider.statfs(this.embeddedInode().path() ?? "/", context);
  }

  /** Whether attributes are there at all; ENOSYS makes the kernel stop asking. */
  #hasXattr(): boolean {
    return this.can.has("xattr");
  }

  /** A handle for a file without a name. */
  #nameless(): Handle | null {
    return this.openNameless(O_RDONLY)?.handle ?? this.openNameless(O_WRONLY)?.handle ?? null;
  }

  /** Why there can be no attribute of this name, when there cannot. */
  #refusesXattr(name: string): Errno | null {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    return this.acls === "refused" && isAcl(name) ? ERRNO.EOPNOTSUPP : null;
  }

  /**
   * An extended attribute. The kernel asks for `security.capability` at the first write of every file: the
   * handle that will write is nearer than the path.
   */
  getxattr(context: Context, name: string): MaybePromise<Uint8Array | Errno> {
    const refused = this.#refusesXattr(name);
    if (refused !== null) return refused;
    const open = this.embeddedInode().openFiles[0];
    if (open instanceof ProviderFile) return open.getxattr(context, name);
    return this.provider.getXattr(this.path(), name, context);
  }

  /** Sets an extended attribute. */
  setxattr(
    context: Context,
    name: string,
    value: Uint8Array,
    flags: number,
  ): MaybePromise<Errno | void> {
    const refused = this.#refusesXattr(name);
    if (refused !== null) return refused;
    this.madeMode?.forget();
    const handle = this.#nameless();
    if (handle !== null) return handle.setXattr(name, value, flags, context);
    const path = this.path();
    const done = this.provider.setXattr(path, name, value, flags, context);
    const drops = context instanceof Request && context.dropsSetgid;
    return drops ? chain(done, () => this.#dropSetgid(path, context)) : done;
  }

  #dropSetgid(path: string, context: Context): MaybePromise<void> {
    return chain(this.lstat(path, context), ({ mode }) => {
      if ((mode & S_ISGID) === 0) return;
      return this.provider.chmod(path, mode & MODE_PERMISSIONS & ~S_ISGID, context);
    });
  }

  /** The names of extended attributes. */
  listxattr(context: Context): MaybePromise<string[] | Errno> {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    const all = this.#nameless()?.listXattr(context) ??
      this.provider.listXattr(this.path(), context);
    if (this.acls !== "refused") return all;
    return chain(all, (names) => names.filter((name) => !isAcl(name)));
  }

  /** Removes an extended attribute. */
  removexattr(context: Context, name: string): MaybePromise<Errno | void> {
    const refused = this.#refusesXattr(name);
    if (refused !== null) return refused;
    this.madeMode?.forget();
    const handle = this.#nameless();
    if (handle !== null) return handle.removeXattr(name, context);
    return this.provider.removeXattr(this.path(), name, context);
  }

  /** `fallocate(2)`; ENOSYS makes the kernel answer EOPNOTSUPP by itself from then on. */
  allocate(
    context: Context,
    file: FileHandle | null,
    offset: number,
    size: number,
    mode: number,
  ): MaybePromise<Errno | void> {
    if (!this.can.has("allocate")) return ERRNO.ENOSYS;
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
    if (!this.can.has("seekHole")) return ERRNO.ENOSYS;
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
    if (!this.can.has("copyRange")) return ERRNO.ENOSYS;
    if (!(file instanceof ProviderFile) || !(targetFile instanceof ProviderFile)) {
      return ERRNO.EBADF;
    }
    return file.handle.copyRange(offset, targetFile.handle, targetOffset, length, context);
  }
}
