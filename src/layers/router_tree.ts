/**
 * What the operations of a router share.
 *
 * @module
 */
import {
  basename,
  chain,
  type ErrnoName,
  FsError,
  isPromise,
  join,
  type MaybePromise,
  rescue,
  S_IFDIR,
  toErrno,
} from "../base/mod.ts";
import {
  type Context,
  DirEntry,
  FileInfo,
  type Handle,
  type Timespec,
  timespecOf,
} from "../provider/mod.ts";
import { InodeSpace } from "./inode_space.ts";
import { type Mount, type MountNode, MountTable, type Place } from "./mount_table.ts";
import { RouterHandle } from "./router_handle.ts";

/** Mounts, inode numbers and synthetic directories of one router. */
export class RouterTree {
  /** The inode numbers of all mounts. */
  readonly spaces: InodeSpace = new InodeSpace();
  /** The mounts. */
  readonly table: MountTable = new MountTable(() => this.spaces.next());
  /** All three times of every synthetic directory. */
  readonly #born: Timespec = timespecOf(new Date());

  /** Runs an operation of a mount; its errors come out in the caller's terms. */
  call<T>(mount: Mount, run: () => MaybePromise<T>, path: string, dest?: string): MaybePromise<T> {
    try {
      const value = run();
      if (!isPromise(value)) return value;
      return value.catch((thrown) => {
        throw mount.translate(thrown, path, dest);
      });
    } catch (thrown) {
      throw mount.translate(thrown, path, dest);
    }
  }

  /**
   * The mount that answers for what is at a place, or null where the directory is synthetic. A name
   * on the way to a mount point is the provider's own when it has a directory of that name itself;
   * anything else of that name is hidden, as by a mount.
   *
   * @throws {FsError} ENOENT outside of every mount.
   */
  answering(place: Place, syscall: string, context?: Context): MaybePromise<Mount | null> {
    const { mount, node, path } = place;
    if (node === null && mount === null) throw new FsError("ENOENT", { syscall, path });
    if (node === null || mount === null || node.mount !== null) return mount;
    return rescue(
      () =>
        chain(
          this.call(mount, () => lookAt(mount, mount.inside(path), context), path),
          (info) => info.isDir ? mount : null,
        ),
      (thrown) => {
        const { code } = toErrno(thrown);
        if (code === "ENOENT" || code === "ENOTDIR") return null;
        throw thrown;
      },
    );
  }

  /** The attributes as the router tells them. */
  seen(mount: Mount, info: FileInfo, path: string): FileInfo {
    const ino = this.spaces.map(mount.space, info.ino);
    const name = info.name === "/" ? basename(path) : info.name;
    return ino === info.ino && name === info.name ? info : info.with({ ino, name });
  }

  /** A handle as the router gives it. */
  opened(mount: Mount, handle: Handle, path: string): RouterHandle {
    return new RouterHandle(handle, mount, path, basename(path), this.spaces);
  }

  /** The attributes of a synthetic directory. */
  synthetic(node: MountNode): FileInfo {
    return new FileInfo({
      name: basename(node.path),
      mode: S_IFDIR | 0o755,
      ino: node.ino,
      nlink: 2 + node.children.size,
      mtime: this.#born,
    });
  }

  /** The entries that the router adds to a listing. */
  children(
    node: MountNode,
    own: ReadonlyMap<string, DirEntry>,
    info: (path: string) => MaybePromise<FileInfo>,
  ): DirEntry[] {
    const entries: DirEntry[] = [];
    for (const [name, child] of node.children) {
      const entry = own.get(name);
      if (child.mount === null && entry?.isDir === true) continue;
      // As on Linux, the number is the one of the covered directory: to ask the mount could wait.
      entries.push(new DirEntry(name, S_IFDIR, child.ino, () => info(child.path)));
    }
    return entries;
  }

  /** A provider's listing as the router tells it: numbers mapped, hidden names left out. */
  listed(mount: Mount, place: Place, own: readonly DirEntry[]): DirEntry[] {
    const { path, node } = place;
    const entries: DirEntry[] = [];
    for (const entry of own) {
      const child = node?.children.get(entry.name);
      if (child !== undefined && (child.mount !== null || !entry.isDir)) continue;
      entries.push(this.#entry(mount, path, entry));
    }
    return entries;
  }

  #entry(mount: Mount, directory: string, entry: DirEntry): DirEntry {
    const ino = this.spaces.map(mount.space, entry.ino);
    if (ino === entry.ino && mount.path === "/") return entry;
    return new DirEntry(entry.name, entry.type, ino, () => {
      const path = join(directory, entry.name);
      const info = this.call(mount, () => entry.info(), path);
      return chain(info, (value) => this.seen(mount, value, path));
    });
  }
}

/** The attributes of the name itself: `lstat`, or `stat` of a provider that has no such thing. */
export function lookAt(mount: Mount, path: string, context?: Context): MaybePromise<FileInfo> {
  return mount.provider.capabilities.has("lstat")
    ? mount.provider.lstat(path, context)
    : mount.provider.stat(path, context);
}

/** The error of an operation of a router. */
export function routerError(
  code: ErrnoName,
  syscall: string,
  path: string,
  dest?: string,
): FsError {
  return new FsError(code, dest === undefined ? { syscall, path } : { syscall, path, dest });
}
