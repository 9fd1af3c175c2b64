/**
 * Removing a whole tree.
 *
 * @module
 */
import {
  basename,
  decodeName,
  ERRNO,
  type MaybePromise,
  nameLength,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  S_IFDIR,
  WorkPieces,
} from "../base/mod.ts";
import {
  AT_REMOVEDIR,
  close,
  CStringArea,
  dup,
  KERNEL_PATH_MAX,
  openat2,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
  unlinkat,
} from "../libc/mod.ts";
import type { DirentReader } from "./real_dirents.ts";
import type { Place } from "./real_place.ts";
import type { RealRoot } from "./real_root.ts";

/** How many descriptors a removal holds at most. */
export const REMOVAL_DESCRIPTORS_MAX = 32;
/** No errno: there is more to do. */
const UNFINISHED = 1;
/** How often a directory is emptied again because others put something into it. */
const ATTEMPTS_MAX = 64;
const FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

/** One directory on the way down. */
interface Level {
  readonly name: string;
  /** Its descriptor, -1 while that is closed. */
  fd: number;
  /** Whether there may be entries that have not been read. */
  isUnread: boolean;
  /** What was read and is no directory. */
  others: string[];
  /** Directories in it that are still to be removed. */
  todo: string[];
  attempts: number;
  /** Why something in it could not be removed. */
  failed: number;
}

/**
 * Goes down a tree by descriptors, never through a link: what is swapped for a link meanwhile is not
 * followed. Of a deep tree only the lowest directories are held open.
 */
class TreeRemoval {
  readonly #reader: DirentReader;
  readonly #area = new CStringArea();
  #base = -1;
  #levels: Level[] = [];
  readonly #onPiece: () => void;

  /** Reads directories with `reader`; before each further piece of the work `onPiece` is called. */
  constructor(reader: DirentReader, onPiece: () => void) {
    this.#reader = reader;
    this.#onPiece = onPiece;
  }

  /** Removes the directory `name` of the directory `base`, and all below. Returns 0 or a negated errno. */
  run(base: number, name: string): MaybePromise<number> {
    this.#base = base;
    this.#levels = [];
    const pieces = new WorkPieces();
    const result = this.#work(this.#push(name), pieces);
    if (result !== UNFINISHED) return this.#end(result);
    // The caller lets go of his.
    this.#base = dup(base);
    return this.#base < 0 ? this.#end(this.#base) : this.#goOn(pieces);
  }

  async #goOn(pieces: WorkPieces): Promise<number> {
    let result = UNFINISHED;
    while (result === UNFINISHED) {
      await pieces.next();
      this.#onPiece();
      result = this.#work(0, pieces);
    }
    close(this.#base);
    return this.#end(result);
  }

  #work(result: number, pieces: WorkPieces): number {
    while (result === 0 && this.#levels.length > 0) {
      if (pieces.isOver()) return UNFINISHED;
      result = this.#step(this.#levels.at(-1)!);
    }
    return result;
  }

  #end(result: number): number {
    for (const level of this.#levels) if (level.fd >= 0) close(level.fd);
    return result;
  }

  /** Removes one thing, or looks for more: first all that is no directory, then one directory after the other. */
  #step(level: Level): number {
    const other = level.others.pop();
    if (other !== undefined) return this.#unlink(level, other);
    if (level.isUnread) return this.#read(level);
    if (level.failed < 0) return level.failed;
    const next = level.todo.pop();
    return next === undefined ? this.#pop() : this.#push(next);
  }

  /** Goes into a directory. */
  #push(name: string): number {
    const parent = this.#levels.length === 0 ? this.#base : this.#levels.at(-1)!.fd;
    const fd = this.#open(parent, name);
    if (isNoDirectory(fd)) {
      // It has become something else. If it is a directory again by now, the next look will tell.
      const unlinked = unlinkat(parent, this.#area.put(name), 0);
      return unlinked === -ERRNO.EISDIR.number || isGone(unlinked) ? 0 : unlinked;
    }
    if (fd < 0) return isGone(fd) ? 0 : fd;
    const unread = { isUnread: true, others: [], todo: [], failed: 0 };
    this.#levels.push({ name, fd, attempts: 0, ...unread });
    const far = this.#levels.at(-1 - REMOVAL_DESCRIPTORS_MAX);
    if (far !== undefined && far.fd >= 0) {
      close(far.fd);
      far.fd = -1;
    }
    return 0;
  }

  #open(parent: number, names: string): number {
    const resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return openat2(parent, this.#area.put(names), FLAGS, 0, resolve);
  }

  #read(level: Level): number {
    const result = this.#reader.readSome(level.fd, (bytes, start, end, type) => {
      const name = decodeName(bytes, start, end);
      (type === S_IFDIR ? level.todo : level.others).push(name);
    });
    level.isUnread = result > 0;
    return Math.min(result, 0);
  }

  #unlink(level: Level, name: string): number {
    const unlinked = unlinkat(level.fd, this.#area.put(name), 0);
    if (unlinked === -ERRNO.EISDIR.number) level.todo.push(name);
    else if (unlinked < 0 && !isGone(unlinked)) level.failed = unlinked;
    return 0;
  }

  /** Removes the lowest directory, which is empty unless others have been at work. */
  #pop(): number {
    const level = this.#levels.at(-1)!;
    const above = this.#reopenAbove();
    if (above < 0) return above;
    const result = unlinkat(above, this.#area.put(level.name), AT_REMOVEDIR);
    if (result === -ERRNO.ENOTEMPTY.number && ++level.attempts < ATTEMPTS_MAX) {
      return this.#refill(level);
    }
    this.#levels.pop();
    close(level.fd);
    return isGone(result) || isNoDirectory(result) ? 0 : result;
  }

  /** Reads a directory again that was not empty after all. */
  #refill(level: Level): number {
    close(level.fd);
    const above = this.#levels.at(-2)?.fd ?? this.#base;
    level.fd = this.#open(above, level.name);
    if (level.fd >= 0) {
      level.isUnread = true;
      return 0;
    }
    const errno = level.fd;
    this.#levels.pop();
    return isGone(errno) || isNoDirectory(errno) ? 0 : errno;
  }

  /** The descriptor of the directory above the lowest, opened again if need be, with some above it. */
  #reopenAbove(): number {
    const top = this.#levels.length - 2;
    if (top < 0) return this.#base;
    const known = this.#levels[top]!.fd;
    if (known >= 0) return known;
    const first = Math.max(0, top - REMOVAL_DESCRIPTORS_MAX + 2);
    let fd = this.#descend(first);
    for (let index = first + 1; fd >= 0 && index <= top; index++) {
      this.#levels[index - 1]!.fd = fd;
      fd = this.#open(fd, this.#levels[index]!.name);
    }
    if (fd >= 0) this.#levels[top]!.fd = fd;
    return fd;
  }

  /** Opens the directory at `index` from the base, in pieces as long as a call takes. */
  #descend(index: number): number {
    let fd = this.#base;
    for (let at = 0; at <= index;) {
      const begin = at;
      let length = 0;
      while (at <= index && length + NAME_ROOM < KERNEL_PATH_MAX) {
        length += nameLength(this.#levels[at++]!.name) + 1;
      }
      const names = this.#levels.slice(begin, at).map(({ name }) => name);
      const next = this.#open(fd, names.join("/"));
      if (fd !== this.#base) close(fd);
      if (next < 0) return next;
      fd = next;
    }
    return fd;
  }
}

/** A name and its slash, at most. */
const NAME_ROOM = 256;

function isGone(result: number): boolean {
  return result === -ERRNO.ENOENT.number;
}

function isNoDirectory(result: number): boolean {
  return result === -ERRNO.ENOTDIR.number || result === -ERRNO.ELOOP.number;
}

/**
 * Removes what a clean path names, and all below it: a large tree in pieces. Returns 0 or a negated errno: ENOENT when it is not
 * there, EBUSY for the root.
 */
export function removeTree(
  root: RealRoot,
  place: Place,
  reader: DirentReader,
  path: string,
): MaybePromise<number> {
  // What is found between two pieces may be gone after the next one.
  const forget = (): void => root.forgetNear();
  forget();
  const entered = root.enter(place, path);
  if (entered < 0) return entered;
  try {
    const result = unlinkat(place.directory, place.name, 0);
    if (result !== -ERRNO.EISDIR.number) return result;
    if (place.isRoot) return -ERRNO.EBUSY.number;
    return new TreeRemoval(reader, forget).run(place.directory, basename(path));
  } finally {
    place.leave();
  }
}
