/**
 * A filesystem in memory as a value that JSON can hold, and back: nothing is lost but open handles, locks and
 * birth times.
 *
 * The nodes are a list and not a tree of objects, so that any depth, any order of names and hard links can be
 * said.
 *
 * @module
 */
import {
  FsError,
  isDirectory,
  isRegular,
  isSymlink,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFMT,
  S_IFSOCK,
  SEEK_DATA,
  SEEK_HOLE,
} from "../base/mod.ts";
import {
  MemoryDirectory,
  MemoryFile,
  type MemoryInode,
  MemorySpecial,
  MemorySymlink,
} from "./memory_inode.ts";
import { refuseName, refuseTarget } from "./memory_name.ts";
import { seekRange } from "./memory_ranges.ts";
import type { MemoryTree } from "./memory_tree.ts";
import { setXattr } from "./memory_xattr.ts";

/** Seconds and nanoseconds. */
export type SnapshotTime = readonly [sec: number, nsec: number];

/** One name of one inode. */
export interface SnapshotNode {
  /** Where in the list its directory is; the first node is the root and says 0. */
  readonly parent: number;
  /** Its name there; empty for the root. */
  readonly name: string;
  /** Where in the list the same inode is under its first name; then nothing else is said. */
  readonly link?: number;
  /** Type and permission bits. */
  readonly mode?: number;
  /** Owner. */
  readonly uid?: number;
  /** Group. */
  readonly gid?: number;
  /** Last access. */
  readonly atime?: SnapshotTime;
  /** Last change of the content. */
  readonly mtime?: SnapshotTime;
  /** Last change of the inode. */
  readonly ctime?: SnapshotTime;
  /** Content of a file that is all text in UTF-8. */
  readonly text?: string;
  /** Size of another file, and its data: offset and base64; the rest is holes. */
  readonly size?: number;
  /** See `size`. */
  readonly data?: readonly (readonly [offset: number, base64: string])[];
  /** Target of a symbolic link. */
  readonly target?: string;
  /** Number of a device. */
  readonly rdev?: number;
  /** Extended attributes: name and base64. */
  readonly xattrs?: readonly (readonly [name: string, base64: string])[];
}

/** A whole filesystem. */
export interface MemorySnapshot {
  /** Always this. */
  readonly format: "fusewire-memory";
  /** Always this, so far. */
  readonly version: 1;
  /** Every name, directories before what is in them. */
  readonly nodes: readonly SnapshotNode[];
}

/** The largest extent of data in bytes. */
const EXTENT_MAX = 1_048_576;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** All that is in the filesystem now. */
export function takeSnapshot(tree: MemoryTree): MemorySnapshot {
  const nodes: SnapshotNode[] = [{ parent: 0, name: "", ...describe(tree, tree.root) }];
  const places = new Map<MemoryInode, number>();
  const directories: [MemoryDirectory, number][] = [[tree.root, 0]];
  for (const [directory, parent] of directories) {
    for (const [name, inode] of directory.entries) {
      const link = places.get(inode);
      if (link === undefined) nodes.push({ parent, name, ...describe(tree, inode) });
      else nodes.push({ parent, name, link });
      if (inode instanceof MemoryDirectory) directories.push([inode, nodes.length - 1]);
      else if (inode.nlink > 1 && link === undefined) places.set(inode, nodes.length - 1);
    }
  }
  return { format: "fusewire-memory", version: 1, nodes };
}

function describe(tree: MemoryTree, inode: MemoryInode): Omit<SnapshotNode, "parent" | "name"> {
  return {
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    atime: [inode.atimeSec, inode.atimeNsec],
    mtime: [inode.mtimeSec, inode.mtimeNsec],
    ctime: [inode.ctimeSec, inode.ctimeNsec],
    ...(inode instanceof MemoryFile ? contentOf(tree, inode) : {}),
    ...(inode instanceof MemorySymlink ? { target: inode.target } : {}),
    ...(inode instanceof MemorySpecial ? { rdev: inode.rdevOf() } : {}),
    ...(inode.xattrs === null ? {} : {
      xattrs: [...inode.xattrs.values].map(([name, value]) => [name, value.toBase64()] as const),
    }),
  };
}

function contentOf(
  tree: MemoryTree,
  file: MemoryFile,
): Pick<SnapshotNode, "text" | "size" | "data"> {
  const extents: [offset: number, bytes: Uint8Array][] = [];
  let at = seekRange(file, 0, SEEK_DATA);
  while (typeof at === "number") {
    const end = seekRange(file, at, SEEK_HOLE);
    if (typeof end !== "number") break;
    const bytes = new Uint8Array(Math.min(end - at, EXTENT_MAX));
    tree.data.read(file, bytes, at);
    extents.push([at, bytes]);
    at = seekRange(file, at + bytes.length, SEEK_DATA);
  }
  const whole = extents.length === 1 ? extents[0]![1] : new Uint8Array();
  if (whole.length === file.size) {
    try {
      return { text: strict.decode(whole) };
    } catch {
      // Not UTF-8: as bytes then.
    }
  }
  return { size: file.size, data: extents.map(([at, bytes]) => [at, bytes.toBase64()]) };
}

/**
 * Fills an empty filesystem with what a snapshot says.
 *
 * @throws {FsError} EINVAL for what is no snapshot, ENOSPC or EFBIG where the limits do not allow it.
 */
export function restoreSnapshot(tree: MemoryTree, snapshot: MemorySnapshot): void {
  const { format, version, nodes } = snapshot;
  if (format !== "fusewire-memory" || version !== 1) throw invalid("");
  if (!isDirectory(nodes[0]?.mode ?? 0)) throw invalid("");
  const inodes: MemoryInode[] = [];
  for (const [index, node] of nodes.entries()) {
    if (node.link === undefined && !isPossible(node)) throw invalid(node.name);
    inodes.push(index === 0 ? tree.root : make(tree, inodes, node));
  }
  // Last, since making an entry changes the times of its directory.
  for (const [index, node] of nodes.entries()) {
    if (node.link === undefined) setAttributes(inodes[index] ?? tree.root, node);
  }
}

function invalid(name: string): FsError {
  return new FsError("EINVAL", { syscall: "restore", path: name });
}

const SPECIAL_TYPES: readonly number[] = [S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK];

/** Whether what the node says of its inode can be said of one. */
function isPossible(node: SnapshotNode): boolean {
  const { mode = 0, uid = 0, gid = 0, rdev = 0, target } = node;
  if (![mode, uid, gid, rdev].every((value) => Number.isInteger(value) && value >= 0)) return false;
  for (const time of [node.atime, node.mtime, node.ctime]) {
    if (time !== undefined && !time.every((value) => Number.isSafeInteger(value))) return false;
  }
  if (isSymlink(mode)) return target !== undefined && refuseTarget(target) === null;
  return isRegular(mode) || isDirectory(mode) || SPECIAL_TYPES.includes(mode & S_IFMT);
}

function make(tree: MemoryTree, inodes: readonly MemoryInode[], node: SnapshotNode): MemoryInode {
  const { parent, name, link, mode = 0 } = node;
  const directory = inodes[parent];
  if (!(directory instanceof MemoryDirectory) || directory.entries.has(name)) throw invalid(name);
  if (name === "" || name === "." || name === ".." || name.includes("/")) throw invalid(name);
  const refused = refuseName(name);
  if (refused !== null) throw invalid(name);
  let inode: MemoryInode | null;
  if (link !== undefined) inode = secondName(tree, inodes[link]);
  else if (isDirectory(mode)) inode = tree.makeEmptyDirectory(directory, mode);
  else if (isRegular(mode)) inode = tree.makeFile(directory, mode);
  else if (isSymlink(mode)) inode = tree.makeLink(directory, node.target ?? "");
  else inode = tree.makeSpecial(directory, mode, node.rdev ?? 0);
  if (inode === null) throw new FsError("ENOSPC", { syscall: "restore", path: name });
  tree.enter(directory, name, inode);
  if (link === undefined) fill(tree, inode, node);
  return inode;
}

function secondName(tree: MemoryTree, inode: MemoryInode | undefined): MemoryInode | null {
  if (inode === undefined || inode instanceof MemoryDirectory) throw invalid("");
  if (!tree.budget.takeInode()) return null;
  inode.nlink++;
  return inode;
}

function fill(tree: MemoryTree, inode: MemoryInode, node: SnapshotNode): void {
  const { name, text, size, data = [], xattrs = [] } = node;
  if (inode instanceof MemoryFile) {
    if (size !== undefined) check(tree.data.truncate(inode, size), name);
    if (text !== undefined) write(tree, inode, 0, new TextEncoder().encode(text), name);
    for (const [at, base64] of data) write(tree, inode, at, Uint8Array.fromBase64(base64), name);
  }
  for (const [attribute, base64] of xattrs) {
    const value = Uint8Array.fromBase64(base64);
    check(setXattr(inode, tree.budget, attribute, value, 0), name);
  }
}

function check(errno: { readonly code: FsError["code"] } | null, name: string): void {
  if (errno !== null) throw new FsError(errno.code, { syscall: "restore", path: name });
}

function write(
  tree: MemoryTree,
  file: MemoryFile,
  at: number,
  bytes: Uint8Array,
  name: string,
): void {
  for (let done = 0; done < bytes.length;) {
    const written = tree.data.write(file, bytes.subarray(done), at + done);
    if (typeof written !== "number") {
      throw new FsError(written.code, { syscall: "restore", path: name });
    }
    done += written;
  }
}

function setAttributes(inode: MemoryInode, node: SnapshotNode): void {
  const { mode = inode.mode, uid = inode.uid, gid = inode.gid, atime, mtime, ctime } = node;
  inode.mode = mode;
  inode.uid = uid;
  inode.gid = gid;
  if (atime !== undefined) [inode.atimeSec, inode.atimeNsec] = atime;
  if (mtime !== undefined) [inode.mtimeSec, inode.mtimeNsec] = mtime;
  if (ctime !== undefined) [inode.ctimeSec, inode.ctimeNsec] = ctime;
}
