/**
 * A connection of Deno's whose socket can be looked at without the event loop.
 *
 * @module
 */
import { ERRNO, FsError } from "../base/mod.ts";
import { failure, receive, send } from "../libc/mod.ts";
import type { ByteChannel } from "./transport.ts";

const AGAIN = -ERRNO.EAGAIN.number;
const INTERRUPTED = -ERRNO.EINTR.number;

/**
 * Waits as Deno does, and besides takes what has come, and sends what there is, at once. That takes nothing from
 * Deno: whoever waits in `read` finds no bytes then, and waits on.
 */
export class PolledChannel implements ByteChannel {
  readonly #connection: Deno.Conn;
  readonly #fd: number;
  readonly #onClose: () => void;
  #closed = false;

  /** @param fd The connection's descriptor, which stays Deno's. */
  constructor(connection: Deno.Conn, fd: number, onClose: () => void) {
    this.#connection = connection;
    this.#fd = fd;
    this.#onClose = onClose;
  }

  /** Waits for bytes. */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#connection.read(buffer);
  }

  /** Takes what has come: 0 when there is nothing, null at the end. */
  readNow(buffer: Uint8Array): number | null {
    if (this.#closed) return null;
    const size = receive(this.#fd, buffer);
    if (size === AGAIN || size === INTERRUPTED) return 0;
    if (size < 0) throw failure(size, { syscall: "recv" });
    return size === 0 ? null : size;
  }

  /** Writes some of the bytes. */
  write(data: Uint8Array): Promise<number> {
    return this.#connection.write(data);
  }

  /** Writes as many of the bytes as the client's side takes now. */
  writeNow(data: Uint8Array): number {
    if (this.#closed) throw new FsError("EPIPE", { syscall: "send" });
    const size = send(this.#fd, data);
    if (size === AGAIN || size === INTERRUPTED) return 0;
    if (size < 0) throw failure(size, { syscall: "send" });
    return size;
  }

  /** Ends both directions. */
  close(): void {
    if (this.#closed) return;
    // From now on the descriptor may be anybody's.
    this.#closed = true;
    this.#onClose();
    this.#connection.close();
  }
}
