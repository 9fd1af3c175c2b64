/**
 * A Unix socket that its thread reads itself.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import {
  close,
  connectUnix,
  DescriptorReceiver,
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
import { NUMBER_MAX } from "./file_passing.ts";
import { SharedRings } from "./shared_rings.ts";
import type { ByteChannel } from "./transport.ts";

/** So much of what only wakes is read at once. */
const WAKES_MAX = 64;
/** Descriptors that come together with a byte that wakes. */
const DESCRIPTORS_MAX = 2;
/** As many passed descriptors may wait for what tells of them: half a round of their numbers. */
const PASSED_MAX = 128;

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
  /** What is made of memory that the server shares, used or not yet. */
  #mapped: SharedRings | null = null;
  /** What bytes go through instead of the socket. */
  #rings: SharedRings | null = null;
  /** Whether somebody looks for bytes by himself. */
  #isSpinning = false;
  readonly #wakes = new DescriptorReceiver(WAKES_MAX, DESCRIPTORS_MAX);
  /** Descriptors by the number that they were passed with, the oldest first. */
  readonly #passed = new Map<number, number>();

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

  /** Whether there is nothing in the ring, for who looks by himself: others may have been woken by the end. */
  hasNone(): boolean {
    return this.#isSpinning && this.#rings?.hasNone === true;
  }

  /** Takes what has come. Returns 0 when there is nothing, null at the end. */
  readNow(buffer: Uint8Array): number | null {
    if (this.#closed) return null;
    const rings = this.#rings;
    if (rings === null) return this.#receive(buffer);
    if (this.#isSpinning) return rings.read(buffer);
    const isEnd = this.#takeWakes();
    rings.woken();
    // Whoever is given a part of a message may sleep until there is more.
    rings.sleep();
    const size = rings.read(buffer);
    return size === 0 && isEnd ? null : size;
  }

  /** Takes what has woken us, so that the socket wakes again. True when it is broken: there may be bytes left for us. */
  #takeWakes(): boolean {
    try {
      return this.#takeWake() === null;
    } catch (thrown) {
      // ECONNRESET: also when the server has ended without having taken what woke it.
      if (thrown instanceof FsError) return true;
      throw thrown;
    }
  }

  /** Takes what has woken us up to the first descriptors. Returns how many bytes, 0 for none, null at the end. */
  #takeWake(): number | null {
    const size = this.#wakes.receive(this.fd);
    if (size === null || size === 0) return size;
    const descriptors = this.#wakes.taken();
    const [first] = descriptors;
    if (first === undefined) return size;
    if (descriptors.length === 1) this.#keepPassed(this.#wakes.byteAt(size - 1), first);
    else if (descriptors.length === this.#wanted) this.#keep(descriptors);
    else descriptors.forEach(close);
    return size;
  }

  /** Takes what has woken us until what was looked for is there, or nothing more. */
  #takeWakesUntil(isThere: () => boolean): void {
    try {
      while (!isThere() && (this.#takeWake() ?? 0) > 0) this.#rings?.woken();
    } catch (thrown) {
      // The end is heard of where bytes are awaited.
      if (!(thrown instanceof FsError)) throw thrown;
    }
  }

  /**
   * Keeps a descriptor until it is taken. They come in the order of their numbers, so those of half a round ago are of
   * nobody, and none is left when its number comes again.
   */
  #keepPassed(number: number, fd: number): void {
    for (const older of this.#passed.keys()) {
      if ((number - older + NUMBER_MAX) % NUMBER_MAX < PASSED_MAX && older !== number) break;
      this.#forgetPassed(older);
    }
    this.#forgetPassed(number);
    this.#passed.set(number, fd);
  }

  #forgetPassed(number: number): void {
    const fd = this.#passed.get(number);
    if (fd === undefined) return;
    this.#passed.delete(number);
    close(fd);
  }

  /** The descriptor that was passed with this number: it came before what tells of it. */
  takePassed(number: number): number {
    if (this.#closed || this.#rings === null) return -1;
    this.#takeWakesUntil(() => this.#passed.has(number));
    const fd = this.#passed.get(number) ?? -1;
    this.#passed.delete(number);
    return fd;
  }

  /** Takes what has come over the socket. */
  #receive(buffer: Uint8Array): number | null {
    if (this.#wanted === 0) return receiveNow(this.fd, buffer);
    return receiveWithDescriptors(this.fd, buffer, this.#wanted, this.#keep);
  }

  /** Maps memory of the server's. */
  mapMemory(fd: number): boolean {
    try {
      this.#mapped = SharedRings.map(fd, (data) => sendNow(this.fd, data));
      return true;
    } catch (thrown) {
      if (thrown instanceof FsError) return false;
      throw thrown;
    } finally {
      close(fd);
    }
  }

  /** Goes on through that memory. */
  useMemory(): void {
    this.#rings = this.#mapped;
    this.rest();
  }

  /** Somebody looks by himself. */
  spin(): void {
    this.#isSpinning = true;
    this.#rings?.stayAwake();
  }

  /** He does not any more. */
  rest(): boolean {
    this.#isSpinning = false;
    const isThere = this.#rings?.sleep() === true;
    if (isThere) this.ready();
    return isThere;
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
    // Through the memory comes only what tells of them.
    if (this.#rings !== null) this.#takeWakesUntil(() => this.#wanted === 0);
    const descriptors = this.#descriptors;
    this.#descriptors = null;
    return descriptors;
  }

  /** Waits until there may be bytes: in the thread's own waits, or else on another thread. */
  toRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#reader = resolve;
      if (this.#closed || this.#rings?.sleep() === true) this.ready();
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
    return this.#rings === null ? sendNow(this.fd, data) : this.#rings.write(data);
  }

  /** Whether the server has taken all that was sent. */
  isTaken(): boolean {
    if (this.#closed) return false;
    return this.#rings?.isTaken ?? unreadBytes(this.fd, this.#count) === 0;
  }

  /** Whether the server was asleep. */
  hasWoken(): boolean {
    return this.#rings?.hasWoken === true;
  }

  /** Writes some of the bytes; waits on another thread while the server takes none. */
  async write(data: Uint8Array): Promise<number> {
    if (this.#rings !== null) return await this.#rings.writeSoon(data);
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
    this.#mapped?.close();
    this.takeDescriptors()?.forEach(close);
    for (const number of [...this.#passed.keys()]) this.#forgetPassed(number);
    this.ready();
    if (this.#waits === 0) return this.#closeAll();
    write(this.#wakeFd, this.#wakeValue.address, 8);
  }

  #closeAll(): void {
    close(this.fd);
    close(this.#wakeFd);
  }
}
