/**
 * A connection of Deno's whose socket can be looked at without the event loop.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { close, DescriptorSender, receiveNow, sendNow, sendWithDescriptors } from "../libc/mod.ts";
import { SharedRings, WAKE } from "./shared_rings.ts";
import type { ByteChannel } from "./transport.ts";

/** So much of what only wakes is read at once. */
const WAKES_MAX = 64;

/**
 * Waits as Deno does, and besides takes what has come, and sends what there is, at once. That takes nothing from
 * Deno: whoever waits in `read` finds no bytes then, and waits on.
 */
export class PolledChannel implements ByteChannel {
  readonly #connection: Deno.Conn;
  readonly #fd: number;
  readonly #onClose: () => void;
  #closed = false;
  /** A descriptor of memory for the client; -1 for none. */
  #memory = -1;
  /** What is made of that memory, used or not yet. */
  #offered: SharedRings | null = null;
  /** What bytes go through instead of the socket. */
  #rings: SharedRings | null = null;
  readonly #wakes = new Uint8Array(WAKES_MAX);
  /** Passes descriptors; null until there is one to pass. */
  #passing: DescriptorSender | null = null;

  /** @param fd The connection's descriptor, which stays Deno's. */
  constructor(connection: Deno.Conn, fd: number, onClose: () => void) {
    this.#connection = connection;
    this.#fd = fd;
    this.#onClose = onClose;
  }

  /** Waits for bytes. */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#rings === null
      ? this.#connection.read(buffer)
      : this.#readRing(this.#rings, buffer);
  }

  async #readRing(rings: SharedRings, buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const isEnd = !rings.sleep() && await this.#isEnd();
      rings.stayAwake();
      rings.woken();
      const size = rings.read(buffer);
      if (size > 0) return size;
      if (isEnd) return null;
    }
  }

  /** Waits until something wakes us: true when that is the end. */
  async #isEnd(): Promise<boolean> {
    try {
      return await this.#connection.read(this.#wakes) === null;
    } catch (thrown) {
      if (this.#closed) throw thrown;
      // ECONNRESET: also when the client has ended without having taken what woke it. There may be bytes left.
      return true;
    }
  }

  /** Makes memory for the client. */
  offerMemory(): number {
    if (this.#offered !== null || this.#closed) return -1;
    const { rings, fd } = SharedRings.make((data) => sendNow(this.#fd, data));
    this.#offered = rings;
    return this.#memory = fd;
  }

  /** Goes on through that memory. */
  useMemory(): void {
    this.#rings = this.#offered;
    this.#forgetDescriptor();
  }

  #forgetDescriptor(): void {
    if (this.#memory >= 0) close(this.#memory);
    this.#memory = -1;
  }

  /** Whether there is nothing in the ring. */
  hasNone(): boolean {
    return this.#rings?.hasNone === true;
  }

  /** Takes what has come: 0 when there is nothing, null at the end. */
  readNow(buffer: Uint8Array): number | null {
    if (this.#closed) return null;
    return this.#rings === null ? receiveNow(this.#fd, buffer) : this.#rings.read(buffer);
  }

  /** Writes some of the bytes. */
  write(data: Uint8Array): Promise<number> {
    return this.#rings === null ? this.#connection.write(data) : this.#rings.writeSoon(data);
  }

  /** Writes as many of the bytes as the client's side takes now. */
  writeNow(data: Uint8Array): number {
    if (this.#closed) throw new FsError("EPIPE", { syscall: "send" });
    return this.#rings === null ? sendNow(this.#fd, data) : this.#rings.write(data);
  }

  /** As `writeNow`, with descriptors. */
  writeWith(data: Uint8Array, descriptors: readonly number[]): number {
    if (this.#closed) throw new FsError("EPIPE", { syscall: "sendmsg" });
    if (this.#rings === null) return sendWithDescriptors(this.#fd, data, descriptors);
    // They come before what tells of them.
    return sendWithDescriptors(this.#fd, WAKE, descriptors) === 0 ? 0 : this.#rings.write(data);
  }

  /** Passes a descriptor beside the memory, before what tells of it. */
  passDescriptor(fd: number, number: number): boolean {
    if (this.#rings === null || this.#closed) return false;
    this.#passing ??= new DescriptorSender();
    try {
      return this.#passing.send(this.#fd, fd, number);
    } catch (thrown) {
      // Too many are on their way (ETOOMANYREFS), or the client has gone, which is heard of elsewhere.
      if (thrown instanceof FsError) return false;
      throw thrown;
    }
  }

  /** Ends both directions. */
  close(): void {
    if (this.#closed) return;
    // From now on the descriptor may be anybody's.
    this.#closed = true;
    this.#offered?.close();
    this.#forgetDescriptor();
    this.#onClose();
    this.#connection.close();
  }
}
