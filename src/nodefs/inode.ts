/**
 * A node's place in the tree.
 *
 * @module
 */
import { FsError, isDirectory } from "../base/mod.ts";
import type { FileHandle } from "./file_handle.ts";
import type { InodeEmbedder } from "./node.ts";
import { OlderLinks } from "./older_links.ts";
import type { StableAttr } from "./stable_attr.ts";
import type { Tree } from "./tree.ts";

/** The answer of a kernel that does not know the inode. */
const NOBODY: Promise<boolean> = Promise.resolve(false);
/** The children of what has none. */
const NO_CHILDREN: ReadonlyMap<string, Inode> = new Map();
/** The handles of what is not open. */
const NOT_OPEN: readonly FileHandle[] = [];

/** One name of an inode: a directory and the name there. */
export interface ParentLink {
  /** The directory. */
  readonly parent: Inode;
  /** The name in it. */
  readonly name: string;
}

/**
 * Seed 2's `Inode`: identity, children and parents of a node. The tree mirrors what the kernel knows
 * (dynamic trees) or is itself the truth (persistent inodes). An inode without parents, other than
 * the root, has been removed and lives only as long as the kernel holds it.
 *
 * Invariants: `b` is a child of `a` under `name` exactly when `(a, name)` is a parent link of `b`. No directory
 * lies below itself.
 *
 * There may be millions: what few of them have (children, handles, a second name) takes no room in the
 * others, and nothing is allocated to forget one.
 */
export class Inode {
  /** The node. */
  readonly operations: InodeEmbedder;
  /** Type and number. */
  readonly stableAttr: StableAttr;
  /** Whether it stays when the kernel forgets it. */
  persistent: boolean;
  /** The kernel's number for it; 0 while the kernel does not know it. */
  nodeid = 0;
  /** How many lookups the kernel will forget. */
  lookupCount = 0;
  /** Whether the library has let go of it. */
  isDropped = false;
  /** Whether its content may change without the kernel's noticing: then that keeps no attributes. */
  changesUnseen = false;
  readonly #tree: Tree;
  #openFiles: FileHandle[] | null = null;
  #children: Map<string, Inode> | null = null;
  /** The name that was seen last, which paths are made from. */
  #link: ParentLink | null = null;
  /** Its other names, the last one seen last. */
  #olderLinks: OlderLinks | null = null;
  #path: string | undefined = undefined;
  #pathEpoch = -1;

  /** For the library: use `newInode`. */
  constructor(
    tree: Tree,
    operations: InodeEmbedder,
    stableAttr: StableAttr,
    persistent: boolean,
  ) {
    this.#tree = tree;
    this.operations = operations;
    this.stableAttr = stableAttr;
    this.persistent = persistent;
  }

  /** Whether it is a directory. */
  get isDir(): boolean {
    return isDirectory(this.stableAttr.mode);
  }

  /** Whether it is the root of the tree. */
  get isRoot(): boolean {
    return this.#tree.root === this;
  }

  /** Makes an inode for `node`, or returns the one that has the same number already. */
  newInode(node: InodeEmbedder, stableAttr: StableAttr): Inode {
    return this.#tree.newInode(node, stableAttr, false);
  }

  /** As `newInode`; the inode stays when the kernel forgets it, until `forgetPersistent`. */
  newPersistentInode(node: InodeEmbedder, stableAttr: StableAttr): Inode {
    return this.#tree.newInode(node, stableAttr, true);
  }

  /** The inode with this number that is known already, so that no node need be made for it. */
  knownInode(ino: number | bigint, mode: number, gen = 0): Inode | undefined {
    return this.#tree.known(ino, mode, gen);
  }

  /** The child of that name, when it is known. */
  getChild(name: string): Inode | undefined {
    return this.#children?.get(name);
  }

  /** The known children by name. */
  children(): ReadonlyMap<string, Inode> {
    return this.#children ?? NO_CHILDREN;
  }

  /** The handles that are open on it. */
  get openFiles(): readonly FileHandle[] {
    return this.#openFiles ?? NOT_OPEN;
  }

  /** For the library: a handle is open on it. */
  opened(file: FileHandle): void {
    if (this.#openFiles === null) this.#openFiles = [file];
    else this.#openFiles.push(file);
  }

  /** For the library: the handle is open no more. */
  released(file: FileHandle): void {
    const index = this.openFiles.indexOf(file);
    if (index >= 0) this.#openFiles?.splice(index, 1);
  }

  /** Every name that is known: several for a file with hard links, none for what was removed. */
  parents(): readonly ParentLink[] {
    return this.#link === null ? [] : [...this.#olderLinks ?? [], this.#link];
  }

  /** A name of the inode, or null when it has none. */
  parent(): ParentLink | null {
    return this.#link;
  }

  /** Whether it has been removed from the tree. */
  get isDetached(): boolean {
    return this.#link === null && !this.isRoot;
  }

  /**
   * The path from the root, beginning with `/`; undefined when it has been removed. Computed once, and
   * again after a directory above has moved.
   */
  path(): string | undefined {
    if (this.#pathEpoch === this.#tree.epoch) return this.#path;
    this.#pathEpoch = this.#tree.epoch;
    this.#path = this.#computePath();
    return this.#path;
  }

  #computePath(): string | undefined {
    if (this.isRoot) return "/";
    const link = this.#link;
    const above = link?.parent.path();
    if (link === null || above === undefined) return undefined;
    return above === "/" ? `/${link.name}` : `${above}/${link.name}`;
  }

  /** Whether it is this directory or one below it. */
  isWithin(directory: Inode): boolean {
    let above = this.#link?.parent;
    while (above !== undefined && above !== directory) above = above.#link?.parent;
    return this === directory || above === directory;
  }

  /**
   * Makes `child` a child under `name`; another child of that name is removed first.
   *
   * @throws {FsError} ELOOP for a directory that this one is, or lies in.
   */
  addChild(name: string, child: Inode): void {
    const before = this.#children?.get(name);
    if (before === child) {
      child.#promote(this, name);
      return;
    }
    if (child.isDir && this.isWithin(child)) {
      throw new FsError("ELOOP", { syscall: "add", path: name });
    }
    if (before !== undefined) this.rmChild(name);
    if (this.#children === null) this.#children = new Map();
    this.#children.set(name, child);
    // A directory has one name: finding it elsewhere means that somebody has moved it.
    if (child.isDir) child.detach();
    child.#addLink({ parent: this, name });
    child.#moved();
  }

  #addLink(link: ParentLink): void {
    if (this.#link !== null) (this.#olderLinks ??= new OlderLinks()).push(this.#link);
    this.#link = link;
  }

  #removeLink(parent: Inode, name: string): void {
    if (this.#isLast(parent, name)) this.#link = this.#olderLinks?.pop() ?? null;
    else this.#olderLinks?.remove(parent, name);
  }

  #isLast(parent: Inode, name: string): boolean {
    return this.#link !== null && this.#link.parent === parent && this.#link.name === name;
  }

  /** Makes a name the one that was seen last. */
  #promote(parent: Inode, name: string): void {
    if (this.#isLast(parent, name)) return;
    this.#removeLink(parent, name);
    this.#addLink({ parent, name });
    this.#moved();
  }

  #moved(): void {
    this.#pathEpoch = -1;
    if (this.#children !== null && this.#children.size > 0) this.#tree.epoch++;
  }

  /** Removes the child of that name from the tree; returns it when there was one. */
  rmChild(name: string): Inode | undefined {
    const child = this.#children?.get(name);
    if (child === undefined) return undefined;
    this.#children?.delete(name);
    child.#removeLink(this, name);
    child.#moved();
    return child;
  }

  /** Moves a child, replacing what is at the new name; returns what was replaced. */
  mvChild(name: string, newParent: Inode, newName: string): Inode | undefined {
    const child = this.getChild(name);
    if (child === undefined) return newParent.rmChild(newName);
    const replaced = newParent.getChild(newName);
    if (replaced === child) return undefined;
    this.rmChild(name);
    newParent.addChild(newName, child);
    return replaced;
  }

  /** Exchanges two children; a name that is not known here becomes unknown there too. */
  exchangeChild(name: string, newParent: Inode, newName: string): void {
    const first = this.rmChild(name);
    const second = newParent.rmChild(newName);
    if (first !== undefined) newParent.addChild(newName, first);
    if (second !== undefined) this.addChild(name, second);
  }

  // Notices. Each resolves to whether the kernel had something to do: false when it does not know the
  // inode, or nothing is mounted. Awaiting one in an operation on the same inode is a deadlock.

  /** Seed 2's `NotifyEntry`: the child `name` of this directory has come, gone or changed. */
  notifyEntry(name: string): Promise<boolean> {
    if (this.nodeid === 0) return NOBODY;
    return this.#tree.callbacks.invalidateEntry(this.nodeid, name);
  }

  /** Seed 2's `NotifyDelete`: `child` was removed from this directory; who watches it is told (`inotify(7)`). */
  notifyDelete(name: string, child: Inode): Promise<boolean> {
    if (this.nodeid === 0 || child.nodeid === 0) return this.notifyEntry(name);
    return this.#tree.callbacks.deleteEntry(this.nodeid, child.nodeid, name);
  }

  /**
   * Seed 2's `NotifyContent`: attributes and cached data from `offset` on have changed, `length` bytes of
   * it (0: to the end). A negative `offset` is for attributes only.
   */
  notifyContent(offset = 0, length = 0): Promise<boolean> {
    if (this.nodeid === 0) return NOBODY;
    return this.#tree.callbacks.invalidateInode(this.nodeid, offset, length);
  }

  /** Asks the kernel to forget this inode, unless somebody uses it (Linux 6.19). */
  notifyPrune(): Promise<boolean> {
    return this.nodeid === 0 ? NOBODY : this.#tree.callbacks.prune([this.nodeid]);
  }

  /** Seed 2's `WriteCache`: puts data into the kernel's cache of this file, which may grow by it. */
  writeCache(offset: number, data: Uint8Array): Promise<boolean> {
    return this.nodeid === 0 ? NOBODY : this.#tree.callbacks.store(this.nodeid, offset, data);
  }

  /**
   * Seed 2's `ReadCache`: fills `buffer` from the kernel's cache of this file. Returns the bytes that were
   * there, up to the first page that is not cached.
   */
  async readCache(offset: number, buffer: Uint8Array): Promise<number> {
    if (this.nodeid === 0) return 0;
    const data = await this.#tree.callbacks.retrieve(this.nodeid, offset, buffer.length);
    buffer.set(data);
    return data.length;
  }

  /** Lets a persistent inode go when the kernel forgets it. */
  forgetPersistent(): void {
    this.persistent = false;
    this.#tree.dropIfUnused(this);
  }

  /** For the library: leaves the tree, when neither kernel nor filesystem needs it. */
  detach(): void {
    if (this.#olderLinks !== null) {
      for (const link of [...this.#olderLinks]) link.parent.rmChild(link.name);
    }
    this.#link?.parent.rmChild(this.#link.name);
  }
}
