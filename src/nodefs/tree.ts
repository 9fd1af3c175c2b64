/**
 * All inodes of a mount, by node id and by number.
 *
 * @module
 */
import { S_IFMT, S_IFREG } from "../base/mod.ts";
import { FUSE_ROOT_ID } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import { Inode } from "./inode.ts";
import type { InodeEmbedder } from "./node.ts";
import { NO_CALLBACKS, type ServerCallbacks } from "./server_callbacks.ts";
import type { StableAttr } from "./stable_attr.ts";

/** The caller of what the library does by itself. */
export const LIBRARY_CONTEXT: Context = Object.freeze({ uid: 0, gid: 0 });

/**
 * Node ids are counted and never reused, so a late message about a forgotten node cannot hit another.
 *
 * Invariant: an inode is in the table of node ids exactly while its lookup count is above 0; it is in
 * the table of numbers from `newInode` until it is dropped or its last name is removed.
 */
export class Tree {
  /** The root, always known to the kernel. */
  readonly root: Inode;
  /** Counts the moves of directories with children: paths made before are out of date. */
  epoch = 0;
  /** Where notices go: to the kernel, once the tree is mounted. */
  callbacks: ServerCallbacks;
  readonly #byNodeId = new Map<number, Inode>();
  readonly #byNumber = new Map<number | bigint, Inode>();
  #nextNodeId = FUSE_ROOT_ID + 1;
  readonly #firstAutomaticIno: bigint;
  #nextAutomaticIno: bigint;

  /** A tree with this root; `firstAutomaticIno` as in {@linkcode TreeOptions}. */
  constructor(
    root: InodeEmbedder,
    rootAttr: StableAttr,
    firstAutomaticIno: bigint,
    callbacks: ServerCallbacks = NO_CALLBACKS,
  ) {
    this.#firstAutomaticIno = firstAutomaticIno;
    this.#nextAutomaticIno = firstAutomaticIno;
    this.callbacks = callbacks;
    this.root = new Inode(this, root, rootAttr, true);
    this.root.nodeid = FUSE_ROOT_ID;
    this.root.lookupCount = 1;
    root.embed(this.root);
    this.#byNodeId.set(FUSE_ROOT_ID, this.root);
    if (rootAttr.ino !== 0) this.#byNumber.set(rootAttr.ino, this.root);
  }

  /** How many inodes the kernel knows. */
  get size(): number {
    return this.#byNodeId.size;
  }

  /** The inode that the kernel means by a node id. */
  get(nodeid: number): Inode | undefined {
    return this.#byNodeId.get(nodeid);
  }

  /** The inode with this number, type and generation. */
  known(ino: number | bigint, mode: number, gen: number): Inode | undefined {
    const inode = this.#byNumber.get(ino);
    if (inode === undefined) return undefined;
    const { stableAttr } = inode;
    const same = (stableAttr.mode & S_IFMT) === (mode & S_IFMT) && (stableAttr.gen ?? 0) === gen;
    return same ? inode : undefined;
  }

  /** See `Inode.newInode`. */
  newInode(node: InodeEmbedder, stableAttr: StableAttr, persistent: boolean): Inode {
    const { ino, gen } = stableAttr;
    const mode = (stableAttr.mode & S_IFMT) === 0 ? S_IFREG : stableAttr.mode & S_IFMT;
    if (ino !== 0) {
      const known = this.known(ino, mode, gen ?? 0);
      if (known !== undefined) {
        known.persistent ||= persistent;
        return known;
      }
    }
    const number = ino !== 0 ? ino : this.#nextAutomaticIno++;
    const inode = new Inode(this, node, { mode, ino: number, gen: gen ?? 0 }, persistent);
    node.embed(inode);
    if (ino !== 0) this.#byNumber.set(number, inode);
    node.onAdd?.(LIBRARY_CONTEXT);
    return inode;
  }

  /** The kernel is told of the inode: one more lookup to be forgotten. */
  grant(inode: Inode): void {
    if (inode.nodeid === 0) inode.nodeid = this.#nextNodeId++;
    if (inode.lookupCount++ > 0) return;
    this.#byNodeId.set(inode.nodeid, inode);
    if (inode.isDropped) this.#takeBack(inode);
  }

  /** The kernel forgot it while a lookup that found it was under way: it is the same file as before. */
  #takeBack(inode: Inode): void {
    inode.isDropped = false;
    const number = inode.stableAttr.ino;
    const isAutomatic = typeof number === "bigint" && number >= this.#firstAutomaticIno;
    if (!isAutomatic && !this.#byNumber.has(number)) this.#byNumber.set(number, inode);
  }

  /** The kernel forgets `count` lookups. */
  forget(nodeid: number, count: number): void {
    const inode = this.#byNodeId.get(nodeid);
    if (inode === undefined || inode.isRoot) return;
    inode.lookupCount = Math.max(0, inode.lookupCount - count);
    if (inode.lookupCount > 0) return;
    this.#byNodeId.delete(nodeid);
    // A later lookup gets a new number: the kernel may still have messages for the old one.
    inode.nodeid = 0;
    this.dropIfUnused(inode);
  }

  /** Drops an inode that neither the kernel nor the filesystem needs. */
  dropIfUnused(inode: Inode): void {
    if (inode.lookupCount > 0 || inode.persistent || inode.isRoot) return;
    if (inode.openFiles.length > 0 || inode.children().size > 0) return;
    const parent = inode.parent()?.parent;
    inode.detach();
    this.retire(inode);
    inode.isDropped = true;
    inode.operations.onForget?.();
    if (parent !== undefined) this.dropIfUnused(parent);
  }

  /** The inode's last name is gone: its number may soon belong to another file. */
  retire(inode: Inode): void {
    const number = inode.stableAttr.ino;
    if (this.#byNumber.get(number) === inode) this.#byNumber.delete(number);
  }
}
