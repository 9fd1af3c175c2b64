/**
 * Which directories are watched, and by what path.
 *
 * @module
 */
import { decodeName, ERRNO, isDirectory, isWithin, join, S_IFDIR } from "../base/mod.ts";
import { O_CLOEXEC, O_DIRECTORY, O_NONBLOCK, O_RDONLY } from "../base/mod.ts";
import { close, CStringArea, STATX_MODE } from "../libc/mod.ts";
import { ANY_CHANGE } from "./inotify_queue.ts";
import type { DirentReader } from "./real_dirents.ts";
import type { RealRoot } from "./real_root.ts";
import type { QueueShare } from "./shared_queue.ts";

const LIST = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;

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

  /** In `queue`. */
  constructor(root: RealRoot, reader: DirentReader, queue: QueueShare) {
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
   * Watches a path and every directory below it. What is found below goes to `found`: it may have come
   * before the watch. Returns 0 or a negated errno; what has gone meanwhile is no error, except the top.
   */
  add(path: string, follow: boolean, found: (path: string) => void = () => {}): number {
    const todo = [path];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const isTop = next === path;
      const children = this.#addOne(next, isTop && follow);
      if (typeof children === "number") {
        if (children < 0 && (isTop || !isGone(children))) return children;
        continue;
      }
      for (const child of children) {
        found(child.path);
        if (child.isDirectory) todo.push(child.path);
      }
    }
    return 0;
  }

  #addOne(path: string, follow: boolean): Child[] | number {
    const fd = this.#root.locate(path, follow);
    if (fd < 0) return fd;
    try {
      const watch = this.#queue.add(this.#area.put(this.#root.hostPath(fd)), ANY_CHANGE);
      if (watch < 0) return watch;
      this.#paths.set(watch, path);
      const result = this.#root.statDescriptor(fd, STATX_MODE);
      if (result < 0) return result;
      return isDirectory(this.#root.statx.mode) ? this.#children(fd, path) : 0;
    } finally {
      this.#root.release(fd);
    }
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
