/**
 * Resolution in pieces, for what one `openat2` cannot do.
 *
 * @module
 */
import { decodeName, ERRNO, isDirectory, isSymlink, nameLength } from "../base/mod.ts";
import { O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_PATH, SYMLINKS_MAX } from "../base/mod.ts";
import {
  AT_EMPTY_PATH,
  close,
  CStringArea,
  dup,
  KERNEL_PATH_MAX,
  MemoryBlock,
  openat2,
  readlinkat,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
  STATX_MODE,
  StatxBlock,
} from "../libc/mod.ts";

const DIRECTORY = O_PATH | O_CLOEXEC | O_DIRECTORY;
const ANYTHING = O_PATH | O_CLOEXEC | O_NOFOLLOW;

/**
 * Walks from a root to a path of any length. Each step opens names below the descriptor of the step
 * before, with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, so none can leave the root; symbolic links are
 * read and spliced in here, and `..` goes back from the root by the names that led here. It holds at
 * most two descriptors.
 */
export class PathWalk {
  readonly #root: number;
  readonly #resolve: number;
  readonly #area = new CStringArea();
  readonly #statx = new StatxBlock();
  readonly #target = new MemoryBlock(KERNEL_PATH_MAX);
  /** Names from the root to `#fd`, none of them a link when it was passed. */
  #done: string[] = [];
  /** What is still to walk, the next one last. */
  #rest: string[] = [];
  #fd = -1;
  #links = 0;

  /** @param root Descriptor of the root. @param resolve Further RESOLVE_ flags for every step. */
  constructor(root: number, resolve: number) {
    this.#root = root;
    this.#resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | resolve;
  }

  /**
   * Walks to a path; a final link is followed when `follow` is true. Returns an O_PATH descriptor, or a
   * negated errno.
   */
  to(path: string, follow: boolean): number {
    this.#links = 0;
    this.#rest = path.split("/").reverse();
    let result = this.#restart([]);
    while (result >= 0 && this.#rest.length > 0) result = this.#step(follow);
    if (result < 0 && this.#fd >= 0) close(this.#fd);
    const fd = this.#fd;
    this.#fd = -1;
    return result < 0 ? result : fd;
  }

  /** Goes back to the root and then to `names` again. */
  #restart(names: string[]): number {
    if (this.#fd >= 0) close(this.#fd);
    this.#fd = dup(this.#root);
    this.#done = [];
    let result = this.#fd;
    for (let at = 0; result >= 0 && at < names.length;) {
      const size = pieceSize(names.length - at, (index) => names[at + index]!);
      result = this.#enter(names.slice(at, at + size), DIRECTORY);
      at += size;
    }
    return result;
  }

  /** Moves to names below. Returns 0 or a negated errno, after which nothing has moved. */
  #enter(names: readonly string[], flags: number): number {
    this.#area.put(names.join("/"));
    const next = openat2(this.#fd, this.#area.address, flags, 0, this.#resolve);
    if (next < 0) return next;
    close(this.#fd);
    this.#fd = next;
    for (const name of names) this.#done.push(name);
    return 0;
  }

  #step(follow: boolean): number {
    const name = this.#rest.at(-1)!;
    if (name === "" || name === ".") {
      this.#rest.pop();
      return this.#requireDirectory();
    }
    if (name === "..") {
      this.#rest.pop();
      const result = this.#requireDirectory();
      return result < 0 ? result : this.#restart(this.#done.slice(0, -1));
    }
    const rest = this.#rest;
    // The last name is a step of its own: it may be no directory, or a link to follow.
    const size = pieceSize(rest.length - 1, (index) => rest[rest.length - 1 - index]!);
    if (size > 1) {
      const result = this.#enter(rest.slice(-size).reverse(), DIRECTORY);
      if (result !== -ERRNO.ELOOP.number) {
        if (result === 0) this.#rest.length -= size;
        return result;
      }
    }
    return this.#stepOne(name, follow);
  }

  #stepOne(name: string, follow: boolean): number {
    this.#rest.pop();
    const entered = this.#enter([name], ANYTHING);
    if (entered !== 0) return entered;
    const result = this.#statx.fill(this.#fd, emptyName(this.#area), AT_EMPTY_PATH, STATX_MODE);
    if (result < 0) return result;
    if (!isSymlink(this.#statx.mode) || (this.#rest.length === 0 && !follow)) return 0;
    return this.#followLink();
  }

  /** Puts the target of the link at `#fd` before the rest, and goes to where it begins. */
  #followLink(): number {
    if (++this.#links > SYMLINKS_MAX) return -ERRNO.ELOOP.number;
    const size = readlinkat(this.#fd, emptyName(this.#area), this.#target);
    if (size < 0) return size;
    const target = decodeName(this.#target.bytes, 0, size);
    for (const part of target.split("/").reverse()) this.#rest.push(part);
    return this.#restart(target.startsWith("/") ? [] : this.#done.slice(0, -1));
  }

  /** What is passed through with `.`, `..` or a trailing slash has to be a directory. */
  #requireDirectory(): number {
    const result = this.#statx.fill(this.#fd, emptyName(this.#area), AT_EMPTY_PATH, STATX_MODE);
    if (result < 0) return result;
    return isDirectory(this.#statx.mode) ? 0 : -ERRNO.ENOTDIR.number;
  }
}

function emptyName(area: CStringArea): number {
  return area.put("");
}

/** How many of `count` names make a piece that one call takes: at least one. */
function pieceSize(count: number, nameAt: (index: number) => string): number {
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const name = nameAt(index);
    bytes += nameLength(name) + 1;
    const isPlain = name !== "" && name !== "." && name !== "..";
    if (!isPlain || bytes > KERNEL_PATH_MAX) return Math.max(index, 1);
  }
  return Math.max(count, 1);
}
