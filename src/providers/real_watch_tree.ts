/**
 * Which directories are watched, and by what path.
 *
 * @module
 */
import {
  basename,
  decodeName,
  dirname,
  ERRNO,
  isDirectory,
  isWithin,
  join,
  S_IFDIR,
  WorkPieces,
} from "../base/mod.ts";
import { O_CLOEXEC, O_DIRECTORY, O_NONBLOCK, O_RDONLY } from "../base/mod.ts";
import { close, CStringArea, STATX_MODE } from "../libc/mod.ts";
import { ANY_CHANGE } from "./inotify_queue.ts";
import type { DirentReader } from "./real_dirents.ts";
import type { RealRoot } from "./real_root.ts";
import type { QueueShare } from "./shared_queue.ts";

const LIST = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;

/** So many directories are held open, so that those in them need not be found from the root. */
const HELD_MAX = 32;

/** No errno: there is more to do. */
const UNFINISHED = 1;

/** A directory that is not watched yet, and who is told of what is in it. */
interface Unwatched {
  readonly path: string;
  readonly found: (path: string) => void;
}

/** A name and whether it is a directory. */
interface Child {
  readonly path: string;
  readonly isDirectory: boolean;
}

/**
 * The watches of one share of a queue: one for each directory of a tree. Links are not followed below the
 * top, and every directory is found below the provider's root.
 */
export class WatchTree {
  readonly #root: RealRoot;
  readonly #reader: DirentReader;
  readonly #queue: QueueShare;
  readonly #area = new CStringArea();
  readonly #paths = new Map<number, string>();
  /** The directories that were entered last, the latest one last. */
  readonly #held = new Map<string, number>();
  readonly #onWalked: (result: number) => void;
  #todo: Unwatched[] = [];
  /** Whether there is more to watch, in the pieces to come. */
  #isGoing = false;

  /** In `queue`. What was not watched at once is, when `onWalked` is called, with 0 or a negated errno. */
  constructor(
    { root, reader }: { readonly root: RealRoot; readonly reader: DirentReader },
    queue: QueueShare,
    onWalked: (result: number) => void,
  ) {
    this.#onWalked = onWalked;
    this.#root = root;
    this.#reader = reader;
    this.#queue = queue;
  }

  /** The path that a watch stands for. */
  path(watch: number): string | undefined {
    return this.#paths.get(watch);
  }

  /** The kernel has ended a watch. */
  forget(watch: number): void {
    this.#paths.delete(watch);
  }

  /**
   * Watches a path and every directory below it, of a large tree only some before it returns. What is found below goes to
   * `found`: it may have come before the watch. Returns 0 or a negated errno; what has gone meanwhile is no error, except
   * the top.
   */
  add(path: string, follow: boolean, found: (path: string) => void = () => {}): number {
    const result = this.#enter({ path, found }, follow);
    if (result < 0 || this.#isGoing) {
      this.#letGo();
      return result;
    }
    const pieces = new WorkPieces();
    const walked = this.#work(pieces);
    if (walked !== UNFINISHED) return walked;
    this.#goOn(pieces);
    return 0;
  }

  async #goOn(pieces: WorkPieces): Promise<void> {
    this.#isGoing = true;
    let result = UNFINISHED;
    while (result === UNFINISHED) {
      await pieces.next();
      if (this.#queue.isEnded) return;
      result = this.#work(pieces);
    }
    this.#isGoing = false;
    this.#onWalked(result);
  }

  #work(pieces: WorkPieces): number {
    let result = 0;
    for (let next = this.#todo.pop(); next !== undefined; next = this.#todo.pop()) {
      const entered = this.#enter(next, false);
      if (entered < 0 && !isGone(entered)) result = entered;
      else if (pieces.isOver()) result = UNFINISHED;
      if (result !== 0) break;
    }
    // Until the next piece directories may move.
    this.#letGo();
    return result;
  }

  #enter({ path, found }: Unwatched, follow: boolean): number {
    const children = this.#addOne(path, follow);
    if (typeof children === "number") return Math.min(children, 0);
    for (const child of children) {
      found(child.path);
      if (child.isDirectory) this.#todo.push({ path: child.path, found });
    }
    return 0;
  }

  #letGo(): void {
    for (const fd of this.#held.values()) this.#root.release(fd);
    this.#held.clear();
  }

  #addOne(path: string, follow: boolean): Child[] | number {
    const parent = this.#held.get(dirname(path));
    const fd = parent === undefined
      ? this.#root.locate(path, follow)
      : this.#root.locateIn(parent, basename(path));
    if (fd < 0) return fd;
    this.#hold(path, fd);
    const watch = this.#queue.add(this.#area.put(this.#root.hostPath(fd)), ANY_CHANGE);
    if (watch < 0) return watch;
    this.#paths.set(watch, path);
    const result = this.#root.statDescriptor(fd, STATX_MODE);
    if (result < 0) return result;
    return isDirectory(this.#root.statx.mode) ? this.#children(fd, path) : 0;
  }

  #hold(path: string, fd: number): void {
    for (const [oldest, held] of this.#held) {
      if (this.#held.size < HELD_MAX) break;
      this.#held.delete(oldest);
      this.#root.release(held);
    }
    this.#held.set(path, fd);
  }

  #children(located: number, path: string): Child[] | number {
    const fd = this.#root.reopen(located, LIST);
    if (fd < 0) return fd;
    const children: Child[] = [];
    const result = this.#reader.read(fd, (bytes, start, end, type) => {
      const child = join(path, decodeName(bytes, start, end));
      // Where the filesystem does not tell the type, trying to go in tells.
      children.push({ path: child, isDirectory: type === S_IFDIR || type === 0 });
    });
    close(fd);
    return result < 0 ? result : children;
  }

  /** Ends the watches of a path and everything below it, after it has moved away. */
  remove(path: string): void {
    for (const [watch, watched] of this.#paths) {
      if (!isWithin(watched, path)) continue;
      this.#paths.delete(watch);
      this.#queue.remove(watch);
    }
  }
}

function isGone(result: number): boolean {
  return result === -ERRNO.ENOENT.number || result === -ERRNO.ENOTDIR.number ||
    result === -ERRNO.ELOOP.number || result === -ERRNO.EACCES.number;
}
