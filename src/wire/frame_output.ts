/**
 * Collects outgoing frames and sends many with one write.
 *
 * @module
 */
import { CborWriter } from "../cbor/mod.ts";
import { FRAME_HEAD } from "./frame_reader.ts";
import { type ByteChannel, writeAll } from "./transport.ts";

const BUFFER_MIN = 1 << 12;
/** How large a buffer is kept where nothing else is said. */
export const BUFFER_KEPT: number = 1 << 20;

/** Descriptors for the other side. */
interface Attached {
  readonly descriptors: readonly number[];
  readonly onSent: () => void;
}

/**
 * The outgoing side of a connection. Frames are encoded straight into `writer`, between
 * {@linkcode FrameOutput.begin} and {@linkcode FrameOutput.end}; `flush` sends what is there. While one
 * buffer is being sent, the other one fills.
 */
export class FrameOutput {
  /** Where frames are encoded. */
  writer: CborWriter = new CborWriter(BUFFER_MIN);
  #spare: CborWriter = new CborWriter(BUFFER_MIN);
  readonly #channel: ByteChannel;
  readonly #onBroken: (thrown: unknown) => void;
  readonly #kept: () => number;
  #sending: Promise<void> | null = null;
  #sendingSize = 0;
  #broken = false;
  #frame = 0;
  /** What goes out with the next bytes, if they go out at once. */
  #attached: Attached | null = null;

  /**
   * @param onBroken Told once when the connection takes no more bytes.
   * @param kept A buffer over this size in bytes is given back after it was sent.
   */
  constructor(
    channel: ByteChannel,
    onBroken: (thrown: unknown) => void,
    kept: () => number = () => BUFFER_KEPT,
  ) {
    this.#channel = channel;
    this.#onBroken = onBroken;
    this.#kept = kept;
  }

  /** Bytes that the other side has not taken yet. */
  get queued(): number {
    return this.#sendingSize + this.writer.length;
  }

  /** Whether the connection takes no more bytes. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Begins a frame; returns where. */
  begin(): number {
    const { writer } = this;
    writer.reserve(FRAME_HEAD);
    this.#frame = writer.length;
    writer.length += FRAME_HEAD;
    return this.#frame;
  }

  /** Ends the frame: fills in its length. */
  end(): void {
    const { writer } = this;
    const length = writer.length - this.#frame - FRAME_HEAD;
    const { bytes } = writer;
    const at = this.#frame;
    bytes[at] = length >>> 24;
    bytes[at + 1] = length >>> 16;
    bytes[at + 2] = length >>> 8;
    bytes[at + 3] = length;
  }

  /** Takes back the frame under way. */
  undo(): void {
    this.writer.length = this.#frame;
  }

  /**
   * Leaves the buffer to whoever has a view of it behind the frame's start, and goes on with a copy
   * of the frames before. The frame under way is taken back.
   */
  detach(): void {
    const kept = this.writer.bytes.subarray(0, this.#frame);
    this.writer = new CborWriter(Math.max(kept.length * 2, BUFFER_MIN));
    this.writer.raw(kept);
  }

  /** Whether descriptors can be sent. */
  get canAttach(): boolean {
    return this.#channel.writeWith !== undefined;
  }

  /**
   * Has descriptors go out with the frame under way and what else is there. Nothing comes of it when that has to wait
   * for the other side.
   */
  attach(descriptors: readonly number[], onSent: () => void): void {
    this.#attached = { descriptors, onSent };
  }

  /** Sends what is there, unless a write is under way: that one goes on with it. */
  flush(): void {
    if (this.#broken) this.writer.clear(BUFFER_KEPT);
    else if (this.#sending === null && this.writer.length > 0) this.#begin();
  }

  /** Sends what can be sent at once, without a promise, and then the rest. */
  #begin(): void {
    let sent = 0;
    try {
      sent = this.#write(this.writer.view());
    } catch (thrown) {
      return this.#break(thrown);
    }
    if (sent < this.writer.length) this.#sending = this.#send(sent);
    else this.writer.clear(this.#kept());
  }

  #write(data: Uint8Array): number {
    const attached = this.#attached;
    this.#attached = null;
    if (attached === null) return this.#channel.writeNow?.(data) ?? 0;
    const sent = this.#channel.writeWith?.(data, attached.descriptors) ?? 0;
    if (sent > 0) attached.onSent();
    return sent;
  }

  #break(thrown: unknown): void {
    this.#broken = true;
    this.writer.clear(BUFFER_KEPT);
    this.#onBroken(thrown);
  }

  /** Settles when everything has been taken or the connection is broken. */
  drained(): Promise<void> {
    this.flush();
    return this.#sending ?? Promise.resolve();
  }

  /** @param sent How many bytes of the first buffer have been sent already. */
  async #send(sent: number): Promise<void> {
    let from = sent;
    try {
      while (this.writer.length > 0) {
        const full = this.writer;
        this.#attached = null;
        this.writer = this.#spare;
        this.#sendingSize = full.length;
        await writeAll(this.#channel, full.view().subarray(from));
        from = 0;
        full.clear(this.#kept());
        this.#spare = full;
      }
    } catch (thrown) {
      this.#break(thrown);
    } finally {
      this.#sendingSize = 0;
      this.#sending = null;
    }
  }
}
