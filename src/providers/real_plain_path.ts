/**
 * Paths below a root without descriptors.
 *
 * @module
 */
import { FsError, hasLoneSurrogate, SYMLINKS_MAX } from "../base/mod.ts";

/** Where a path leads, as a path of the host whose directories were no links a moment ago. */
export interface PlainPlace {
  /** The path of the host. */
  readonly hostPath: string;
  /** What is there: a final link when it was not to be followed; null for nothing. */
  readonly info: Deno.FileInfo | null;
}

/**
 * Resolves a clean path below `root`, a path of the host without links, one component after the other.
 * Links are read and resolved here, so that absolute ones and `..` stay below the root.
 *
 * What was looked at may be another thing by the time it is used: see `RealFSProvider`.
 *
 * @throws {FsError} ENOENT or ENOTDIR when a directory on the way is missing or none, ELOOP over 40 links,
 * EILSEQ for names that Deno's API cannot express.
 */
export function resolvePlain(root: string, path: string, follow: boolean): PlainPlace {
  if (hasLoneSurrogate(path)) throw new FsError("EILSEQ");
  const rest = path.split("/").reverse();
  const done: string[] = [];
  let info: Deno.FileInfo | null = Deno.lstatSync(root);
  let links = 0;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (info === null) throw new FsError("ENOENT");
    if (!info.isDirectory) throw new FsError("ENOTDIR");
    if (name === "" || name === ".") continue;
    if (name === "..") {
      done.pop();
      info = Deno.lstatSync(hostPath(root, done));
      continue;
    }
    const found = lstat(hostPath(root, [...done, name]));
    if (found === null || !found.isSymlink || (rest.length === 0 && !follow)) {
      done.push(name);
      info = found;
      continue;
    }
    if (++links > SYMLINKS_MAX) throw new FsError("ELOOP");
    const target = Deno.readLinkSync(hostPath(root, [...done, name]));
    rest.push(...target.split("/").reverse());
    if (target.startsWith("/")) done.length = 0;
  }
  return { hostPath: hostPath(root, done), info };
}

function hostPath(root: string, names: readonly string[]): string {
  return names.length === 0 ? root : `${root === "/" ? "" : root}/${names.join("/")}`;
}

function lstat(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}
