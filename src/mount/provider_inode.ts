/**
 * A provider's file as a node of the inode tree: the file itself.
 *
 * @module
 */
import {
  always,
  chain,
  encodeName,
  ERRNO,
  type Errno,
  FsError,
  type MaybePromise,
  O_NOFOLLOW,
  O_WRONLY,
  rescue,
} from "../base/mod.ts";
import { type AttrOut, FATTR, type SetAttrIn, type StatxOut } from "../fuse/mod.ts";
import type { FileHandle, Inode } from "../nodefs/mod.ts";
import { NO_SIZES, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type { CapabilitySet, Context, FileInfo, Provider, StatFs } from "../provider/mod.ts";
import type { AclRule } from "./acl_rule.ts";
import { fillAttr } from "./attr_of.ts";
import { changeAttributes } from "./change_attributes.ts";
import { isIdentity } from "./file_identity.ts";
import type { ListingLeases } from "./listing_leases.ts";
import type { MadeMode } from "./made_mode.ts";
import type { NameTrust } from "./name_trust.ts";
import { ProviderFile } from "./provider_file.ts";

/** What all nodes of a mount share. */
export interface NodesShared {
  /** With leases of directories the kernel may keep listings. */
  readonly leases?: ListingLeases;
  /** Whether nobody but the mount changes anything: then names lead where they have led before. */
  readonly isAlone?: boolean;
  /** With it, changes that others make are followed. */
  readonly trust?: NameTrust;
}

const NOTHING_SHARED: NodesShared = {};

/** Whether a name leads to nothing, or to something else. */
export function isGone(thrown: unknown): boolean {
  return thrown instanceof FsError && (thrown.code === "ENOENT" || thrown.code === "ESTALE");
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

  /** What all nodes of the mount share. */
  protected readonly shared: NodesShared;

  /** A node of this provider's tree. */
  constructor(provider: Provider, acls: AclRule = "passed", shared: NodesShared = NOTHING_SHARED) {
    super();
    this.acls = acls;
    this.shared = shared;
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

  /** Whether these attributes may be of this file. */
  protected isOwn(info: FileInfo): boolean {
    return isIdentity(this.embeddedInode().stableAttr, info, this.can);
  }

  /** Whether others may put something else in this file's place, and that can be seen. */
  protected get isReplaceable(): boolean {
    return this.shared.isAlone !== true && this.can.has("inode");
  }

  /** What is open on the file, whatever its name leads to by now. */
  protected openHere(): ProviderFile | null {
    const [open] = this.embeddedInode().openFiles;
    return open instanceof ProviderFile ? open : null;
  }

  /** A name leads to the file no more. What is open on it is known to be nameless then. */
  protected lost(path: string): void {
    const inode = this.embeddedInode();
    const link = inode.parent();
    if (link !== null && inode.openFiles.length > 0 && inode.path() === path) {
      link.parent.rmChild(link.name);
    }
  }

  /** ESTALE when a path leads to another file: before that is changed. The kernel looks the name up again. */
  protected requireOwn(path: string, context: Context): MaybePromise<void> {
    if (!this.isReplaceable) return;
    return chain(this.lstat(path, context), (info) => {
      if (!this.isOwn(info)) throw new FsError("ESTALE", { syscall: "find", path });
    });
  }

  /** What the file is: as its handle says, by path, or what is open on it when that leads elsewhere. */
  #look(context: Context, path: string, file: FileHandle | null): MaybePromise<FileInfo> {
    if (file instanceof ProviderFile) return file.handle.stat(context);
    const known = this.#recent;
    if (known !== undefined) return known;
    const elsewhere = (thrown: unknown): MaybePromise<FileInfo> => {
      if (!isGone(thrown)) throw thrown;
      this.lost(path);
      const open = this.openHere();
      if (open === null) throw thrown;
      return open.handle.stat(context);
    };
    return rescue(() =>
      chain(this.lstat(path, context), (info) => {
        if (this.isOwn(info)) return info;
        throw new FsError("ESTALE", { syscall: "stat", path });
      }), elsewhere);
  }

  /** Has the attributes, or the last ones of a file that cannot be asked any more. */
  #describe(
    context: Context,
    file: FileHandle | null,
    use: (info: FileInfo) => void,
  ): MaybePromise<Errno | void> {
    const path = this.embeddedInode().path();
    const open = file ?? (path === undefined ? this.openHere() : null);
    if (path === undefined && !(open instanceof ProviderFile)) {
      return this.last === null ? ERRNO.ESTALE : use(this.last.with({ nlink: 0 }));
    }
    return chain(this.#look(context, path ?? "", open), (info) => {
      this.last = info;
      use(info);
    });
  }

  /** The attributes: through the handle, by path, or as they were last. */
  getattr(
    context: Context,
    file: FileHandle | null,
    out: AttrOut,
  ): MaybePromise<Errno | void> {
    this.shared.trust?.limitAttributes(out);
    return this.#describe(context, file, (info) => fillAttr(out.attr, info));
  }

  /** Attributes with the time of birth, where the provider knows it. */
  statx(
    context: Context,
    file: FileHandle | null,
    _mask: number,
    out: StatxOut,
  ): MaybePromise<Errno | void> {
    this.shared.trust?.limitAttributes(out);
    return this.#describe(context, file, (info) => {
      fillAttr(out.attr, info);
      out.birthtime = info.birthtime ?? null;
    });
  }

  /**
   * Changes attributes: through what is open on the file, where that can. The kernel names no handle for fchmod and its
   * like, and a name that it remembers may lead elsewhere.
   */
  setattr(
    context: Context,
    file: FileHandle | null,
    input: SetAttrIn,
    out: AttrOut,
  ): MaybePromise<Errno | void> {
    const path = this.embeddedInode().path();
    const named = file instanceof ProviderFile ? file : null;
    const open = named ?? this.openHere();
    if (path === undefined && open === null) return ERRNO.ESTALE;
    const handle = open?.handle ?? null;
    const target = {
      provider: this.provider,
      path,
      // The kernel names a handle for ftruncate, which is open for writing; others may not be.
      sizeHandle: (named ?? this.openNameless(O_WRONLY))?.handle ?? null,
      attrHandle: this.can.has("handleAttr") || path === undefined ? handle : null,
    };
    const byPath = target.attrHandle === null ||
      (input.has(FATTR.SIZE) && target.sizeHandle === null);
    const own = byPath && path !== undefined ? this.requireOwn(path, context) : undefined;
    return chain(own, () =>
      chain(
        changeAttributes(target, input, context),
        () => this.getattr(context, target.attrHandle === null ? file : open, out),
      ));
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
      (handle) => always(() => handle.sync(dataOnly, context), () => handle.close(context)),
    );
  }

  /** Sizes of the filesystem; zeros when the provider knows none. */
  statfs(context: Context): MaybePromise<StatFs> {
    if (!this.can.has("statfs")) return NO_SIZES;
    return this.provider.statfs(this.embeddedInode().path() ?? "/", context);
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
