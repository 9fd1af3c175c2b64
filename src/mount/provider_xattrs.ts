/**
 * A provider's file as a node of the inode tree: its extended attributes.
 *
 * @module
 */
import {
  chain,
  ERRNO,
  type Errno,
  type MaybePromise,
  MODE_PERMISSIONS,
  S_ISGID,
} from "../base/mod.ts";
import { Request } from "../fuse/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type { Context } from "../provider/mod.ts";
import { isAcl } from "./acl_rule.ts";
import type { ProviderFile } from "./provider_file.ts";
import { ProviderInode } from "./provider_inode.ts";

/** The extended attributes: of what is open on the file where something is, as that is surely the file. */
export abstract class ProviderXattrs extends ProviderInode
  implements
    nodefs.NodeGetxattrer,
    nodefs.NodeSetxattrer,
    nodefs.NodeListxattrer,
    nodefs.NodeRemovexattrer {
  /** Whether attributes are there at all; ENOSYS makes the kernel stop asking. */
  #hasXattr(): boolean {
    return this.can.has("xattr");
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
    return this.openHere()?.getxattr(context, name) ??
      this.provider.getXattr(this.path(), name, context);
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
    const open = this.openHere();
    const path = open === null ? this.path() : "";
    const done = open === null
      ? chain(
        this.requireOwn(path, context),
        () => this.provider.setXattr(path, name, value, flags, context),
      )
      : open.handle.setXattr(name, value, flags, context);
    const drops = context instanceof Request && context.dropsSetgid;
    return drops ? chain(done, () => this.#dropSetgid(open, context)) : done;
  }

  #dropSetgid(open: ProviderFile | null, context: Context): MaybePromise<void> {
    const info = open?.handle.stat(context) ?? this.lstat(this.path(), context);
    return chain(info, ({ mode }) => {
      if ((mode & S_ISGID) === 0) return;
      const bits = mode & MODE_PERMISSIONS & ~S_ISGID;
      return open !== null && this.can.has("handleAttr")
        ? open.handle.chmod(bits, context)
        : this.provider.chmod(this.path(), bits, context);
    });
  }

  /** The names of extended attributes. */
  listxattr(context: Context): MaybePromise<string[] | Errno> {
    if (!this.#hasXattr()) return ERRNO.ENOSYS;
    const all = this.openHere()?.handle.listXattr(context) ??
      this.provider.listXattr(this.path(), context);
    if (this.acls !== "refused") return all;
    return chain(all, (names) => names.filter((name) => !isAcl(name)));
  }

  /** Removes an extended attribute. */
  removexattr(context: Context, name: string): MaybePromise<Errno | void> {
    const refused = this.#refusesXattr(name);
    if (refused !== null) return refused;
    this.madeMode?.forget();
    const open = this.openHere();
    if (open !== null) return open.handle.removeXattr(name, context);
    const path = this.path();
    return chain(
      this.requireOwn(path, context),
      () => this.provider.removeXattr(path, name, context),
    );
  }
}
