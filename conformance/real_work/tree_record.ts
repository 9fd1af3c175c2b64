/**
 * Everything that can be seen of a directory tree, as lines that can be compared.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  formatMode,
  isDirectory,
  isRegular,
  isSymlink,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../src/base/mod.ts";
import { LinuxCaller } from "../linux/linux_caller.ts";
import type { Stat } from "../system_calls.ts";

/** What of a tree is recorded. */
export interface TreeOptions {
  /** The times of the last change too: for work that sets them. Default false. */
  readonly times?: boolean;
  /** Leaves out paths (`.git/index`), and what is below them. */
  readonly leaveOut?: (path: string) => boolean;
}

/** How much of a file is read at once. */
const READ_SIZE = 1 << 17;

/**
 * One line for each name below a folder, in the order of the names: type, permissions, owner, number of
 * names, size, device, target, a digest of the content, extended attributes (ACLs are some), and
 * the first name of the same inode.
 *
 * Blocks the calling thread: whoever serves the folder must be another process.
 */
export function treeRecord(folder: string, options: TreeOptions = {}): string[] {
  const lines: string[] = [];
  const firstNames = new Map<number | bigint, string>();
  const caller = new LinuxCaller();
  // Files of several names are held: overlayfs forgets the number of an inode with the inode.
  const held: number[] = [];
  const visit = (path: string): void => {
    const host = path === "" ? folder : `${folder}/${path}`;
    let stat = caller.lstat(host);
    if (stat.nlink > 1 && !isDirectory(stat.mode)) {
      held.push(caller.open(host, O_PATH | O_NOFOLLOW, 0));
      stat = caller.lstat(host);
    }
    const first = firstNames.get(stat.ino);
    firstNames.set(stat.ino, first ?? path);
    const parts = [path === "" ? "." : path, ...attributes(stat, options)];
    if (isSymlink(stat.mode)) parts.push(`-> ${caller.readlink(host)}`);
    parts.push(...extendedAttributes(caller, host));
    if (first !== undefined) parts.push(`is ${first}`);
    else if (isRegular(stat.mode)) parts.push(digest(caller, host));
    lines.push(parts.join("  "));
    if (!isDirectory(stat.mode)) return;
    const names = caller.readdir(host).map((entry) => entry.name).sort();
    for (const name of names) {
      const below = path === "" ? name : `${path}/${name}`;
      if (options.leaveOut?.(below) !== true) visit(below);
    }
  };
  try {
    visit("");
  } finally {
    for (const descriptor of held) caller.close(descriptor);
  }
  return lines;
}

function attributes(stat: Stat, { times = false }: TreeOptions): string[] {
  const { mode, uid, gid, nlink, size, rdev, mtime } = stat;
  const parts = [formatMode(mode), `${uid}:${gid}`, `${nlink} names`];
  // The size of a directory is its filesystem's own affair.
  if (!isDirectory(mode)) parts.push(`${size} bytes`);
  if (rdev !== 0) parts.push(`device ${rdev}`);
  if (times) parts.push(`${mtime.sec}.${String(mtime.nsec).padStart(9, "0")}`);
  return parts;
}

function extendedAttributes(caller: LinuxCaller, path: string): string[] {
  return caller.listxattr(path).sort().map((name) => {
    const value = caller.getxattr(path, name);
    return `${name}=${value.toHex()}`;
  });
}

function digest(caller: LinuxCaller, path: string): string {
  const hash = createHash("sha256");
  const fd = caller.open(path, O_RDONLY, 0);
  try {
    for (
      let data = caller.read(fd, READ_SIZE);
      data.length > 0;
      data = caller.read(fd, READ_SIZE)
    ) {
      hash.update(data);
    }
    return hash.digest("hex").slice(0, 32);
  } finally {
    caller.close(fd);
  }
}
