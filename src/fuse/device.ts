/**
 * The fuse descriptor: messages in, replies and notices out, and a way to be woken.
 *
 * @module
 */
import { O_CLOEXEC, O_RDWR } from "../base/mod.ts";
import {
  check,
  close,
  eventfd,
  eventLoopDescriptors,
  ioctl,
  MemoryBlock,
  open,
  read,
  setNonblocking,
  threadWait,
  type Waiting,
  type WaitSource,
  write,
  writeAsync,
} from "../libc/mod.ts";
import { FUSE_DEV_IOC } from "./abi.ts";
import { WaitSet } from "./wait_set.ts";

/** Where the fuse descriptor is among those that are waited for. */
const MESSAGES = 0;
/** Behind it and the one that {@linkcode Device.wake} writes to, the event loops end a brief wait. */
const EVENT_LOOPS = 2;

/** What ended a brief wait: `"answer"` came over a source of the thread, `"work"` is for the event loop. */
export type Wake = "message" | "answer" | "work" | "nothing";

/** What a session reads from and writes to: the kernel, or a test in its place. */
export interface Channel {
  /** Reads one message. Returns its length, or a negated errno: EAGAIN when there is none now. */
  read(block: MemoryBlock): number;
  /** Writes one reply of `size` bytes. Returns `size` or a negated errno. */
  write(block: MemoryBlock, size: number): number;
  /** Writes a notice. Resolves to true when it was taken, false when there was nothing to do. */
  notify(block: MemoryBlock, size: number): Promise<boolean>;
  /** Waits until there is a message, a source of the thread has something, or somebody wakes. */
  wait(): Promise<void>;
  /**
   * As `wait`, but holds the thread, for so many milliseconds at most. Ends also when the event loop of this
   * thread has work.
   */
  waitBriefly(timeoutMs: number): Wake;
  /** Whether there is a message. */
  hasMessage(): boolean;
  /** Whether the thread has sources. */
  readonly hasSources: boolean;
  /** Whether an answer is due from one of them. */
  readonly isAnswerDue: boolean;
  /** No wait follows. */
  leave(): void;
  /** Ends the current `wait`, and every later one. */
  wake(): void;
  /** Lets go of the descriptors. No call may be under way. */
  close(): void;
}

/**
 * One open `/dev/fuse`. Reading never blocks; waiting for a message is an asynchronous call that
 * {@linkcode Device.wake} ends, since a thread that is blocked in `read` could never be ended.
 */
export class Device implements Channel, Waiting {
  #fd: number;
  #wakeFd: number;
  /** What is waited for on another thread. */
  readonly #waited: WaitSet;
  /** What is waited for on this one. */
  readonly #waitedBriefly: WaitSet;
  #isWaiting = false;
  readonly #wakeValue = new MemoryBlock(8);
  readonly #dispose: () => void;

  /** Serves `fd`; `dispose` closes it at the end. */
  constructor(fd: number, dispose: () => void) {
    this.#fd = fd;
    this.#dispose = dispose;
    setNonblocking(fd);
    this.#wakeFd = eventfd();
    this.#waited = new WaitSet([fd, this.#wakeFd]);
    this.#waitedBriefly = new WaitSet([fd, this.#wakeFd, ...eventLoopDescriptors()]);
    this.#wakeValue.view.setUint32(0, 1, true);
  }

  /**
   * Another descriptor of the connection that `fd` serves (FUSE_DEV_IOC_CLONE), so that several loops can
   * read requests at the same time. A request is answered on the descriptor that it was read from.
   *
   * @throws {FsError} When `fd` is no fuse descriptor, or `/dev/fuse` cannot be opened.
   */
  static clone(fd: number): Device {
    const clone = check(open("/dev/fuse", O_RDWR | O_CLOEXEC), "open", "/dev/fuse");
    const original = new MemoryBlock(4);
    original.view.setUint32(0, fd, true);
    const result = ioctl(clone, FUSE_DEV_IOC.CLONE, original.address);
    if (result < 0) close(clone);
    check(result, "ioctl", "/dev/fuse");
    return new Device(clone, () => void close(clone));
  }

  /** The descriptor; -1 when closed, as the number may be another file's by then. */
  get fd(): number {
    return this.#fd;
  }

  /** The descriptor that {@linkcode Device.wake} writes to, for who has to do it when this thread is gone. */
  get wakeFd(): number {
    return this.#wakeFd;
  }

  /** Reads one message. Returns its length, or a negated errno: EAGAIN when there is none now. */
  read(block: MemoryBlock): number {
    return read(this.#fd, block.address, block.bytes.length);
  }

  /** Writes one reply of `size` bytes. Returns `size` or a negated errno. */
  write(block: MemoryBlock, size: number): number {
    return write(this.#fd, block.address, size);
  }

  /**
   * Writes a notice on another thread: the kernel may have to wait for a reply of ours before it can
   * take it. Resolves to true when the kernel took it, false when it had nothing to do.
   */
  async notify(block: MemoryBlock, size: number): Promise<boolean> {
    return await writeAsync(this.#fd, block.address, size) === size;
  }

  /** Waits until there is a message, a source of the thread has something, or somebody wakes. */
  async wait(): Promise<void> {
    threadWait.join(this);
    this.#waited.refresh();
    this.#isWaiting = true;
    await this.#waited.wait();
    this.#isWaiting = false;
    this.#waited.deliver();
  }

  /** Whether it is waited for this source: what has come since a wait began has to see to itself. */
  covers(source: WaitSource): boolean {
    return !this.#isWaiting || this.#waited.has(source);
  }

  /** Whether the thread has sources. */
  get hasSources(): boolean {
    return threadWait.hasSources;
  }

  /** Whether an answer is due from one of them. */
  get isAnswerDue(): boolean {
    return threadWait.isDue;
  }

  /** No wait follows: the sources have to see to themselves. */
  leave(): void {
    threadWait.leave(this);
  }

  /**
   * As {@linkcode Device.wait}, but holds the thread, for `timeoutMs` at most. The event loop has work when
   * there is an answer over a socket of its own, output of a child, a file that has been read.
   */
  waitBriefly(timeoutMs: number): Wake {
    const set = this.#waitedBriefly;
    set.refresh();
    if (set.poll(timeoutMs) <= 0) return "nothing";
    if (set.deliver()) return "answer";
    if (set.isReady(MESSAGES)) return "message";
    for (let index = EVENT_LOOPS; index < set.fixedCount; index++) {
      // A worker has ended, and its event loop with it.
      if (set.isBroken(index)) set.drop(index);
      else if (set.isReady(index)) return "work";
    }
    return "nothing";
  }

  /** Whether there is a message. */
  hasMessage(): boolean {
    const set = this.#waitedBriefly;
    set.refresh();
    return set.hasFirst();
  }

  /** Ends the current `wait`, and every later one. */
  wake(): void {
    write(this.#wakeFd, this.#wakeValue.address, 8);
  }

  /** Closes the wake descriptor, and has the owner of the fuse descriptor close that. */
  close(): void {
    if (this.#fd < 0) return;
    this.leave();
    close(this.#wakeFd);
    this.#fd = this.#wakeFd = -1;
    this.#dispose();
  }
}
