/**
 * A filesystem in memory as a value that JSON can hold: nothing is lost but open handles, locks and birth
 * times. The way back is {@linkcode restoreSnapshot}.
 *
 * The nodes are a list and not a tree of objects, so that any depth, any order of names and hard links can be
 * said.
 *
 * @module
 */
import { SEEK_DATA, SEEK_HOLE } from "../base/mod.ts";
import {
  MemoryDirectory,
  MemoryFile,
  type MemoryInode,
  MemorySpecial,
  MemorySymlink,
} from "./memory_inode.ts";
import { seekRange } from "./memory_ranges.ts";
import type { MemoryTree } from "./memory_tree.ts";

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
