/**
 * What a router does with things that are there.
 *
 * @module
 */
import { chain, clean, type ErrnoName, type MaybePromise } from "../base/mod.ts";
import type {
  Capability,
  CapabilitySet,
  Context,
  DirEntry,
  FileInfo,
  Provider,
  StatFs,
  TimeChange,
} from "../provider/mod.ts";
import type { Place } from "./mount_table.ts";
import { lookAt, routerError, RouterTree } from "./router_tree.ts";

/**
 * The operations of {@linkcode MountRouter} on what a path leads to: looking, listing and changing
 * attributes. Opening, making, removing and moving are in the router itself.
 */
export abstract class RoutedOperations {
  /** @internal Mounts and inode numbers. */
  protected readonly tree: RouterTree = new RouterTree();

  /** What any of the mounts can do. */
  abstract get capabilities(): CapabilitySet;

  /** @internal Where the path leads. */
  protected at(path: string): Place {
    return this.tree.table.locate(clean(path));
  }

  /** @internal An operation on what is at the path: of its mount, or of a synthetic directory. */
  protected on<T>(
    syscall: string,
    path: string,
    context: Context | undefined,
    run: (provider: Provider, inside: string) => MaybePromise<T>,
    synthetic: ErrnoName | ((place: Place) => T) = "EPERM",
  ): MaybePromise<T> {
    const place = this.at(path);
    return chain(this.tree.answering(place, syscall, context), (mount) => {
      if (mount !== null) {
        return this.tree.call(
          mount,
          () => run(mount.provider, mount.inside(place.path)),
          place.path,
        );
      }
      if (typeof synthetic === "function") return synthetic(place);
      throw routerError(synthetic, syscall, place.path);
    });
  }

  /** @internal The same for an operation of a capability: ENOSYS where no mount has it. */
  protected with<T>(
    capability: Capability,
    syscall: string,
    path: string,
    context: Context | undefined,
    run: (provider: Provider, inside: string) => MaybePromise<T>,
    synthetic?: ErrnoName | ((place: Place) => T),
  ): MaybePromise<T> {
    this.require(capability, syscall, path);
    return this.on(syscall, path, context, run, synthetic);
  }

  /** @internal ENOSYS where no mount has the capability. */
  protected require(capability: Capability, syscall: string, path: string, dest?: string): void {
    if (!this.capabilities.has(capability)) throw routerError("ENOSYS", syscall, path, dest);
  }

  /** Of the mount, or of a synthetic directory. */
  stat(path: string, context?: Context): MaybePromise<FileInfo> {
    return this.#attributes("stat", path, context, true);
  }

  /** Of the mount, or of a synthetic directory. */
  lstat(path: string, context?: Context): MaybePromise<FileInfo> {
    this.require("lstat", "lstat", path);
    return this.#attributes("lstat", path, context, false);
  }

  #attributes(
    syscall: string,
    path: string,
    context: Context | undefined,
    follow: boolean,
  ): MaybePromise<FileInfo> {
    const tree = this.tree;
    const place = this.at(path);
    return chain(tree.answering(place, syscall, context), (mount) => {
      if (mount === null) return tree.synthetic(place.node!);
      const inside = mount.inside(place.path);
      const info = tree.call(
        mount,
        () => follow ? mount.provider.stat(inside, context) : lookAt(mount, inside, context),
        place.path,
      );
      return chain(info, (value) => tree.seen(mount, value, place.path));
    });
  }

  /** The provider's entries, then mounts and synthetic directories. */
  readDir(path: string, context?: Context): MaybePromise<readonly DirEntry[]> {
    const tree = this.tree;
    const place = this.at(path);
    const { node } = place;
    const describe = (child: string) => this.#attributes("lstat", child, context, false);
    return chain(tree.answering(place, "readDir", context), (mount) => {
      if (mount === null) return tree.children(place.node!, new Map(), describe);
      const inside = mount.inside(place.path);
      const own = tree.call(mount, () => mount.provider.readDir(inside, context), place.path);
      return chain(own, (entries) => {
        if (node === null || node.children.size === 0) return tree.listed(mount, place, entries);
        const byName = new Map(entries.map((entry) => [entry.name, entry]));
        return [...tree.listed(mount, place, entries), ...tree.children(node, byName, describe)];
      });
    });
  }

  /** Of the mount. */
  readlink(path: string, context?: Context): MaybePromise<string> {
    return this.with(
      "symlink",
      "readlink",
      path,
      context,
      (provider, inside) => provider.readlink(inside, context),
      "EINVAL",
    );
  }

  /** Of the mount. */
  chmod(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.on(
      "chmod",
      path,
      context,
      (provider, inside) => provider.chmod(inside, mode, context),
    );
  }

  /** Of the mount. */
  chown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.with(
      "chown",
      "chown",
      path,
      context,
      (provider, inside) => provider.chown(inside, uid, gid, context),
    );
  }

  /** Of the mount. */
  lchown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.with(
      "chown",
      "lchown",
      path,
      context,
      (provider, inside) => provider.lchown(inside, uid, gid, context),
    );
  }

  /** Of the mount. */
  utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    return this.with(
      "utimes",
      "utimes",
      path,
      context,
      (provider, inside) => provider.utimes(inside, atime, mtime, context),
    );
  }

  /** Of the mount. */
  lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    return this.with(
      "utimes",
      "lutimes",
      path,
      context,
      (provider, inside) => provider.lutimes(inside, atime, mtime, context),
    );
  }

  /** Of the mount. */
  truncate(path: string, size: number, context?: Context): MaybePromise<void> {
    return this.with(
      "truncate",
      "truncate",
      path,
      context,
      (provider, inside) => provider.truncate(inside, size, context),
      "EISDIR",
    );
  }

  /** Of the mount; a synthetic directory has no room. */
  statfs(path: string, context?: Context): MaybePromise<StatFs> {
    return this.with(
      "statfs",
      "statfs",
      path,
      context,
      (provider, inside) => provider.statfs(inside, context),
      () => EMPTY_FILESYSTEM,
    );
  }

  /** Of the mount. */
  getXattr(path: string, name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.with(
      "xattr",
      "getXattr",
      path,
      context,
      (provider, inside) => provider.getXattr(inside, name, context),
      "ENODATA",
    );
  }

  /** Of the mount. */
  setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.with(
      "xattr",
      "setXattr",
      path,
      context,
      (provider, inside) => provider.setXattr(inside, name, value, flags, context),
    );
  }

  /** Of the mount. */
  listXattr(path: string, context?: Context): MaybePromise<string[]> {
    return this.with(
      "xattr",
      "listXattr",
      path,
      context,
      (provider, inside) => provider.listXattr(inside, context),
      () => [],
    );
  }

  /** Of the mount. */
  removeXattr(path: string, name: string, context?: Context): MaybePromise<void> {
    return this.with(
      "xattr",
      "removeXattr",
      path,
      context,
      (provider, inside) => provider.removeXattr(inside, name, context),
      "ENODATA",
    );
  }
}

/** What `statfs` tells of synthetic directories: no room, as in `/proc`. */
const EMPTY_FILESYSTEM: StatFs = Object.freeze({
  bsize: 4096,
  frsize: 4096,
  blocks: 0,
  bfree: 0,
  bavail: 0,
  files: 0,
  ffree: 0,
  namelen: 255,
});
