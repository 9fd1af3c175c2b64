/**
 * Files as an object literal, for tests and small filesystems.
 *
 * @module
 */
import { isDirectory, isRegular, isSymlink, join } from "../base/mod.ts";
import type { MemoryProvider } from "./memory_provider.ts";

/** A symbolic link in a {@linkcode FileTree}. */
export class TreeSymlink {
  /** Where it points. */
  readonly target: string;

  /** A link to `target`. */
  constructor(target: string) {
    this.target = target;
  }
}

/** A pipe, socket or device in a {@linkcode FileTree}. */
export class TreeSpecial {
  /** Type and permission bits. */
  readonly mode: number;
  /** The device number. */
  readonly rdev: number;

  /** A node of this type, with these permission bits and number. */
  constructor(mode: number, rdev = 0) {
    this.mode = mode;
    this.rdev = rdev;
  }
}

/** What has a name in a {@linkcode FileTree}: text or bytes for a file, an object for a directory. */
export type FileTreeEntry = string | Uint8Array | TreeSymlink | TreeSpecial | FileTree;

/** Files by name, in a directory. */
export interface FileTree {
  /** What has the name. */
  readonly [name: string]: FileTreeEntry;
}

const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Makes what the tree says in a directory that is there. */
export function plantTree(memory: MemoryProvider, root: string, tree: FileTree): void {
  const encoder = new TextEncoder();
  const left: [string, FileTree][] = [[root, tree]];
  for (const [directory, entries] of left) {
    for (const [name, entry] of Object.entries(entries)) {
      const path = join(directory, name);
      if (typeof entry === "string") memory.writeFile(path, encoder.encode(entry), FILE_MODE);
      else if (entry instanceof Uint8Array) memory.writeFile(path, entry, FILE_MODE);
      else if (entry instanceof TreeSymlink) memory.symlink(entry.target, path);
      else if (entry instanceof TreeSpecial) memory.mknod(path, entry.mode, entry.rdev);
      else {
        memory.mkdir(path, DIRECTORY_MODE);
        left.push([path, entry]);
      }
    }
  }
}

/** What is in a directory: files as text where they are UTF-8, hard links as files of their own. */
export function readTree(memory: MemoryProvider, directory: string): FileTree {
  return Object.fromEntries(
    memory.readDir(directory).map(({ name }) => [name, entryOf(memory, join(directory, name))]),
  );
}

function entryOf(memory: MemoryProvider, path: string): FileTreeEntry {
  const { mode, rdev } = memory.lstat(path);
  if (isDirectory(mode)) return readTree(memory, path);
  if (isSymlink(mode)) return new TreeSymlink(memory.readlink(path));
  if (!isRegular(mode)) return new TreeSpecial(mode, rdev);
  const bytes = memory.readFile(path);
  try {
    return strict.decode(bytes);
  } catch {
    return bytes;
  }
}
