/**
 * A filesystem in memory from its snapshot.
 *
 * @module
 */
import { ERRNO, type Errno, FsError, isDirectory, isRegular, isSymlink } from "../base/mod.ts";
import { MemoryDirectory, MemoryFile, type MemoryInode } from "./memory_inode.ts";
import type { MemorySnapshot, SnapshotNode } from "./memory_snapshot.ts";
import { faultyField, isEntryName } from "./memory_snapshot_fault.ts";
import { MemoryTree } from "./memory_tree.ts";
import { type MemoryPlace, pathOf } from "./memory_watch.ts";
import { setXattr } from "./memory_xattr.ts";

/** Which errnos say that the snapshot is right and the filesystem too small. */
const LIMIT_ERRNOS: readonly Errno[] = [ERRNO.ENOSPC, ERRNO.EFBIG, ERRNO.EMLINK];

/**
 * Fills an empty filesystem with what a snapshot says.
 *
 * @throws {FsError} EINVAL for what is no snapshot, ENOSPC, EFBIG or EMLINK where the limits do not allow it.
 */
export function restoreSnapshot(tree: MemoryTree, snapshot: MemorySnapshot): void {
  const top = { parent: tree.root, name: "" };
  const nodes = nodesOf(snapshot, top);
  const inodes: MemoryInode[] = [];
  for (const [index, node] of nodes.entries()) {
    if (typeof node !== "object" || node === null) throw invalid(top, `nodes[${index}]`);
    inodes.push(index === 0 ? fillRoot(tree, node, top) : make(tree, inodes, node));
  }
  // Last, since making an entry changes the times of its directory.
  for (const [index, node] of nodes.entries()) {
    if (node.link === undefined) setAttributes(inodes[index] ?? tree.root, node);
  }
}

function nodesOf(snapshot: MemorySnapshot, top: MemoryPlace): readonly SnapshotNode[] {
  if (typeof snapshot !== "object" || snapshot === null) throw invalid(top, "format");
  const { format, version, nodes } = snapshot;
  if (format !== "fusewire-memory") throw invalid(top, "format");
  if (version !== 1) throw invalid(top, "version");
  if (!Array.isArray(nodes) || nodes.length === 0) throw invalid(top, "nodes");
  return nodes;
}

/** The path is put together here: in a deep tree it is long, and most nodes need none. */
function refused(errno: Errno, { parent, name }: MemoryPlace): FsError {
  return new FsError(errno.code, { syscall: "restore", path: pathOf(parent, name) });
}

function invalid(place: MemoryPlace, field: string): FsError {
  const error = refused(ERRNO.EINVAL, place);
  error.message += `, bad ${field}`;
  return error;
}

function fillRoot(tree: MemoryTree, node: SnapshotNode, top: MemoryPlace): MemoryDirectory {
  const field = faultyField(node);
  if (field !== null) throw invalid(top, field);
  if (!isDirectory(node.mode ?? 0)) throw invalid(top, "mode");
  if (node.parent !== 0) throw invalid(top, "parent");
  if (node.name !== "") throw invalid(top, "name");
  fill(tree, tree.root, node, top);
  return tree.root;
}

function make(tree: MemoryTree, inodes: readonly MemoryInode[], node: SnapshotNode): MemoryInode {
  const { name, link } = node;
  const directory = inodeAt(inodes, node.parent);
  if (!(directory instanceof MemoryDirectory)) {
    throw invalid({ parent: tree.root, name: String(name) }, "parent");
  }
  const place = { parent: directory, name: String(name) };
  if (!isEntryName(name) || directory.entries.has(name)) throw invalid(place, "name");
  if (MemoryTree.isFull(directory)) throw failed(ERRNO.ENOSPC, place, "name");
  if (link !== undefined) {
    const inode = inodeAt(inodes, link);
    if (inode === undefined || inode instanceof MemoryDirectory) throw invalid(place, "link");
    if (inode.nlink >= tree.budget.maxLinks) throw failed(ERRNO.EMLINK, place, "link");
    if (!tree.budget.takeInode()) throw failed(ERRNO.ENOSPC, place, "link");
    inode.nlink++;
    tree.enter(directory, name, inode);
    return inode;
  }
  const field = faultyField(node);
  if (field !== null) throw invalid(place, field);
  const inode = makeInode(tree, directory, node, place);
  tree.enter(directory, name, inode);
  fill(tree, inode, node, place);
  return inode;
}

/** Only what is in the list by number: a snapshot may say `"length"`. */
function inodeAt(inodes: readonly MemoryInode[], index: unknown): MemoryInode | undefined {
  return typeof index === "number" ? inodes[index] : undefined;
}

function makeInode(
  tree: MemoryTree,
  directory: MemoryDirectory,
  node: SnapshotNode,
  place: MemoryPlace,
): MemoryInode {
  const { mode = 0, target = "", rdev = 0 } = node;
  if (isDirectory(mode) && directory.nlink >= tree.budget.maxLinks) {
    throw failed(ERRNO.EMLINK, place, "mode");
  }
  const inode = isDirectory(mode)
    ? tree.makeEmptyDirectory(directory, mode)
    : isRegular(mode)
    ? tree.makeFile(directory, mode)
    : isSymlink(mode)
    ? tree.makeLink(directory, target)
    : tree.makeSpecial(directory, mode, rdev);
  if (inode === null) throw failed(ERRNO.ENOSPC, place, "mode");
  return inode;
}

function fill(tree: MemoryTree, inode: MemoryInode, node: SnapshotNode, place: MemoryPlace): void {
  const { text, size, data = [], xattrs = [] } = node;
  if (inode instanceof MemoryFile) {
    if (size !== undefined) check(tree.data.truncate(inode, size), place, "size");
    if (text !== undefined) write(tree, inode, 0, new TextEncoder().encode(text), place);
    for (const [at, base64] of data) write(tree, inode, at, Uint8Array.fromBase64(base64), place);
  }
  for (const [attribute, base64] of xattrs) {
    const value = Uint8Array.fromBase64(base64);
    check(setXattr(inode, tree.budget, attribute, value, 0), place, "xattrs");
  }
}

function check(errno: Errno | null, place: MemoryPlace, field: string): void {
  if (errno !== null) throw failed(errno, place, field);
}

function failed(errno: Errno, place: MemoryPlace, field: string): FsError {
  return LIMIT_ERRNOS.includes(errno) ? refused(errno, place) : invalid(place, field);
}

function write(
  tree: MemoryTree,
  file: MemoryFile,
  at: number,
  bytes: Uint8Array,
  place: MemoryPlace,
): void {
  for (let done = 0; done < bytes.length;) {
    const written = tree.data.write(file, bytes.subarray(done), at + done);
    if (typeof written !== "number") throw failed(written, place, "data");
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
