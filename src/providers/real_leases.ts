/**
 * Leases of real directories, from the kernel's `inotify(7)`.
 *
 * @module
 */
import { clean } from "../base/mod.ts";
import {
  check,
  CStringArea,
  IN_IGNORED,
  IN_ONESHOT,
  IN_ONLYDIR,
  IN_Q_OVERFLOW,
} from "../libc/mod.ts";
import type { Leases, OnLeaseOver } from "../provider/mod.ts";
import { ANY_CHANGE, InotifyQueue } from "./inotify_queue.ts";
import type { RealRoot } from "./real_root.ts";

/** The first event is the last: the kernel ends the watch with it. */
const MASK = (ANY_CHANGE | IN_ONLYDIR | IN_ONESHOT) >>> 0;

/**
 * A watch of the kernel for each directory, which lasts until the first event. The kernel queues that before the change
 * returns to whoever made it; it is taken from there by the next turn of the event loop.
 *
 * A directory has one watch for all its leases: it may have several paths.
 */
export class RealLeases implements Leases {
  readonly #root: RealRoot;
  readonly #onOver: OnLeaseOver;
  readonly #area = new CStringArea();
  readonly #byWatch = new Map<number, Set<number>>();
  readonly #watchOf = new Map<number, number>();
  /** There is none before the first lease. */
  #queue: InotifyQueue | null = null;
  #last = 0;

  /** Leases below this root. */
  constructor(root: RealRoot, onOver: OnLeaseOver) {
    this.#root = root;
    this.#onOver = onOver;
  }

  /** Begins a lease. */
  add(path: string): number {
    const queue = this.#queue ??= this.#begin(path);
    const fd = check(this.#root.locate(clean(path), false), "lease", path);
    let watch: number;
    try {
      watch = queue.add(this.#area.put(this.#root.hostPath(fd)), MASK);
    } finally {
      this.#root.release(fd);
    }
    check(watch, "lease", path);
    const lease = ++this.#last;
    const others = this.#byWatch.get(watch);
    if (others === undefined) this.#byWatch.set(watch, new Set([lease]));
    else others.add(lease);
    this.#watchOf.set(lease, watch);
    return lease;
  }

  #begin(path: string): InotifyQueue {
    const queue = new InotifyQueue(path);
    this.#follow(queue);
    return queue;
  }

  async #follow(queue: InotifyQueue): Promise<void> {
    while (!queue.isEnded) {
      const size = queue.drain(this.#take);
      if (size < 0) this.#fail(queue);
      if (size === 0) await queue.wait();
    }
  }

  /** A queue that cannot be read would leave everything true for ever. */
  #fail(queue: InotifyQueue): void {
    queue.end();
    if (this.#queue === queue) this.#queue = null;
    this.#endAll();
  }

  readonly #take = (watch: number, mask: number): void => {
    if ((mask & IN_Q_OVERFLOW) !== 0) this.#endAll();
    else if ((mask & IN_IGNORED) === 0) this.#end(watch);
  };

  #end(watch: number): void {
    const leases = this.#byWatch.get(watch);
    if (leases === undefined) return;
    this.#byWatch.delete(watch);
    for (const lease of leases) {
      this.#watchOf.delete(lease);
      this.#onOver(lease);
    }
  }

  #endAll(): void {
    for (const watch of [...this.#byWatch.keys()]) {
      this.#queue?.remove(watch);
      this.#end(watch);
    }
  }

  /** Gives one back. */
  remove(lease: number): void {
    const watch = this.#watchOf.get(lease);
    if (watch === undefined) return;
    this.#watchOf.delete(lease);
    const leases = this.#byWatch.get(watch);
    leases?.delete(lease);
    if (leases?.size !== 0) return;
    this.#byWatch.delete(watch);
    this.#queue?.remove(watch);
  }

  /** Gives all back. */
  close(): void {
    this.#queue?.end();
    this.#queue = null;
    this.#byWatch.clear();
    this.#watchOf.clear();
  }
}
