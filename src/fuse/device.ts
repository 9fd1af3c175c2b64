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
  poll,
  pollAsync,
  read,
  setNonblocking,
  write,
  writeAsync,
} from "../libc/mod.ts";
import { FUSE_DEV_IOC } from "./abi.ts";

const POLLIN = 1;
const POLLFD_SIZE = 8;
/** Where `revents` is in a pollfd. */
const REVENTS = 6;
/** A wait is for the messages and for {@linkcode Device.wake}. */
const WAIT_COUNT = 2;

/** What a session reads from and writes to: the kernel, or a test in its place. */
export interface Channel {
  /** Reads one message. Returns its length, or a negated errno: EAGAIN when there is none now. */
  read(block: MemoryBlock): number;
  /** Writes one reply of `size` bytes. Returns `size` or a negated errno. */
  write(block: MemoryBlock, size: number): number;
  /** Writes a notice. Resolves to true when it was taken, false when there was nothing to do. */
  notify(block: MemoryBlock, size: number): Promise<boolean>;
  /** Waits until there is a message or somebody wakes. */
  wait(): Promise<void>;
  /**
   * As `wait`, but holds the thread, for so many milliseconds at most. Ends also when the event loop of this
   * thread has work, and says so.
   */
  waitBriefly(timeoutMs: number): boolean;
  /** Ends the current `wait`, and every later one. */
  wake(): void;
  /** Lets go of the descriptors. No call may be under way. */
  close(): void;
}

/**
 * One open `/dev/fuse`. Reading never blocks; waiting for a message is an asynchronous call that
 * {@linkcode Device.wake} ends, since a thread that is blocked in `read` could never be ended.
 */
export class Device implements Channel {
  /** The descriptor. */
  readonly fd: number;
  readonly #wakeFd: number;
  /** What is waited for; behind that, what ends a brief wait too: the event loops. */
  readonly #waitSet: MemoryBlock;
  readonly #briefCount: number;
  readonly #wakeValue = new MemoryBlock(8);
  readonly #dispose: () => void;
  #closed = false;

  /** Serves `fd`; `dispose` closes it at the end. */
  constructor(fd: number, dispose: () => void) {
    this.fd = fd;
    this.#dispose = dispose;
    setNonblocking(fd);
    this.#wakeFd = eventfd();
    const waitedFor = [fd, this.#wakeFd, ...eventLoopDescriptors()];
    this.#briefCount = waitedFor.length;
    this.#waitSet = new MemoryBlock(POLLFD_SIZE * waitedFor.length);
    for (const [index, descriptor] of waitedFor.entries()) {
      this.#waitSet.view.setInt32(POLLFD_SIZE * index, descriptor, true);
      this.#waitSet.view.setInt16(POLLFD_SIZE * index + 4, POLLIN, true);
    }
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

  /** The descriptor that {@linkcode Device.wake} writes to, for who has to do it when this thread is gone. */
  get wakeFd(): number {
    return this.#wakeFd;
  }

  /** Reads one message. Returns its length, or a negated errno: EAGAIN when there is none now. */
  read(block: MemoryBlock): number {
    return read(this.fd, block.address, block.bytes.length);
  }

  /** Writes one reply of `size` bytes. Returns `size` or a negated errno. */
  write(block: MemoryBlock, size: number): number {
    return write(this.fd, block.address, size);
  }

  /**
   * Writes a notice on another thread: the kernel may have to wait for a reply of ours before it can
   * take it. Resolves to true when the kernel took it, false when it had nothing to do.
   */
  async notify(block: MemoryBlock, size: number): Promise<boolean> {
    return await writeAsync(this.fd, block.address, size) === size;
  }

  /** Waits until there is a message or somebody wakes. */
  async wait(): Promise<void> {
    await pollAsync(this.#waitSet.address, WAIT_COUNT, -1);
  }

  /**
   * As {@linkcode Device.wait}, but holds the thread, for `timeoutMs` at most. True when the event loop has
   * work: an answer over a socket, output of a child, a file that has been read.
   */
  waitBriefly(timeoutMs: number): boolean {
    if (poll(this.#waitSet.address, this.#briefCount, timeoutMs) <= 0) return false;
    for (let index = WAIT_COUNT; index < this.#briefCount; index++) {
      const at = POLLFD_SIZE * index;
      const events = this.#waitSet.view.getInt16(at + REVENTS, true);
      if (events === POLLIN) return true;
      // A worker has ended, and its event loop with it: poll skips what is negative.
      if (events !== 0) this.#waitSet.view.setInt32(at, -1, true);
    }
    return false;
  }

  /** Ends the current `wait`, and every later one. */
  wake(): void {
    write(this.#wakeFd, this.#wakeValue.address, 8);
  }

  /** Closes the wake descriptor, and has the owner of the fuse descriptor close that. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    close(this.#wakeFd);
    this.#dispose();
  }
}
