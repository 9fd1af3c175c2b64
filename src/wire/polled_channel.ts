/**
 * A connection of Deno's whose socket can be looked at without the event loop.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { receiveNow, sendNow, sendWithDescriptors } from "../libc/mod.ts";
import type { ByteChannel } from "./transport.ts";

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
    return receiveNow(this.#fd, buffer);
  }

  /** Writes some of the bytes. */
  write(data: Uint8Array): Promise<number> {
    return this.#connection.write(data);
  }

  /** Writes as many of the bytes as the client's side takes now. */
  writeNow(data: Uint8Array): number {
    if (this.#closed) throw new FsError("EPIPE", { syscall: "send" });
    return sendNow(this.#fd, data);
  }

  /** As `writeNow`, with descriptors. */
  writeWith(data: Uint8Array, descriptors: readonly number[]): number {
    if (this.#closed) throw new FsError("EPIPE", { syscall: "sendmsg" });
    return sendWithDescriptors(this.#fd, data, descriptors);
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
