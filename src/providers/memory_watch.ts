/**
 * Telling of changes in memory.
 *
 * @module
 */
import { isWithin } from "../base/mod.ts";
import type { WatchEvent } from "../provider/mod.ts";
import { MemoryDirectory, type MemoryInode } from "./memory_inode.ts";

/** How many events wait for a slow watcher at most; when there are more, all are replaced by `overflow`. */
export const WATCH_EVENTS_MAX = 4096;

/** One name of an inode, as somebody found it; it may have moved since. */
export interface MemoryPlace {
  /** The directory. */
  readonly parent: MemoryDirectory;
  /** The name there. */
  readonly name: string;
}

class Watcher implements AsyncIterableIterator<WatchEvent> {
  readonly path: string;
  readonly #leave: (watcher: Watcher) => void;
  #events: WatchEvent[] = [];
  #waiting: ((result: IteratorResult<WatchEvent>) => void)[] = [];
  #isEnded = false;

  constructor(path: string, leave: (watcher: Watcher) => void) {
    this.path = path;
    this.#leave = leave;
  }

  push(event: WatchEvent): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next({ done: false, value: event });
      return;
    }
    // Who writes a file in many pieces changes it once, as long as nobody looks.
    const last = this.#events.at(-1);
    if (last?.kind === event.kind && last.path === event.path) return;
    if (last?.kind === "overflow") return;
    if (this.#events.length < WATCH_EVENTS_MAX) this.#events.push(event);
    else this.#events = [{ kind: "overflow", path: this.path }];
  }

  end(): void {
    this.#isEnded = true;
    this.#leave(this);
    for (const next of this.#waiting.splice(0)) next({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<WatchEvent>> {
    const value = this.#events.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<WatchEvent>> {
    this.#events = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Who watches a filesystem. Reporting to nobody costs one comparison. */
export class MemoryWatches {
  readonly #root: MemoryDirectory;
  readonly #watchers = new Set<Watcher>();
  /** Where open files have gone, for handles that found them elsewhere: to look costs a walk of everything. */
  readonly #places = new WeakMap<MemoryInode, MemoryPlace>();

  /** Watches below `root`. */
  constructor(root: MemoryDirectory) {
    this.#root = root;
  }

  /** Begins to watch a path of the form {@linkcode pathOf} gives, until the signal aborts. */
  add(path: string, signal: AbortSignal | undefined): AsyncIterable<WatchEvent> {
    const end = (): void => watcher.end();
    const watcher = new Watcher(path, (gone) => {
      this.#watchers.delete(gone);
      signal?.removeEventListener("abort", end);
    });
    this.#watchers.add(watcher);
    if (signal?.aborted) watcher.end();
    else signal?.addEventListener("abort", end, { once: true });
    return watcher;
  }

  /** Whether nobody watches. */
  get isIdle(): boolean {
    return this.#watchers.size === 0;
  }

  /** A name appeared, went, or names something else: `inode`, if anything. */
  entry(parent: MemoryDirectory, name: string, inode: MemoryInode | null): void {
    if (this.isIdle) return;
    if (inode !== null && inode.handles > 0) this.#places.set(inode, { parent, name });
    this.#tell("entry", pathOf(parent, name));
  }

  /** An inode changed. `place` is where it was found; it is looked for when it is no longer there. */
  change(kind: "content" | "attributes", inode: MemoryInode, place: MemoryPlace): void {
    if (this.isIdle) return;
    if (inode.nlink === 0) return;
    const now = inode instanceof MemoryDirectory
      ? { parent: inode, name: "" }
      : this.#now(inode, place);
    if (now !== null) this.#tell(kind, pathOf(now.parent, now.name));
  }

  /** A name that the inode has now, preferably the one under which it was found. */
  #now(inode: MemoryInode, found: MemoryPlace): MemoryPlace | null {
    if (isAt(inode, found)) return found;
    const last = this.#places.get(inode);
    if (last !== undefined && isAt(inode, last)) return last;
    const place = this.#find(inode);
    if (place !== null) this.#places.set(inode, place);
    return place;
  }

  #tell(kind: WatchEvent["kind"], path: string): void {
    for (const watcher of this.#watchers) {
      if (isWithin(path, watcher.path)) watcher.push({ kind, path });
      else if (kind === "entry" && isWithin(watcher.path, path)) {
        // Something above moved or went: what is watched may be something else now.
        watcher.push({ kind, path: watcher.path });
      }
    }
  }

  #find(inode: MemoryInode): MemoryPlace | null {
    const directories = [this.#root];
    for (const parent of directories) {
      for (const [name, child] of parent.entries) {
        if (child === inode) return { parent, name };
        if (child instanceof MemoryDirectory) directories.push(child);
      }
    }
    return null;
  }
}

function isAt(inode: MemoryInode, { parent, name }: MemoryPlace): boolean {
  return parent.entries.get(name) === inode;
}

/** The path of a name without links and dots; of the directory itself for an empty name. */
export function pathOf(parent: MemoryDirectory, name: string): string {
  let path = name === "" ? "" : `/${name}`;
  for (let at = parent; at !== at.parent; at = at.parent) path = `/${at.name}${path}`;
  return path === "" ? "/" : path;
}
