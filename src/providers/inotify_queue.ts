/**
 * A queue of `inotify(7)`.
 *
 * @module
 */
import { ERRNO } from "../base/mod.ts";
import {
  check,
  close,
  eventfd,
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_EXCL_UNLINK,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  inotifyAddWatch,
  inotifyInit,
  inotifyRemoveWatch,
  MemoryBlock,
  POLLIN,
  PollSet,
  read,
  write,
} from "../libc/mod.ts";
import { QueueSignal } from "./queue_signal.ts";

/** Some 300 events: a few milliseconds of work. */
const BLOCK_SIZE = 16 * 1024;
const EVENT_SIZE = 16;

/** Whatever can happen to a directory, to its names and to what they name. */
export const ANY_CHANGE: number = IN_ATTRIB | IN_CREATE | IN_DELETE | IN_DELETE_SELF |
  IN_EXCL_UNLINK | IN_MODIFY | IN_MOVE_SELF | IN_MOVED_FROM | IN_MOVED_TO;

/** Takes an event; its name is the bytes from `start` to `end`, none where it is about the watched object itself. */
export type OnInotifyEvent = (
  watch: number,
  mask: number,
  cookie: number,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

/**
 * Events wait in the kernel until somebody drains them; another thread of the pool waits for them.
 * Descriptors close as soon as nobody waits any more after the end.
 */
export class InotifyQueue {
  readonly #fd: number;
  readonly #wake: number;
  readonly #block = new MemoryBlock(BLOCK_SIZE);
  readonly #wakeValue = new MemoryBlock(8);
  readonly #waitSet: PollSet;
  readonly #eventSet: PollSet;
  #signal: QueueSignal | null = null;
  #isWaiting = false;
  #isEnded = false;

  /** @throws {FsError} EMFILE over the user's limit for queues; it names `path`. */
  constructor(path: string) {
    this.#wake = eventfd();
    const fd = inotifyInit();
    if (fd < 0) close(this.#wake);
    this.#fd = check(fd, "watch", path);
    this.#waitSet = new PollSet([this.#fd, POLLIN], [this.#wake, POLLIN]);
    this.#eventSet = new PollSet([this.#fd, POLLIN]);
    this.#wakeValue.view.setUint32(0, 1, true);
  }

  /** How others see events before they are taken from here, from now on. */
  signal(): QueueSignal {
    return this.#signal ??= new QueueSignal(this.#fd);
  }

  /** Whether it has ended. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Watches a host path. Returns the number of the watch, or a negated errno. */
  add(pathAddress: number, mask: number): number {
    return inotifyAddWatch(this.#fd, pathAddress, mask);
  }

  /** Ends a watch; one that has ended already is no error. */
  remove(watch: number): void {
    inotifyRemoveWatch(this.#fd, watch);
  }

  /** Gives out what is there. Returns how many bytes that was: 0 for nothing, or a negated errno. */
  drain(take: OnInotifyEvent): number {
    if (this.#signal !== null && this.#eventSet.look() === 0) return 0;
    this.#signal?.raise();
    const size = read(this.#fd, this.#block.address, BLOCK_SIZE);
    if (size === -ERRNO.EAGAIN.number || size === -ERRNO.EINTR.number) return 0;
    const { view, bytes } = this.#block;
    for (let at = 0; at < size;) {
      const watch = view.getInt32(at, true);
      const mask = view.getUint32(at + 4, true);
      const cookie = view.getUint32(at + 8, true);
      const nameSize = view.getUint32(at + 12, true);
      const start = at + EVENT_SIZE;
      const end = nameSize === 0 ? start : bytes.indexOf(0, start);
      take(watch, mask, cookie, bytes, start, end);
      at = start + nameSize;
    }
    return size;
  }

  /** Waits until there may be something, or until the end. */
  async wait(): Promise<void> {
    this.#isWaiting = true;
    await this.#waitSet.wait();
    this.#isWaiting = false;
    if (this.#isEnded) this.#close();
  }

  /** Ends all watches, and who waits. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#isWaiting) return this.#close();
    write(this.#wake, this.#wakeValue.address, 8);
  }

  #close(): void {
    this.#signal?.close();
    close(this.#fd);
    close(this.#wake);
  }
}
