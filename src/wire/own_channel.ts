/**
 * A Unix socket that its thread reads itself.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import {
  close,
  connectUnix,
  eventfd,
  MemoryBlock,
  pollAsync,
  receiveNow,
  sendNow,
  threadWait,
  unreadBytes,
  type WaitSource,
  write,
} from "../libc/mod.ts";
import type { ByteChannel } from "./transport.ts";

const POLLIN = 1;
const POLLOUT = 4;
const POLLFD_SIZE = 8;

/** The two descriptors that a wait is for, as `poll(2)` takes them. */
function pollSet(fd: number, events: number, wakeFd: number): MemoryBlock {
  const set = new MemoryBlock(POLLFD_SIZE * 2);
  set.view.setInt32(0, fd, true);
  set.view.setInt16(4, events, true);
  set.view.setInt32(POLLFD_SIZE, wakeFd, true);
  set.view.setInt16(POLLFD_SIZE + 4, POLLIN, true);
  return set;
}

/**
 * A connection for a thread that serves a mount: while an answer is due, that thread looks for it and for the
 * kernel's messages at the same time ({@linkcode threadWait}), and takes it without a turn of the event
 * loop: mostly at once, before the request's function returns ({@linkcode OwnChannel.readNow}). When nobody
 * waits in the thread, the wait is for another thread to do, which costs more than Deno's own sockets do: those
 * are better for everything else.
 */
export class OwnChannel implements ByteChannel, WaitSource {
  /** The socket. */
  readonly fd: number;
  #due = 0;
  readonly #wakeFd: number;
  readonly #wakeValue = new MemoryBlock(8);
  readonly #count = new MemoryBlock(4);
  readonly #readSet: MemoryBlock;
  readonly #writeSet: MemoryBlock;
  /** Who waits for bytes. */
  #reader: (() => void) | null = null;
  /** Waits of other threads that are under way. */
  #waits = 0;
  #readWaits = false;
  #closed = false;

  /** @throws {FsError} When nobody listens there. */
  constructor(path: string) {
    this.fd = connectUnix(path);
    this.#wakeFd = eventfd();
    this.#wakeValue.view.setUint32(0, 1, true);
    this.#readSet = pollSet(this.fd, POLLIN, this.#wakeFd);
    this.#writeSet = pollSet(this.fd, POLLOUT, this.#wakeFd);
    threadWait.add(this);
  }

  /** Whether an answer is due. */
  get isDue(): boolean {
    return this.#due > 0;
  }

  /** Told how many answers are due. */
  expect(count: number): void {
    this.#due = count;
  }

  /** Takes what has come. Returns 0 when there is nothing, null at the end. */
  readNow(buffer: Uint8Array): number | null {
    if (this.#closed) return null;
    return receiveNow(this.fd, buffer);
  }

  /** Waits until there may be bytes: in the thread's own waits, or else on another thread. */
  toRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#reader = resolve;
      if (this.#closed) this.ready();
      else if (!threadWait.covers(this)) this.left();
    });
  }

  /** Waits for bytes, and takes them. */
  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const size = this.readNow(buffer);
      if (size !== 0) return size;
      await this.toRead();
    }
  }

  /** There may be bytes, or the end. */
  ready(): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.();
  }

  /** Has another thread wait for bytes. */
  left(): void {
    if (this.#reader === null || this.#readWaits) return;
    this.#readWaits = true;
    this.#wait(this.#readSet).then(() => {
      this.#readWaits = false;
      this.ready();
    });
  }

  /** Writes as many of the bytes as the server's side takes now. */
  writeNow(data: Uint8Array): number {
    if (this.#closed) throw new FsError("EPIPE", { syscall: "send" });
    return sendNow(this.fd, data);
  }

  /** Whether the server has taken all that was sent. */
  isTaken(): boolean {
    return !this.#closed && unreadBytes(this.fd, this.#count) === 0;
  }

  /** Writes some of the bytes; waits on another thread while the server takes none. */
  async write(data: Uint8Array): Promise<number> {
    for (;;) {
      const size = this.writeNow(data);
      if (size > 0) return size;
      await this.#wait(this.#writeSet);
    }
  }

  async #wait(set: MemoryBlock): Promise<void> {
    this.#waits++;
    await pollAsync(set.address, 2, -1);
    if (--this.#waits === 0 && this.#closed) this.#closeAll();
  }

  /** Ends both directions, and what waits. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    threadWait.remove(this);
    this.ready();
    if (this.#waits === 0) return this.#closeAll();
    write(this.#wakeFd, this.#wakeValue.address, 8);
  }

  #closeAll(): void {
    close(this.fd);
    close(this.#wakeFd);
  }
}
