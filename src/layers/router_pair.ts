/**
 * The operations of a router that take two paths.
 *
 * @module
 */
import {
  chain,
  dirname,
  isSymlink,
  type MaybePromise,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  rescue,
  toErrno,
} from "../base/mod.ts";
import type { Context, FileInfo, Handle, Provider } from "../provider/mod.ts";
import type { Mount, Place } from "./mount_table.ts";
import { RouterHandle } from "./router_handle.ts";
import { lookAt, routerError, type RouterTree } from "./router_tree.ts";

/** One call with its two paths, clean. */
export interface PairCall {
  /** The operation, for errors. */
  readonly syscall: string;
  /** The path that exists. */
  readonly from: Place;
  /** The path that is made. */
  readonly to: Place;
  /** The caller. */
  readonly context: Context | undefined;
  /** Does it, when both paths are of one mount. */
  readonly run: (provider: Provider, from: string, to: string) => MaybePromise<void>;
}

/** The mount whose directory holds the name; null when that directory is synthetic or missing. */
function holder(place: Place): Mount | null {
  return place.node === null ? place.mount : place.node.around;
}

/**
 * `rename` and `rename2`: within one mount. Across mounts it is EXDEV; a mount point, and a name on
 * the way to one, is EBUSY on either side. The order of errors is Linux's.
 */
export function renameThere(
  tree: RouterTree,
  call: PairCall,
  flags: number,
): MaybePromise<void> {
  const { syscall, from, to, context } = call;
  const fail = (code: "EXDEV" | "EBUSY" | "ENOENT" | "EEXIST" | "EISDIR") =>
    routerError(code, syscall, from.path, to.path);
  if (from.path === "/" || to.path === "/") throw fail("EBUSY");
  const mount = holder(from);
  if (mount !== holder(to)) {
    return chain(requireParents(tree, call), () => {
      throw fail("EXDEV");
    });
  }
  if (from.node !== null) {
    if (from.node === to.node) return;
    throw fail("EBUSY");
  }
  if (mount === null) throw fail("ENOENT");
  if (to.node !== null) {
    const inside = mount.inside(from.path);
    return chain(
      tree.call(mount, () => lookAt(mount, inside, context), from.path, to.path),
      (info) => {
        if ((flags & RENAME_NOREPLACE) !== 0) throw fail("EEXIST");
        throw fail(info.isDir || (flags & RENAME_EXCHANGE) !== 0 ? "EBUSY" : "EISDIR");
      },
    );
  }
  return within(tree, mount, call);
}

/** `link`: within one mount; EXDEV across, EPERM for directories, which mount points are. */
export function linkThere(tree: RouterTree, call: PairCall): MaybePromise<void> {
  const { syscall, from, to, context } = call;
  const mount = holder(to);
  if (mount !== null && mount === from.mount && from.node === null && to.node === null) {
    return within(tree, mount, call);
  }
  const fail = (code: "EXDEV" | "EPERM" | "EEXIST" | "ENOENT") =>
    routerError(code, syscall, from.path, to.path);
  return chain(requireThere(tree, from, syscall, context), (existing) => {
    if (to.node !== null) throw fail("EEXIST");
    return chain(absent(tree, to, syscall, context), (free) => {
      if (!free) throw fail("EEXIST");
      return chain(requireParent(tree, to, call), () => {
        if (mount === null) throw fail("ENOENT");
        throw fail(mount === from.mount && existing.isDir ? "EPERM" : "EXDEV");
      });
    });
  });
}

/** `linkHandle`: within the mount of the open file; EXDEV across. */
export function linkOpen(
  tree: RouterTree,
  handle: Handle,
  to: Place,
  context: Context | undefined,
): MaybePromise<void> {
  const mount = holder(to);
  if (mount === null) throw routerError(to.node === null ? "ENOENT" : "EEXIST", "link", to.path);
  if (to.node !== null) throw routerError("EEXIST", "link", to.path);
  const below = handle instanceof RouterHandle ? handle.of(mount.provider) : null;
  if (below === null) throw routerError("EXDEV", "link", to.path);
  return tree.call(
    mount,
    () => mount.provider.linkHandle(below, mount.inside(to.path), context),
    to.path,
  );
}

function within(tree: RouterTree, mount: Mount, call: PairCall): MaybePromise<void> {
  const { from, to, run } = call;
  return tree.call(
    mount,
    () => run(mount.provider, mount.inside(from.path), mount.inside(to.path)),
    from.path,
    to.path,
  );
}

/** The attributes of what is at a place; an error names both paths' operation. */
function requireThere(
  tree: RouterTree,
  place: Place,
  syscall: string,
  context: Context | undefined,
): MaybePromise<FileInfo> {
  return chain(tree.answering(place, syscall, context), (mount) => {
    if (mount === null) return tree.synthetic(place.node!);
    return tree.call(mount, () => lookAt(mount, mount.inside(place.path), context), place.path);
  });
}

function absent(
  tree: RouterTree,
  place: Place,
  syscall: string,
  context: Context | undefined,
): MaybePromise<boolean> {
  return rescue(
    () => chain(requireThere(tree, place, syscall, context), () => false),
    (thrown) => {
      if (toErrno(thrown).code === "ENOENT") return true;
      throw thrown;
    },
  );
}

function requireParents(tree: RouterTree, call: PairCall): MaybePromise<void> {
  return chain(requireParent(tree, call.from, call), () => requireParent(tree, call.to, call));
}

/** @throws {FsError} ENOENT or ENOTDIR when the directory of the place is not there. */
function requireParent(tree: RouterTree, place: Place, call: PairCall): MaybePromise<void> {
  const { syscall, from, to, context } = call;
  const parent = tree.table.locate(dirname(place.path));
  return rescue(
    () =>
      chain(requireThere(tree, parent, syscall, context), (info) => {
        // A link in the middle of a path is followed: whether to a directory, the mount would know.
        if (info.isDir || isSymlink(info.mode)) return;
        throw routerError("ENOTDIR", syscall, from.path, to.path);
      }),
    (thrown) => {
      throw routerError(toErrno(thrown).code, syscall, from.path, to.path);
    },
  );
}
