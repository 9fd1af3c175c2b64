/**
 * A filesystem in memory.
 *
 * @module
 */
import {
  basename,
  clean,
  ERRNO,
  Errno,
  FsError,
  type MaybePromise,
  nullIfMissing,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  rescue,
} from "../base/mod.ts";
import {
  ALL_CAPABILITIES,
  BaseProvider,
  type CapabilitySet,
  type Context,
  type DirEntry,
  type FileInfo,
  type Handle,
  type StatFs,
  type TimeChange,
  type WatchEvent,
} from "../provider/mod.ts";
import { changeMode, changeOwner, changeTimes, dropPrivileges } from "./memory_attributes.ts";
import type { MemoryOptions } from "./memory_budget.ts";
import { listOf } from "./memory_dir_entry.ts";
import { type FileTree, plantTree, readTree } from "./memory_file_tree.ts";
import { MemoryHandle } from "./memory_handle.ts";
import { MemoryDirectory, MemoryFile, type MemoryInode, MemorySymlink } from "./memory_inode.ts";
import { openInode } from "./memory_open.ts";
import { renamePath } from "./memory_rename.ts";
import { restoreSnapshot } from "./memory_restore.ts";
import { type MemorySnapshot, takeSnapshot } from "./memory_snapshot.ts";
import { MemoryTree } from "./memory_tree.ts";
import { pathOf } from "./memory_watch.ts";
import {
  getXattr,
  listXattr,
  refuseXattr,
  refuseXattrName,
  removeXattr,
  setXattr,
} from "./memory_xattr.ts";

/**
 * A filesystem in memory that behaves as Linux's tmpfs does: inodes with hard and symbolic links, files
 * that stay readable without a name, owners, times, sparse files, extended attributes, limits. Every method
 * answers at once.
 *
 * Access times follow {@linkcode MemoryOptions.accessTime}. Permission bits are kept and not enforced: that is
 * the kernel's business, or a layer's.
 *
 * @example
 * ```ts
 * import { MemoryProvider } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = new MemoryProvider();
 * memory.mkdirAll("/notes/today", 0o755);
 * memory.writeFile("/notes/today/list", new TextEncoder().encode("milk\n"), 0o644);
 * memory.rename("/notes/today", "/notes/monday");
 * assertEquals(new TextDecoder().decode(memory.readFile("/notes/monday/list")), "milk\n");
 * ```
 */
export class MemoryProvider extends BaseProvider {
  /** All there are. */
  override readonly capabilities: CapabilitySet = ALL_CAPABILITIES;
  readonly #tree: MemoryTree;

  /** An empty filesystem; see {@linkcode MemoryOptions} for limits, clock and owner. */
  constructor(options: MemoryOptions = {}) {
    super();
    this.#tree = new MemoryTree(options);
  }

  #find(path: string, follow: boolean, syscall: string): MemoryInode {
    const inode = this.#tree.walk.resolve(path, follow);
    if (inode instanceof Errno) throw new FsError(inode.code, { syscall, path });
    return inode;
  }

  /** The inode that was just found has changed. */
  #tell(kind: "content" | "attributes", inode: MemoryInode): void {
    this.#tree.watches.change(kind, inode, this.#tree.walk);
  }

  /** Whether no thread and no process begins in its calls. Who adds something knows better. */
  get startsNothing(): boolean {
    return this.constructor === MemoryProvider;
  }

  /** The attributes; a final symbolic link is followed. */
  override stat(path: string, _context?: Context): FileInfo {
    return this.#find(path, true, "stat").info(nameOf(path));
  }

  /** The attributes of the path itself. */
  override lstat(path: string, _context?: Context): FileInfo {
    return this.#find(path, false, "lstat").info(nameOf(path));
  }

  /** As `lstat`, but null where there is nothing: throwing costs several times what looking does. */
  find(path: string, context?: Context): MaybePromise<FileInfo | null> {
    // Who has an `lstat` of his own means that.
    if (this.lstat !== MemoryProvider.prototype.lstat) {
      return rescue(() => this.lstat(path, context), nullIfMissing);
    }
    const inode = this.#tree.walk.resolve(path, false);
    if (inode === ERRNO.ENOENT) return null;
    if (inode instanceof Errno) throw new FsError(inode.code, { syscall: "lstat", path });
    return inode.info(nameOf(path));
  }

  /** The entries, in the order in which they came. */
  override readDir(path: string, _context?: Context): readonly DirEntry[] {
    const inode = this.#find(path, true, "readDir");
    if (!(inode instanceof MemoryDirectory)) {
      throw new FsError("ENOTDIR", { syscall: "readDir", path });
    }
    inode.touchAccess(this.#tree.clock);
    return listOf(inode);
  }

  /** Opens or makes a file. Pipes, sockets and devices can be opened with O_PATH only (ENXIO). */
  override open(path: string, flags: number, mode: number, context?: Context): MemoryHandle {
    const inode = openInode(this.#tree, path, flags, mode, context);
    if (inode instanceof Errno) throw new FsError(inode.code, { syscall: "open", path });
    return new MemoryHandle(this.#tree, inode, flags, path);
  }

  /** `open` with O_RDWR, O_CREAT and O_TRUNC. */
  override create(path: string, mode: number, context?: Context): MemoryHandle {
    const flags = O_RDWR | O_CREAT | O_TRUNC;
    const inode = openInode(this.#tree, path, flags, mode, context);
    if (inode instanceof Errno) throw new FsError(inode.code, { syscall: "create", path });
    return new MemoryHandle(this.#tree, inode, flags, path);
  }

  /** Makes one directory. */
  override mkdir(path: string, mode: number, context?: Context): void {
    check(this.#tree.makeDirectory(path, mode, context), "mkdir", path);
  }

  /** Sets the permission bits. */
  override chmod(path: string, mode: number, _context?: Context): void {
    const inode = this.#find(path, true, "chmod");
    changeMode(inode, mode, this.#tree.clock);
    this.#tell("attributes", inode);
  }

  /** Removes a file or an empty directory. */
  override remove(path: string, _context?: Context): void {
    const errno = this.#tree.unlink(path);
    check(errno === ERRNO.EISDIR ? this.#tree.removeDirectory(path) : errno, "remove", path);
  }

  /** Removes a path and everything below it; the root cannot go (EBUSY, and nothing is removed). */
  override removeAll(path: string, _context?: Context): void {
    check(this.#tree.removeAll(path), "removeAll", path);
  }

  /** Moves a path. */
  override rename(oldPath: string, newPath: string, context?: Context): void {
    check(renamePath(this.#tree, oldPath, newPath, 0, context), "rename", oldPath, newPath);
  }

  /** Moves a path, with RENAME_NOREPLACE, RENAME_EXCHANGE or RENAME_WHITEOUT. */
  override rename2(oldPath: string, newPath: string, flags: number, context?: Context): void {
    check(renamePath(this.#tree, oldPath, newPath, flags, context), "rename2", oldPath, newPath);
  }

  /** Makes a symbolic link. */
  override symlink(target: string, link: string, context?: Context): void {
    check(this.#tree.makeSymlink(target, link, context), "symlink", target, link);
  }

  /** The target of a symbolic link. */
  override readlink(path: string, _context?: Context): string {
    const inode = this.#find(path, false, "readlink");
    if (!(inode instanceof MemorySymlink)) {
      throw new FsError("EINVAL", { syscall: "readlink", path });
    }
    inode.touchAccess(this.#tree.clock);
    return inode.target;
  }

  /** Gives an inode a second name. */
  override link(existing: string, newPath: string, _context?: Context): void {
    check(this.#tree.link(existing, newPath), "link", existing, newPath);
  }

  /** Names an open file. */
  override linkHandle(handle: Handle, newPath: string, _context?: Context): void {
    const isOurs = handle instanceof MemoryHandle;
    const errno = isOurs ? handle.linkTo(this.#tree, newPath) : ERRNO.EXDEV;
    if (errno === null) return;
    throw new FsError(errno.code, {
      syscall: "link",
      path: isOurs ? handle.path : undefined,
      dest: newPath,
    });
  }

  /** Makes a pipe, socket, device node or empty file. */
  override mknod(path: string, mode: number, rdev: number, context?: Context): void {
    check(this.#tree.makeNode(path, mode, rdev, context), "mknod", path);
  }

  /** Removes a name that is not a directory. */
  override unlink(path: string, _context?: Context): void {
    check(this.#tree.unlink(path), "unlink", path);
  }

  /** Removes an empty directory. */
  override rmdir(path: string, _context?: Context): void {
    check(this.#tree.removeDirectory(path), "rmdir", path);
  }

  /** Sets owner and group. */
  override chown(path: string, uid: number, gid: number, context?: Context): void {
    const inode = this.#find(path, true, "chown");
    check(changeOwner(this.#tree, inode, uid, gid, context), "chown", path);
    this.#tell("attributes", inode);
  }

  /** Sets owner and group of the path itself. */
  override lchown(path: string, uid: number, gid: number, context?: Context): void {
    const inode = this.#find(path, false, "lchown");
    check(changeOwner(this.#tree, inode, uid, gid, context), "lchown", path);
    this.#tell("attributes", inode);
  }

  /** Sets the times. */
  override utimes(path: string, atime: TimeChange, mtime: TimeChange, _context?: Context): void {
    const inode = this.#find(path, true, "utimes");
    check(changeTimes(inode, atime, mtime, this.#tree.clock), "utimes", path);
    this.#tell("attributes", inode);
  }

  /** Sets the times of the path itself. */
  override lutimes(path: string, atime: TimeChange, mtime: TimeChange, _context?: Context): void {
    const inode = this.#find(path, false, "lutimes");
    check(changeTimes(inode, atime, mtime, this.#tree.clock), "lutimes", path);
    this.#tell("attributes", inode);
  }

  /** Sets the size of a file. */
  override truncate(path: string, size: number, context?: Context): void {
    const file = this.#find(path, true, "truncate");
    if (!(file instanceof MemoryFile)) {
      const code = file instanceof MemoryDirectory ? "EISDIR" : "EINVAL";
      throw new FsError(code, { syscall: "truncate", path });
    }
    const isSize = Number.isSafeInteger(size) && size >= 0;
    check(isSize ? this.#tree.data.truncate(file, size) : ERRNO.EINVAL, "truncate", path);
    dropPrivileges(file, this.#tree.budget, context);
    file.touchContent(this.#tree.clock);
    this.#tell("content", file);
  }

  /** Sizes and limits. */
  override statfs(path: string, _context?: Context): StatFs {
    this.#find(path, true, "statfs");
    return this.#tree.budget.statfs();
  }

  /** The value of an attribute. */
  override getXattr(path: string, name: string, context?: Context): Uint8Array {
    check(refuseXattrName(name), "getXattr", path);
    const value = getXattr(this.#find(path, false, "getXattr"), name, context);
    if (value instanceof Errno) throw new FsError(value.code, { syscall: "getXattr", path });
    return value;
  }

  /** Sets an attribute. */
  override setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): void {
    check(refuseXattr(name, value, flags), "setXattr", path);
    const inode = this.#find(path, false, "setXattr");
    check(
      setXattr(inode, this.#tree.budget, name, value, flags, context),
      "setXattr",
      path,
    );
    inode.touchChange(this.#tree.clock);
    this.#tell("attributes", inode);
  }

  /** The names of the attributes. */
  override listXattr(path: string, context?: Context): string[] {
    return listXattr(this.#find(path, false, "listXattr"), context);
  }

  /** Removes an attribute. */
  override removeXattr(path: string, name: string, context?: Context): void {
    check(refuseXattrName(name), "removeXattr", path);
    const inode = this.#find(path, false, "removeXattr");
    check(removeXattr(inode, this.#tree.budget, name, context), "removeXattr", path);
    inode.touchChange(this.#tree.clock);
    this.#tell("attributes", inode);
  }

  /**
   * Changes at and below a path, made by anybody: from now until the signal aborts or the loop over them ends.
   * A link on the way is followed now and not again.
   */
  override watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    this.#find(path, true, "watch");
    const { walk, watches } = this.#tree;
    return watches.add(pathOf(walk.parent, walk.name), context?.signal);
  }

  /** Seed 1's `ReadFile`: all of a file. */
  readFile(path: string, context?: Context): Uint8Array<ArrayBuffer> {
    using handle = this.open(path, O_RDONLY, 0, context);
    const bytes = new Uint8Array(handle.stat().size);
    handle.readAt(bytes, 0, context);
    return bytes;
  }

  /** Seed 1's `WriteFile`: makes or replaces the content of a file; `mode` is for a new one. */
  writeFile(path: string, data: Uint8Array, mode: number, context?: Context): void {
    using handle = this.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode, context);
    for (let done = 0; done < data.length;) done += handle.write(data.subarray(done), context);
  }

  /** Everything as a value that JSON can hold; `JSON.stringify(memory)` calls it. */
  toJSON(): MemorySnapshot {
    return takeSnapshot(this.#tree);
  }

  /**
   * A filesystem as {@linkcode MemoryProvider.toJSON} saw it, with limits and clock of its own.
   *
   * @throws {FsError} EINVAL for what is no snapshot, with the path and the field that are wrong; ENOSPC, EFBIG
   * or EMLINK where the limits do not allow it.
   */
  static fromJSON(snapshot: MemorySnapshot, options: MemoryOptions = {}): MemoryProvider {
    const memory = new MemoryProvider(options);
    restoreSnapshot(memory.#tree, snapshot);
    return memory;
  }

  /** What is in a directory as an object: names and contents, without owners and times. */
  toTree(path = "/"): FileTree {
    return readTree(this, path);
  }

  /**
   * A filesystem with these files.
   *
   * @example
   * ```ts
   * import { MemoryProvider, TreeSymlink } from "@fusewire/vfs";
   * import { assertEquals } from "@std/assert";
   *
   * const memory = MemoryProvider.fromTree({ src: { "main.ts": "1;" }, now: new TreeSymlink("src") });
   * assertEquals(memory.readDir("/now").map((entry) => entry.name), ["main.ts"]);
   * ```
   */
  static fromTree(tree: FileTree, options: MemoryOptions = {}): MemoryProvider {
    const memory = new MemoryProvider(options);
    plantTree(memory, "/", tree);
    return memory;
  }

  /** Seed 1's `MkdirAll`: makes a directory and those above it that are missing. */
  mkdirAll(path: string, mode: number, context?: Context): void {
    check(this.#tree.makeDirectories(path, mode, context), "mkdirAll", path);
  }
}

/** Seed 1's `NewMemoryProvider`. */
export function newMemoryProvider(options: MemoryOptions = {}): MemoryProvider {
  return new MemoryProvider(options);
}

function check(errno: Errno | null, syscall: string, path: string, dest?: string): void {
  if (errno !== null) throw new FsError(errno.code, { syscall, path, dest });
}

/** The last component, also of a path that is not clean. */
function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === "" || name === "." || name === ".." ? basename(clean(path)) : name;
}
