/**
 * What a connection runs over: anything with a readable and a writable side.
 *
 * @module
 */

/** Bytes in both directions, as `Deno.Conn` has them: Unix, TCP and vsock sockets. */
export interface ByteChannel {
  /** The descriptor of a socket that this thread reads itself. */
  readonly fd?: number;
  /** Waits for bytes and puts them into `buffer`. Returns how many; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes, at least one. Returns how many. */
  write(data: Uint8Array): Promise<number>;
  /** Writes as many of the bytes as can be written without waiting. Returns how many; throws when broken. */
  writeNow?(data: Uint8Array): number;
  /**
   * Takes what has come, without waiting. Returns how many bytes; 0 when there is none now, null at the end;
   * throws when broken. Not while somebody waits in `read`, unless the channel says that it may be.
   */
  readNow?(buffer: Uint8Array): number | null;
  /** Whether `readNow` would take nothing, where that can be told at less cost. */
  hasNone?(): boolean;
  /** Waits until there may be something for `readNow`, which is then called instead of `read`. */
  toRead?(): Promise<void>;
  /** Whether the other side has taken all that was sent, where that can be told. */
  isTaken?(): boolean;
  /** Whether the other side had to be woken for what was written last, where that can be told. */
  hasWoken?(): boolean;
  /**
   * As `writeNow`, with descriptors of ours that the other side gets a copy of with the first byte: a Unix socket whose
   * own descriptor is known.
   */
  writeWith?(data: Uint8Array, descriptors: readonly number[]): number;
  /** Keeps descriptors that come from the other side, where that can be; otherwise they are dropped. */
  keepDescriptors?(count: number): void;
  /** Those that have come, which are the caller's then; null for none. */
  takeDescriptors?(): readonly number[] | null;
  /** Server: makes memory to share with the client. Returns a descriptor of it, which stays the channel's, or -1. */
  offerMemory?(): number;
  /** Client: maps the memory that a descriptor, which is the channel's from now on, stands for. False when it cannot. */
  mapMemory?(fd: number): boolean;
  /** From now on all bytes of both directions go through that memory. */
  useMemory?(): void;
  /**
   * Server: gives the client, with the number `number` (1 to 255), a copy of a descriptor. False when that cannot be done
   * at once, or not at all: only beside memory that both share.
   */
  passDescriptor?(fd: number, number: number): boolean;
  /** Client: the descriptor of that number, which is the caller's then; -1 when it has not come. */
  takePassed?(number: number): number;
  /** Somebody looks for bytes again and again: until `rest` nobody need wake him. */
  spin?(): void;
  /** That is over: what comes wakes who waits in `read` or `toRead`. True when something is there already. */
  rest?(): boolean;
  /** Told how many answers are due, by who reads them. */
  expect?(count: number): void;
  /** Ends both directions; what waits in `read` and `write` ends too. */
  close(): void;
}

/** A pair of web streams. */
export interface DuplexStreams {
  /** What the other side sends. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes to the other side. */
  readonly writable: WritableStream<Uint8Array>;
}

/** Anything that a server can serve and a client can speak over. */
export type WireConnection = ByteChannel | DuplexStreams;

/** The connection as a byte channel. */
export function channelOf(connection: WireConnection): ByteChannel {
  // Over TCP a small frame would wait for the acknowledgement of the one before (tcp(7), TCP_NODELAY).
  if ("setNoDelay" in connection && typeof connection.setNoDelay === "function") {
    connection.setNoDelay(true);
  }
  // A machine that is gone without a word is noticed in the end, after the system's times (tcp(7), SO_KEEPALIVE).
  if ("setKeepAlive" in connection && typeof connection.setKeepAlive === "function") {
    connection.setKeepAlive(true);
  }
  // Deno's connections have both forms; theirs without streams is the faster one.
  return "read" in connection ? connection : new StreamChannel(connection);
}

/** Web streams as a byte channel. */
class StreamChannel implements ByteChannel {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** What came and did not fit into the buffer of `read`. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(streams: DuplexStreams) {
    this.#reader = streams.readable.getReader();
    this.#writer = streams.writable.getWriter();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#rest = value;
    }
    const size = Math.min(this.#rest.length, buffer.length);
    buffer.set(this.#rest.subarray(0, size));
    this.#rest = this.#rest.subarray(size);
    return size;
  }

  async write(data: Uint8Array): Promise<number> {
    await this.#writer.ready;
    // The stream may keep the chunk, and our buffer is used again.
    await this.#writer.write(data.slice());
    return data.length;
  }

  close(): void {
    // Either side may be broken already; then there is nothing left to end.
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }
}

/** Writes all of the bytes. */
export async function writeAll(channel: ByteChannel, data: Uint8Array): Promise<void> {
  for (let sent = 0; sent < data.length;) {
    const size = await channel.write(sent === 0 ? data : data.subarray(sent));
    if (size <= 0) throw new Error("Cannot write to the connection: it took nothing");
    sent += size;
  }
}
