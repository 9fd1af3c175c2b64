/**
 * A connection within the process.
 *
 * @module
 */
import type { ByteChannel } from "./transport.ts";

/** How many bytes one direction holds before a writer waits. */
const CAPACITY = 1 << 18;

/** One direction: a ring of bytes with at most one reader and one writer waiting. */
class Direction {
  readonly #ring: Uint8Array;
  #start = 0;
  #size = 0;
  #closed = false;
  #readable: (() => void) | null = null;
  #writable: (() => void) | null = null;

  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#size === 0) {
      if (this.#closed) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#readable = resolve;
      await promise;
    }
    const size = Math.min(this.#size, buffer.length, this.#ring.length - this.#start);
    buffer.set(this.#ring.subarray(this.#start, this.#start + size));
    this.#start = (this.#start + size) % this.#ring.length;
    this.#size -= size;
    this.#writable?.();
    this.#writable = null;
    return size;
  }

  async write(data: Uint8Array): Promise<number> {
    while (this.#size === this.#ring.length && !this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#writable = resolve;
      await promise;
    }
    if (this.#closed) throw new Deno.errors.BrokenPipe("Cannot write to a closed pipe");
    const end = (this.#start + this.#size) % this.#ring.length;
    const room = Math.min(this.#ring.length - this.#size, this.#ring.length - end);
    const size = Math.min(room, data.length);
    this.#ring.set(data.subarray(0, size), end);
    this.#size += size;
    this.#readable?.();
    this.#readable = null;
    return size;
  }

  close(): void {
    this.#closed = true;
    this.#readable?.();
    this.#writable?.();
  }
}

/** One end of the pipe. */
class PipeEnd implements ByteChannel {
  readonly #incoming: Direction;
  readonly #outgoing: Direction;

  constructor(incoming: Direction, outgoing: Direction) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#incoming.read(buffer);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#outgoing.write(data);
  }

  close(): void {
    this.#incoming.close();
    this.#outgoing.close();
  }
}

/**
 * Two ends of a connection within the process: what one writes, the other reads. A writer waits while
 * `capacity` bytes have not been read, as with a socket.
 *
 * @example
 * ```ts
 * import { connectVFS, memoryPipe, newMemoryProvider, newVFSServer } from "@fusewire/vfs";
 *
 * await using server = newVFSServer(newMemoryProvider());
 * const [near, far] = memoryPipe();
 * server.handleConnection(far);
 * await using remote = await connectVFS(near);
 * await remote.mkdir("/src", 0o755);
 * ```
 */
export function memoryPipe(capacity = CAPACITY): [ByteChannel, ByteChannel] {
  const there = new Direction(capacity);
  const back = new Direction(capacity);
  return [new PipeEnd(back, there), new PipeEnd(there, back)];
}
