/**
 * One queue of `inotify(7)` for all watches of a provider.
 *
 * @module
 */
import { IN_IGNORED, IN_Q_OVERFLOW } from "../libc/mod.ts";
import { InotifyQueue, type OnInotifyEvent } from "./inotify_queue.ts";

/** So many events wait for one watch: as many as the kernel keeps by default (`max_queued_events`). */
const EVENTS_MAX = 16_384;
/** What the kernel names in an overflow instead of a watch. */
const NO_WATCH = -1;

/** An event that waits. */
interface QueuedEvent {
  readonly watch: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: Uint8Array;
}

const OVERFLOW: QueuedEvent = {
  watch: NO_WATCH,
  mask: IN_Q_OVERFLOW,
  cookie: 0,
  name: new Uint8Array(),
};

/**
 * Queues are few for a user (`max_user_instances`), and for all his programs together: one client that watches much
 * must not leave others without. The kernel has one watch for an inode in a queue; it lasts as long as anybody here
 * wants it. Whoever drains the queue leaves the others their events.
 */
export class SharedQueue {
  #queue: InotifyQueue | null = null;
  readonly #shares = new Set<QueueShare>();
  /** Who wants a watch. */
  readonly #holders = new Map<number, Set<QueueShare>>();
  #waiting: Promise<void> | null = null;

  /**
   * A part of it.
   *
   * @throws {FsError} EMFILE when there is no queue yet, and the user may have no more; it names `path`.
   */
  open(path: string): QueueShare {
    // What happened before is nothing to the new one.
    if (this.#queue !== null) this.drain(null, () => {});
    this.#queue ??= new InotifyQueue(path);
    const share = new QueueShare(this);
    this.#shares.add(share);
    return share;
  }

  /** Watches a host path for a share. Returns the number of the watch, or a negated errno. */
  add(share: QueueShare, pathAddress: number, mask: number): number {
    const watch = this.#queue!.add(pathAddress, mask);
    if (watch < 0) return watch;
    const holders = this.#holders.get(watch);
    if (holders === undefined) this.#holders.set(watch, new Set([share]));
    else holders.add(share);
    return watch;
  }

  /** A share does not want a watch any more. */
  remove(share: QueueShare, watch: number): void {
    const holders = this.#holders.get(watch);
    if (holders?.delete(share) !== true || holders.size > 0) return;
    this.#holders.delete(watch);
    this.#queue?.remove(watch);
  }

  /** Takes what the kernel has: `take` gets what is for `share`. Returns how many bytes that was, or a negated errno. */
  drain(share: QueueShare | null, take: OnInotifyEvent): number {
    const queue = this.#queue;
    if (queue === null) return 0;
    return queue.drain((watch, mask, cookie, bytes, start, end) => {
      const isOverflow = (mask & IN_Q_OVERFLOW) !== 0;
      const holders = isOverflow ? this.#shares : this.#holders.get(watch);
      if (holders === undefined) return;
      if ((mask & IN_IGNORED) !== 0) this.#holders.delete(watch);
      const isShared = holders.size > 1 || share === null;
      const name = isShared ? bytes.slice(start, end) : bytes;
      for (const holder of [...holders]) {
        if (holder === share) take(watch, mask, cookie, bytes, start, end);
        else holder.push({ watch, mask, cookie, name });
      }
    });
  }

  /** Settles when there may be something, or when the last share has ended and the queue is closed. */
  wait(): Promise<void> {
    return this.#waiting ??= this.#wait();
  }

  async #wait(): Promise<void> {
    await this.#queue?.wait();
    this.#waiting = null;
  }

  /** Ends a share, and with the last one the queue: true for that one. */
  end(share: QueueShare, watches: Iterable<number>): boolean {
    this.#shares.delete(share);
    if (this.#shares.size > 0) {
      for (const watch of watches) this.remove(share, watch);
      return false;
    }
    this.#holders.clear();
    this.#queue?.end();
    this.#queue = null;
    return true;
  }
}

/** What one watch has of the queue, as if it had one of its own. */
export class QueueShare {
  readonly #shared: SharedQueue;
  readonly #watches = new Set<number>();
  #events: QueuedEvent[] = [];
  #wake: (() => void) | null = null;
  #isEnded = false;

  /** Of this queue. */
  constructor(shared: SharedQueue) {
    this.#shared = shared;
  }

  /** Whether it has ended. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Watches a host path. Returns the number of the watch, or a negated errno. */
  add(pathAddress: number, mask: number): number {
    const watch = this.#shared.add(this, pathAddress, mask);
    if (watch >= 0) this.#watches.add(watch);
    return watch;
  }

  /** Ends a watch; one that has ended already is no error. */
  remove(watch: number): void {
    if (this.#watches.delete(watch)) this.#shared.remove(this, watch);
  }

  /** An event for it that somebody else has taken from the kernel. */
  push(event: QueuedEvent): void {
    if (this.#isEnded) return;
    if (this.#events.length < EVENTS_MAX) this.#events.push(event);
    else if (this.#events.at(-1) !== OVERFLOW) this.#events.push(OVERFLOW);
    this.wakeUp();
  }

  /** Lets whoever waits look. */
  wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Gives out what is there. Returns how many bytes or events that was: 0 for nothing, or a negated errno. */
  drain(take: OnInotifyEvent): number {
    const events = this.#events;
    this.#events = [];
    for (const { watch, mask, cookie, name } of events) {
      this.#give(take, watch, mask, cookie, name, 0, name.length);
    }
    const size = this.#shared.drain(this, (...event) => this.#give(take, ...event));
    return size < 0 ? size : events.length + size;
  }

  #give(take: OnInotifyEvent, ...event: Parameters<OnInotifyEvent>): void {
    const [watch, mask] = event;
    if ((mask & IN_IGNORED) !== 0) this.#watches.delete(watch);
    take(...event);
  }

  /** Waits until there may be something, or until the end; others get to run meanwhile. */
  async wait(): Promise<void> {
    if (this.#isEnded) return;
    if (this.#events.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return;
    }
    const woken = new Promise<void>((resolve) => this.#wake = resolve);
    await Promise.race([this.#shared.wait(), woken]);
  }

  /** Ends its watches, and who waits. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#events = [];
    // With the last one, whoever waits hears of it when nothing is open any more.
    if (!this.#shared.end(this, this.#watches)) this.wakeUp();
  }
}
