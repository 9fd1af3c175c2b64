/**
 * The path dialect of the contract.
 *
 * A path is absolute inside its provider: it begins with `/`, and `/` is the provider's root. Before
 * anything else it is cleaned lexically, as Go's `path.Clean` does: `.` and empty components go,
 * `..` takes the component before it and never leaves the root, a relative path is rooted, a
 * trailing slash goes. A name is a string of UTF-16 code units that stands for bytes: see
 * `name_bytes.ts` for names that are not UTF-8. Names are compared byte for byte; there is no
 * case folding and no Unicode normalisation.
 *
 * @module
 */
import { FsError } from "./fs_error.ts";
import { nameLength } from "./name_bytes.ts";

/** The longest name of a directory entry in bytes (`NAME_MAX`). */
export const NAME_MAX = 255;
/** The longest target of a symbolic link in bytes (`PATH_MAX` less its final NUL). */
export const SYMLINK_TARGET_MAX = 4095;
/**
 * The longest path in UTF-16 code units that a provider is asked for. Linux bounds the paths of
 * system calls at 4,095 bytes, but a kernel mount names a file from the mount's root, however deep
 * the caller's working directory is.
 */
export const PATH_MAX = 65_535;
/** How many symbolic links one resolution follows before ELOOP, as on Linux (`path_resolution(7)`). */
export const SYMLINKS_MAX = 40;

const SLASH = 47;
const DOT = 46;

/** Whether `clean` would return the same path; needs no allocation. */
function isClean(path: string): boolean {
  const length = path.length;
  if (length === 0 || path.charCodeAt(0) !== SLASH) return false;
  if (length === 1) return true;
  let start = 1;
  for (let index = 1; index <= length; index++) {
    const code = index === length ? SLASH : path.charCodeAt(index);
    if (code === 0) return false;
    if (code !== SLASH) continue;
    const size = index - start;
    if (size === 0) return false;
    if (size <= 2 && path.charCodeAt(start) === DOT) {
      if (size === 1 || path.charCodeAt(start + 1) === DOT) return false;
    }
    start = index + 1;
  }
  return true;
}

/**
 * The path in clean form: rooted, without `.`, `..`, empty components or a trailing slash.
 *
 * @throws {FsError} EINVAL for a NUL character, ENAMETOOLONG over {@linkcode PATH_MAX}.
 *
 * @example
 * ```ts
 * import { clean } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(clean("a/./b/../../../c/"), "/c");
 * ```
 */
export function clean(path: string): string {
  if (path.length > PATH_MAX) {
    throw new FsError("ENAMETOOLONG", { syscall: "use", path: `${path.slice(0, 64)}...` });
  }
  if (isClean(path)) return path;
  if (path.includes("\0")) throw new FsError("EINVAL", { syscall: "use", path });
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") kept.pop();
    else kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/** The components of a path, cleaned first; none for the root. */
export function components(path: string): string[] {
  const cleaned = clean(path);
  return cleaned === "/" ? [] : cleaned.slice(1).split("/");
}

/** The last component of a clean path; `/` for the root. */
export function basename(path: string): string {
  return path === "/" ? "/" : path.slice(path.lastIndexOf("/") + 1);
}

/** A clean path without its last component; `/` for the root. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** A name below a clean directory path. */
export function join(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/**
 * Whether a directory can have an entry of this name: it is neither empty nor `.` nor `..`, and has no slash and
 * no NUL character.
 */
export function isEntryName(name: string): boolean {
  if (name.charCodeAt(0) === DOT && (name.length === 1 || name === "..")) return false;
  return name !== "" && !name.includes("/") && !name.includes("\0");
}

/** The error about a listing of a clean path with an entry that no directory can have. */
export function badEntryName(directory: string, name: string): FsError {
  const error = new FsError("EIO", { syscall: "readDir", path: directory });
  error.message += ` (it lists the name ${JSON.stringify(name.slice(0, NAME_MAX))})`;
  return error;
}

/**
 * As {@linkcode join}, for a name that somebody's listing of the directory has: it can lead nowhere else.
 *
 * @throws {FsError} EIO for a name that no entry can have (see {@linkcode isEntryName}).
 *
 * @example
 * ```ts
 * import { FsError, listedPath } from "@fusewire/vfs";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(listedPath("/a", "b"), "/a/b");
 * assertThrows(() => listedPath("/a", "../b"), FsError, 'Cannot readDir "/a": EIO');
 * ```
 */
export function listedPath(directory: string, name: string): string {
  if (!isEntryName(name)) throw badEntryName(directory, name);
  return join(directory, name);
}

/** Whether the clean path is `ancestor` itself or lies below it. */
export function isWithin(path: string, ancestor: string): boolean {
  if (ancestor === "/") return true;
  return path.startsWith(ancestor) &&
    (path.length === ancestor.length || path.charCodeAt(ancestor.length) === SLASH);
}

/** Whether a name is over {@linkcode NAME_MAX} bytes. */
export function isNameTooLong(name: string): boolean {
  // No UTF-16 code unit takes more than three bytes in UTF-8.
  return name.length > NAME_MAX || (name.length * 3 > NAME_MAX && nameLength(name) > NAME_MAX);
}
