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
  POLLIN,
  POLLOUT,
  PollSet,
  receiveNow,
  receiveWithDescriptors,
  sendNow,
  threadWait,
  unreadBytes,
  type WaitSource,
  write,
} from "../libc/mod.ts";
import type { ByteChannel } from "./transport.ts";

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
  readonly #readSet: PollSet;
  readonly #writeSet: PollSet;
  /** Who waits for bytes. */
  #reader: (() => void) | null = null;
  /** Waits of other threads that are under way. */
  #waits = 0;
  #readWaits = false;
  #closed = false;
  /** How many descriptors are to be kept; 0 for none. */
  #wanted = 0;
  #descriptors: readonly number[] | null = null;

  /** @throws {FsError} When nobody listens there. */
  constructor(path: string) {
    this.fd = connectUnix(path);
    this.#wakeFd = eventfd();
    this.#wakeValue.view.setUint32(0, 1, true);
    this.#readSet = new PollSet([this.fd, POLLIN], [this.#wakeFd, POLLIN]);
    this.#writeSet = new PollSet([this.fd, POLLOUT], [this.#wakeFd, POLLIN]);
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
    if (this.#wanted === 0) return receiveNow(this.fd, buffer);
    return receiveWithDescriptors(this.fd, buffer, this.#wanted, this.#keep);
  }

  /** Keeps the first so many descriptors that come together. */
  keepDescriptors(count: number): void {
    this.#wanted = count;
  }

  readonly #keep = (descriptors: readonly number[]): void => {
    this.#wanted = 0;
    this.#descriptors = descriptors;
  };

  /** Those that have come. */
  takeDescriptors(): readonly number[] | null {
    const descriptors = this.#descriptors;
    this.#descriptors = null;
    return descriptors;
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

  async #wait(set: PollSet): Promise<void> {
    this.#waits++;
    await set.wait();
    if (--this.#waits === 0 && this.#closed) this.#closeAll();
  }

  /** Ends both directions, and what waits. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    threadWait.remove(this);
    this.takeDescriptors()?.forEach(close);
    this.ready();
    if (this.#waits === 0) return this.#closeAll();
    write(this.#wakeFd, this.#wakeValue.address, 8);
  }

  #closeAll(): void {
    close(this.fd);
    close(this.#wakeFd);
  }
}
