/**
 * Changes of a real directory, from the kernel's `inotify(7)`.
 *
 * @module
 */
import { clean, decodeName, ERRNO, type FsError, join } from "../base/mod.ts";
import {
  failure,
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_IGNORED,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_Q_OVERFLOW,
} from "../libc/mod.ts";
import type { WatchEvent } from "../provider/mod.ts";
import type { DirentReader } from "./real_dirents.ts";
import type { RealRoot } from "./real_root.ts";
import type { QueueShare, SharedQueue } from "./shared_queue.ts";
import { WatchTree } from "./real_watch_tree.ts";

const ENTRY = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
const SELF = IN_DELETE_SELF | IN_MOVE_SELF;

/** What a watch needs of its provider. */
export interface WatchGround {
  /** The root below which it watches. */
  readonly root: RealRoot;
  /** Lists directories. */
  readonly reader: DirentReader;
  /** The queue of all watches. */
  readonly queue: SharedQueue;
}

/**
 * Watches from the moment it is made until its signal aborts or its iterator returns. Events wait in the
 * kernel's queue until somebody asks for them; when too many wait there, an `overflow` says so.
 *
 * A new directory is watched as soon as its event is read, and what is in it by then is reported, so one
 * change may be reported twice, but none is lost. A large tree is entered in pieces, while others have the thread; an
 * `overflow` tells when all of it is watched.
 */
export class RealWatch implements AsyncIterable<WatchEvent>, AsyncIterator<WatchEvent, undefined> {
  readonly #path: string;
  readonly #queue: QueueShare;
  readonly #tree: WatchTree;
  readonly #signal: AbortSignal | undefined;
  #events: WatchEvent[] = [];
  #next = 0;
  /** Why not all could be watched. */
  #broken = 0;
  /** Asks for events one after the other, as the queue is one. */
  #asked: Promise<unknown> = Promise.resolve();

  /** @throws {FsError} ENOENT and the like; ENOSPC or EMFILE over the user's limits for inotify. */
  constructor(
    ground: WatchGround,
    path: string,
    signal: AbortSignal | undefined,
  ) {
    this.#path = clean(path);
    this.#signal = signal;
    this.#queue = ground.queue.open(path);
    this.#tree = new WatchTree(ground, this.#queue, (result) => this.#walked(result));
    const result = this.#tree.add(this.#path, true);
    if (result < 0) {
      this.#queue.end();
      throw failure(result, { syscall: "watch", path });
    }
    signal?.addEventListener("abort", this.#end, { once: true });
    if (signal?.aborted) this.#end();
  }

  /** The iterator: there is one, since there is one queue. */
  [Symbol.asyncIterator](): AsyncIterator<WatchEvent, undefined> {
    return this;
  }

  /** The next event, as soon as there is one. */
  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    const result = this.#asked.then(() => this.#take());
    this.#asked = result.catch(() => {});
    return result;
  }

  /** Ends the watch. */
  return(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #take(): Promise<IteratorResult<WatchEvent, undefined>> {
    while (!this.#queue.isEnded) {
      const event = this.#events[this.#next++];
      if (event !== undefined) return { done: false, value: event };
      this.#events = [];
      this.#next = 0;
      // Also when there is more already: somebody who changes files all the time must not keep this thread.
      if (this.#broken === 0) await this.#queue.wait();
      if (!this.#queue.isEnded) this.#drain();
    }
    return { done: true, value: undefined };
  }

  readonly #end = (): void => {
    this.#signal?.removeEventListener("abort", this.#end);
    this.#queue.end();
  };

  /** Reads some of what is there. */
  #drain(): void {
    const moved = new Map<number, string>();
    const size = this.#broken || this.#queue.drain((watch, mask, cookie, bytes, start, end) => {
      this.#handle(watch, mask, cookie, decodeName(bytes, start, end), moved);
    });
    if (size < 0) throw this.#fail(size);
    // Directories that went and did not come back are somewhere else now.
    for (const path of moved.values()) this.#tree.remove(path);
  }

  /** Of a large tree not all was watched at once: there something may have happened that nobody has seen. */
  #walked(result: number): void {
    if (result < 0) this.#broken = result;
    else this.#push("overflow", this.#path);
    this.#queue.wakeUp();
  }

  #fail(result: number): FsError {
    this.#end();
    return failure(result, { syscall: "watch", path: this.#path });
  }

  #handle(
    watch: number,
    mask: number,
    cookie: number,
    name: string,
    moved: Map<number, string>,
  ): void {
    if ((mask & IN_Q_OVERFLOW) !== 0) {
      this.#push("overflow", this.#path);
      this.#check(this.#tree.add(this.#path, true));
      return;
    }
    const watched = this.#tree.path(watch);
    if (watched === undefined) return;
    if ((mask & IN_IGNORED) !== 0) return this.#tree.forget(watch);
    if (name === "" && watched !== this.#path) return;
    const path = name === "" ? watched : join(watched, name);
    if ((mask & (ENTRY | SELF)) !== 0) this.#push("entry", path);
    if ((mask & IN_MODIFY) !== 0) this.#push("content", path);
    if ((mask & IN_ATTRIB) !== 0) this.#push("attributes", path);
    if (name === "" || (mask & IN_ISDIR) === 0) return;
    if ((mask & IN_MOVED_FROM) !== 0) moved.set(cookie, path);
    if ((mask & IN_MOVED_TO) !== 0) moved.delete(cookie);
    if ((mask & (IN_CREATE | IN_MOVED_TO)) !== 0) this.#watchAlso(path);
  }

  /** Watches a directory that has come; the same directory keeps its watch and gets its new path. */
  #watchAlso(path: string): void {
    this.#check(this.#tree.add(path, false, (found) => this.#push("entry", found)));
  }

  /** That a directory has gone again is told by another event. */
  #check(result: number): void {
    const isGone = result === -ERRNO.ENOENT.number || result === -ERRNO.ENOTDIR.number;
    if (result < 0 && !isGone) throw this.#fail(result);
  }

  #push(kind: WatchEvent["kind"], path: string): void {
    this.#events.push({ kind, path });
  }
}
