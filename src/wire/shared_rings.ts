/**
 * The two rings of a connection.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { SharedMemory } from "../libc/mod.ts";
import { ringSize, SharedRing } from "./shared_ring.ts";

/** The bytes that one direction holds: a power of two, and the data of one message. */
export const CAPACITY: number = 1 << 20;
/** What both rings take together. */
export const MEMORY_SIZE: number = 2 * ringSize(CAPACITY);
/** What wakes the other side: it means nothing but that there is something to look at. */
export const WAKE: Uint8Array<ArrayBuffer> = new Uint8Array([1]);
/** So many times it is looked for room before it is waited for: who takes copies a ring within some 100 us. */
const ROOM_LOOKS = 2000;
/** Who is not woken looks for room again after so long, and later after up to `ROOM_WAIT_MAX_MS`. */
const ROOM_WAIT_MS = 1;
const ROOM_WAIT_MAX_MS = 64;

/**
 * What the two sides of a connection on one machine have instead of the socket's two directions: who looks for an
 * answer with its thread sees it without a system call, and so does who looks for a question. The socket stays for
 * what wakes who sleeps, for descriptors, and for the end.
 */
export class SharedRings {
  readonly #memory: SharedMemory;
  readonly #out: SharedRing;
  readonly #in: SharedRing;
  /** Sends bytes over the socket; those that it takes no more are not needed. */
  readonly #send: (data: Uint8Array) => unknown;
  #isOpen = true;
  #hasWoken = false;
  /** Who waits for room. */
  #onRoom: (() => void) | null = null;

  private constructor(
    memory: SharedMemory,
    isServer: boolean,
    send: (data: Uint8Array) => unknown,
  ) {
    const first = new SharedRing(memory.buffer, 0, CAPACITY);
    const second = new SharedRing(memory.buffer, ringSize(CAPACITY), CAPACITY);
    this.#memory = memory;
    this.#in = isServer ? first : second;
    this.#out = isServer ? second : first;
    this.#send = send;
  }

  /** Makes them, for a server: with a descriptor for the client, which is the caller's to close. */
  static make(
    send: (data: Uint8Array) => unknown,
  ): { readonly rings: SharedRings; readonly fd: number } {
    const { memory, fd } = SharedMemory.make(MEMORY_SIZE);
    return { rings: new SharedRings(memory, true, send), fd };
  }

  /**
   * Those that a server has made. The descriptor stays the caller's.
   *
   * @throws {FsError} EINVAL for something else; ENOMEM and the like.
   */
  static map(fd: number, send: (data: Uint8Array) => unknown): SharedRings {
    return new SharedRings(SharedMemory.map(fd, MEMORY_SIZE), false, send);
  }

  /** Takes what has come. Returns how many bytes, 0 for none. */
  read(buffer: Uint8Array): number {
    if (!this.#isOpen) return 0;
    const size = this.#in.take(buffer);
    if (size > 0 && this.#in.wakesPutter()) this.#wake();
    return size;
  }

  /** Whether nothing has come. */
  get hasNone(): boolean {
    return this.#isOpen && !this.#in.hasBytes;
  }

  /** Puts in as many of the bytes as there is room for. Returns how many. */
  write(data: Uint8Array): number {
    if (!this.#isOpen) return 0;
    const size = this.#out.put(data);
    this.#hasWoken = size > 0 && this.#out.wakesTaker();
    if (this.#hasWoken) this.#wake();
    return size;
  }

  /** Whether who takes had to be woken for what was put in last. */
  get hasWoken(): boolean {
    return this.#hasWoken;
  }

  #wake(): void {
    try {
      this.#send(WAKE);
    } catch (thrown) {
      // Whoever reads the socket hears that the other side has gone, behind what it has left in the ring.
      if (!(thrown instanceof FsError)) throw thrown;
    }
  }

  /**
   * As `write`, and waits while there is no room.
   *
   * @throws {FsError} EPIPE when the connection is closed meanwhile.
   */
  async writeSoon(data: Uint8Array): Promise<number> {
    for (let look = 0; look < ROOM_LOOKS; look++) {
      const size = this.write(data);
      if (size > 0) return size;
    }
    for (let waitMs = ROOM_WAIT_MS; this.#isOpen; waitMs = Math.min(waitMs * 2, ROOM_WAIT_MAX_MS)) {
      this.#out.sleepForRoom();
      const size = this.write(data);
      if (size > 0) return size;
      await this.#room(waitMs);
    }
    throw new FsError("EPIPE", { syscall: "send" });
  }

  #room(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#onRoom = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The other side has sent something that wakes. */
  woken(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.();
  }

  /** Whether the other side has taken everything. */
  get isTaken(): boolean {
    return this.#isOpen && this.#out.isTaken;
  }

  /** We go to sleep. True when there is something to read already. */
  sleep(): boolean {
    if (!this.#isOpen) return false;
    this.#in.sleep();
    return this.#in.hasBytes;
  }

  /** We look by ourselves. */
  stayAwake(): void {
    if (this.#isOpen) this.#in.stayAwake();
  }

  /** Gives the memory back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#memory.close();
    this.woken();
  }
}
