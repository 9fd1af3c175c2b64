/**
 * Several providers as one tree.
 *
 * @module
 */
import {
  allowsWrite,
  chain,
  clean,
  type ErrnoName,
  FsError,
  type MaybePromise,
  O_CREAT,
  O_EXCL,
  O_PATH,
  O_RDWR,
  O_TRUNC,
  rescue,
} from "../base/mod.ts";
import {
  CAPABILITIES,
  type Capability,
  type CapabilitySet,
  type Context,
  CORE_ONLY,
  type Handle,
  isCapability,
  type Provider,
  type WatchEvent,
} from "../provider/mod.ts";
import { Mount } from "./mount_table.ts";
import { linkOpen, linkThere, renameThere } from "./router_pair.ts";
import { routerError } from "./router_tree.ts";
import { RoutedOperations } from "./routed_operations.ts";
import { RouterWatch } from "./router_watch.ts";
import { SyntheticHandle } from "./synthetic_handle.ts";

/** Mounts by mount point, as {@linkcode newMountRouter} takes them. */
export type Mounts = Readonly<Record<string, Provider>> | ReadonlyMap<string, Provider>;

/**
 * Joins providers into one tree. A path belongs to the mount with the longest prefix; mounts may
 * nest, and may be added and removed while the router is in use: an operation goes where its path
 * leads when it begins, and open handles stay as they are.
 *
 * - **Synthetic directories.** Names on the way to a mount point are directories even where no
 *   provider has them: mode 0755, times of the router's making, nothing can be made in them (ENOENT, as
 *   in `/proc`) or changed about them (EPERM). Where the mount around has a directory of the same
 *   name, that one is seen; anything else of that name is hidden.
 * - **Listings** show the provider's own entries, then mounts and synthetic directories; a name that
 *   a mount hides is shown once.
 * - **Mount points**, and names on the way to one, cannot be removed or renamed (EBUSY; `unlink` says
 *   EISDIR); `removeAll` above one removes nothing.
 * - **Across mounts** `rename` and `link` are EXDEV, and so is `copyRange` between different providers.
 * - **Symbolic links** are resolved by the provider that holds them, in its own root: an absolute target is a
 *   path of that provider, and no link leads from one mount into another. A path through a link that
 *   points at a name above a mount point shows what the mount hides. (A kernel mount resolves links
 *   itself, in the tree of the caller.)
 * - **Inode numbers** of different providers never collide, and stay the same as long as the router
 *   lives; see `src/layers/inode_space.ts`.
 * - **Capabilities** are those of any mount, since a caller that looks first must not lose what one
 *   mount can do; on a mount that lacks it the operation is ENOSYS ({@linkcode MountRouter.capabilitiesAt}
 *   tells for a path). Two are promises rather than operations: `inode` is declared when every
 *   mount does, and `lstat` on a mount without it is that mount's `stat`. The set follows
 *   the mounts; who keeps it from before misses what a later mount adds.
 * - **Errors** name the caller's paths.
 *
 * The providers belong to the router until they are removed: closing it closes them.
 *
 * @example
 * ```ts
 * import { MemoryProvider, newMountRouter, readFile, writeFile } from "@fusewire/vfs";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const work = new MemoryProvider();
 * await writeFile(work, "/main.ts", "1;");
 * const router = newMountRouter({ "/workspace": work, "/workspace/cache/npm": new MemoryProvider() });
 * assertEquals((await readFile(router, "/workspace/main.ts")).length, 2);
 * assertEquals((await router.readDir("/workspace")).map((entry) => entry.name), ["main.ts", "cache"]);
 * assertThrows(() => router.rename("/workspace/main.ts", "/workspace/cache/npm/a"), Error, "EXDEV");
 * ```
 */
export class MountRouter extends RoutedOperations implements Provider {
  #capabilities: CapabilitySet = CORE_ONLY;

  /** Mounts every provider of `mounts`; the order does not matter. */
  constructor(mounts: Mounts = {}) {
    super();
    const entries = mounts instanceof Map ? mounts.entries() : Object.entries(mounts);
    for (const [path, provider] of entries) this.addMount(path, provider);
  }

  /** What any of the mounts can do: see the class. */
  override get capabilities(): CapabilitySet {
    return this.#capabilities;
  }

  /** What the mount that holds the path can do; nothing beyond the core outside of every mount. */
  capabilitiesAt(path: string): CapabilitySet {
    return this.at(path).mount?.provider.capabilities ?? CORE_ONLY;
  }

  /** Mounts `provider` at the path. @throws {FsError} EBUSY when something is mounted there. */
  addMount(path: string, provider: Provider): void {
    const { table, spaces } = this.tree;
    table.add(new Mount(clean(path), provider, spaces.spaceOf(provider)));
    this.#declare();
  }

  /**
   * Takes a mount away and returns its provider, which is not closed.
   *
   * @throws {FsError} EINVAL when nothing is mounted there.
   */
  removeMount(path: string): Provider {
    const mount = this.tree.table.remove(clean(path));
    this.#declare();
    return mount.provider;
  }

  /** The mounts of now by mount point, outer ones first. */
  get mounts(): ReadonlyMap<string, Provider> {
    const mounts = new Map<string, Provider>();
    for (const { path, provider } of this.tree.table.within("/")) mounts.set(path, provider);
    return mounts;
  }

  #declare(): void {
    const providers = [...this.mounts.values()];
    const declared = new Set<Capability>();
    for (const name of Object.keys(CAPABILITIES)) {
      if (!isCapability(name)) continue;
      const has = (provider: Provider) => provider.capabilities.has(name);
      const all = name === "inode" && providers.length > 0;
      if (all ? providers.every(has) : providers.some(has)) declared.add(name);
    }
    this.#capabilities = declared;
  }

  /** An operation that makes a name. */
  #make(
    syscall: string,
    path: string,
    run: (provider: Provider, inside: string) => MaybePromise<void>,
  ): MaybePromise<void> {
    const { node, mount, path: made } = this.at(path);
    if (node !== null) throw routerError("EEXIST", syscall, made);
    if (mount === null) throw routerError("ENOENT", syscall, made);
    return this.tree.call(mount, () => run(mount.provider, mount.inside(made)), made);
  }

  /** An operation that takes a name away; `ofNode` is the errno for a mount point. */
  #take(
    syscall: string,
    path: string,
    ofNode: ErrnoName,
    run: (provider: Provider, inside: string) => MaybePromise<void>,
  ): MaybePromise<void> {
    const { node, mount, path: taken } = this.at(path);
    if (node !== null) throw routerError(ofNode, syscall, taken);
    if (mount === null) throw routerError("ENOENT", syscall, taken);
    return this.tree.call(mount, () => run(mount.provider, mount.inside(taken)), taken);
  }

  /** Whether there are mounts and all of them are read-only. */
  readonly(): boolean {
    const providers = [...this.mounts.values()];
    return providers.length > 0 && providers.every((provider) => provider.readonly());
  }

  /** Of the mount; a synthetic directory can be opened for reading. */
  open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    return this.#open(
      path,
      flags,
      context,
      (provider, inside) => provider.open(inside, flags, mode, context),
    );
  }

  /** Of the mount. */
  create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    return this.#open(
      path,
      O_RDWR | O_CREAT | O_TRUNC,
      context,
      (provider, inside) => provider.create(inside, mode, context),
    );
  }

  #open(
    path: string,
    flags: number,
    context: Context | undefined,
    run: (provider: Provider, inside: string) => MaybePromise<Handle>,
  ): MaybePromise<Handle> {
    const tree = this.tree;
    const place = this.at(path);
    return chain(tree.answering(place, "open", context), (mount) => {
      if (mount !== null) {
        const inside = mount.inside(place.path);
        const handle = tree.call(mount, () => run(mount.provider, inside), place.path);
        return chain(handle, (inner) => tree.opened(mount, inner, place.path));
      }
      const creates = (flags & O_CREAT) !== 0;
      if (creates && (flags & O_EXCL) !== 0) throw routerError("EEXIST", "open", place.path);
      const changes = creates || allowsWrite(flags) || (flags & O_TRUNC) !== 0;
      if (changes && (flags & O_PATH) === 0) throw routerError("EISDIR", "open", place.path);
      return new SyntheticHandle(flags, place.path, () => tree.synthetic(place.node!));
    });
  }

  /** Of the mount. */
  mkdir(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.#make("mkdir", path, (provider, inside) => provider.mkdir(inside, mode, context));
  }

  /** Of the mount. */
  mknod(path: string, mode: number, rdev: number, context?: Context): MaybePromise<void> {
    this.require("mknod", "mknod", path);
    return this.#make(
      "mknod",
      path,
      (provider, inside) => provider.mknod(inside, mode, rdev, context),
    );
  }

  /** Of the mount that holds `link`; the target is stored as it is. */
  symlink(target: string, link: string, context?: Context): MaybePromise<void> {
    this.require("symlink", "symlink", target, link);
    const { node, mount, path } = this.at(link);
    if (node !== null) throw routerError("EEXIST", "symlink", target, path);
    if (mount === null) throw routerError("ENOENT", "symlink", target, path);
    return rescue(
      () => mount.provider.symlink(target, mount.inside(path), context),
      (thrown) => {
        if (!(thrown instanceof FsError)) throw thrown;
        throw routerError(thrown.code, "symlink", target, path);
      },
    );
  }

  /** Of the mount; EBUSY for a mount point. */
  remove(path: string, context?: Context): MaybePromise<void> {
    return this.#take(
      "remove",
      path,
      "EBUSY",
      (provider, inside) => provider.remove(inside, context),
    );
  }

  /** Of the mount; EISDIR for a mount point. */
  unlink(path: string, context?: Context): MaybePromise<void> {
    return this.#take(
      "unlink",
      path,
      "EISDIR",
      (provider, inside) => provider.unlink(inside, context),
    );
  }

  /** Of the mount; EBUSY for a mount point. */
  rmdir(path: string, context?: Context): MaybePromise<void> {
    return this.#take(
      "rmdir",
      path,
      "EBUSY",
      (provider, inside) => provider.rmdir(inside, context),
    );
  }

  /** Of the mount; EBUSY, and nothing is removed, where something is mounted at or below the path. */
  removeAll(path: string, context?: Context): MaybePromise<void> {
    const { node, mount } = this.at(path);
    if (node === null && mount === null) return;
    return this.#take(
      "removeAll",
      path,
      "EBUSY",
      (provider, inside) => provider.removeAll(inside, context),
    );
  }

  /** Within one mount; EXDEV across. */
  rename(oldPath: string, newPath: string, context?: Context): MaybePromise<void> {
    return renameThere(this.tree, {
      syscall: "rename",
      from: this.at(oldPath),
      to: this.at(newPath),
      context,
      run: (provider, from, to) => provider.rename(from, to, context),
    }, 0);
  }

  /** Within one mount; EXDEV across. */
  rename2(
    oldPath: string,
    newPath: string,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    this.require("rename2", "rename2", oldPath, newPath);
    return renameThere(this.tree, {
      syscall: "rename2",
      from: this.at(oldPath),
      to: this.at(newPath),
      context,
      run: (provider, from, to) => provider.rename2(from, to, flags, context),
    }, flags);
  }

  /** Within one mount; EXDEV across. */
  link(existing: string, newPath: string, context?: Context): MaybePromise<void> {
    this.require("link", "link", existing, newPath);
    return linkThere(this.tree, {
      syscall: "link",
      from: this.at(existing),
      to: this.at(newPath),
      context,
      run: (provider, from, to) => provider.link(from, to, context),
    });
  }

  /** Within one mount; EXDEV across. */
  linkHandle(handle: Handle, newPath: string, context?: Context): MaybePromise<void> {
    this.require("tmpfile", "link", newPath);
    return linkOpen(this.tree, handle, this.at(newPath), context);
  }

  /** Of every mount at, above and below the path that can be watched, and of the mounts themselves. */
  watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    this.require("watch", "watch", path);
    return new RouterWatch(this.tree.table, path, context);
  }

  /** Closes every provider that is mounted; one that fails does not keep the others open. */
  async close(): Promise<void> {
    const closing = [...new Set(this.mounts.values())].map(async (provider) => {
      await provider.close();
    });
    for (const result of await Promise.allSettled(closing)) {
      if (result.status === "rejected") throw result.reason;
    }
  }

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Seed 1's `NewMountRouter`. */
export function newMountRouter(mounts: Mounts = {}): MountRouter {
  return new MountRouter(mounts);
}
