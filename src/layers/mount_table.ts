/**
 * Which provider a path belongs to.
 *
 * @module
 */
import { type ErrnoName, FsError, isWithin, join } from "../base/mod.ts";
import type { Provider } from "../provider/mod.ts";

/** One provider at its place. */
export class Mount {
  /** The mount point, clean. */
  readonly path: string;
  /** What is mounted there. */
  readonly provider: Provider;
  /** Its space of inode numbers. */
  readonly space: number;

  /** A mount of `provider` at the clean path. */
  constructor(path: string, provider: Provider, space: number) {
    this.path = path;
    this.provider = provider;
    this.space = space;
  }

  /** The provider's path for a clean path at or below the mount point. */
  inside(path: string): string {
    if (this.path === "/") return path;
    return path.length === this.path.length ? "/" : path.slice(this.path.length);
  }

  /** The caller's path for a path of the provider. */
  outside(path: string): string {
    if (this.path === "/") return path;
    return path === "/" ? this.path : this.path + path;
  }

  /** An error of the provider in the caller's terms; what is no FsError stays as it is. */
  translate(thrown: unknown, path: string | undefined, dest?: string): unknown {
    if (!(thrown instanceof FsError)) return thrown;
    if (this.path === "/" && thrown.path !== undefined) return thrown;
    const { code, syscall, cause } = thrown;
    const outer = thrown.path?.startsWith("/") === true ? this.outside(thrown.path) : path;
    const outerDest = thrown.dest?.startsWith("/") === true ? this.outside(thrown.dest) : dest;
    return new FsError(code, {
      ...(syscall === undefined ? {} : { syscall }),
      ...(outer === undefined ? {} : { path: outer }),
      ...(outerDest === undefined ? {} : { dest: outerDest }),
      cause,
    });
  }
}

/** A mount point, or a name on the way to one. */
export class MountNode {
  /** The clean path. */
  readonly path: string;
  /** The node above; null for the root. */
  readonly parent: MountNode | null;
  /** The nodes below by name, in the order in which they came. */
  readonly children: Map<string, MountNode> = new Map();
  /** What is mounted here; null for a name on the way. */
  mount: Mount | null = null;
  /** The inode number when the directory is synthetic. */
  readonly ino: number;

  /** A node without a mount. */
  constructor(path: string, parent: MountNode | null, ino: number) {
    this.path = path;
    this.parent = parent;
    this.ino = ino;
  }

  /** The mount that this name is an entry of; null when that is a synthetic directory. */
  get around(): Mount | null {
    for (let node = this.parent; node !== null; node = node.parent) {
      if (node.mount !== null) return node.mount;
    }
    return null;
  }
}

/** Where a path leads. */
export interface Place {
  /** The path, clean. */
  readonly path: string;
  /** The nearest mount at or above the path. */
  readonly mount: Mount | null;
  /** The node of exactly this path: a mount point, or a name on the way to one. */
  readonly node: MountNode | null;
}

/** The mounts of a router as a tree of names: the longest prefix is found on the way down. */
export class MountTable {
  readonly #next: () => number;
  readonly #root: MountNode;
  readonly #listeners = new Set<(mount: Mount, added: boolean) => void>();

  /** @param next Gives inode numbers for synthetic directories. */
  constructor(next: () => number) {
    this.#next = next;
    this.#root = new MountNode("/", null, next());
  }

  /** Where the clean path leads. */
  locate(path: string): Place {
    let node = this.#root;
    let mount = node.mount;
    if (path === "/") return { path, mount, node };
    let start = 1;
    while (node.children.size > 0) {
      const slash = path.indexOf("/", start);
      const child = node.children.get(slash < 0 ? path.slice(start) : path.slice(start, slash));
      if (child === undefined) break;
      node = child;
      mount = node.mount ?? mount;
      if (slash < 0) return { path, mount, node };
      start = slash + 1;
    }
    return { path, mount, node: null };
  }

  /** Adds a mount at its path. @throws {FsError} EBUSY when there is one. */
  add(mount: Mount): void {
    let node = this.#root;
    for (const name of mount.path === "/" ? [] : mount.path.slice(1).split("/")) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = new MountNode(join(node.path, name), node, this.#next());
        node.children.set(name, child);
      }
      node = child;
    }
    if (node.mount !== null) throw refused("EBUSY", "addMount", mount.path);
    node.mount = mount;
    for (const listener of this.#listeners) listener(mount, true);
  }

  /** Takes the mount at the clean path away. @throws {FsError} EINVAL when there is none. */
  remove(path: string): Mount {
    const { node } = this.locate(path);
    const mount = node?.mount ?? null;
    if (node === null || mount === null) throw refused("EINVAL", "removeMount", path);
    node.mount = null;
    prune(node);
    for (const listener of this.#listeners) listener(mount, false);
    return mount;
  }

  /** Every mount at or below the path, outer ones first. */
  *within(path: string): Generator<Mount> {
    const pending = [this.#root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.mount !== null && isWithin(node.path, path)) yield node.mount;
      pending.push(...[...node.children.values()].reverse());
    }
  }

  /** Tells `listener` of every mount that comes or goes, until the returned function is called. */
  listen(listener: (mount: Mount, added: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Takes nodes away that lead nowhere any more. */
function prune(node: MountNode): void {
  for (let last = node; last.parent !== null; last = last.parent) {
    if (last.mount !== null || last.children.size > 0) return;
    last.parent.children.delete(last.path.slice(last.path.lastIndexOf("/") + 1));
  }
}

function refused(code: ErrnoName, syscall: string, path: string): FsError {
  return new FsError(code, { syscall, path });
}
