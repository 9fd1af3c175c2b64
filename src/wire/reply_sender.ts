/**
 * Encodes replies and tells of them.
 *
 * @module
 */
import { errnoOf } from "../base/mod.ts";
import type { Call } from "./call.ts";
import { encodeReplyTo, encodeResponse, type WireVersion } from "./codec.ts";
import type { ConnectionHost } from "./connection_host.ts";
import { FrameOutput } from "./frame_output.ts";
import { FRAME_HEAD } from "./frame_reader.ts";
import type { WireObserver } from "./observer.ts";
import { opName } from "./op_code.ts";
import type { ByteChannel } from "./transport.ts";
import { VFSResponse } from "./vfs_response.ts";

/** The replies of one connection. */
export class ReplySender {
  /** The outgoing side. */
  readonly output: FrameOutput;
  /** The version agreed on. */
  version: WireVersion = 1;
  /** The longest reply frame that the client reads in bytes. */
  replyMax = Infinity;
  readonly #observer: WireObserver | undefined;
  readonly #connection: number;

  /**
   * @param connection The connection's number, for the observer.
   * @param onBroken Told once when the connection takes no more bytes.
   */
  constructor(
    host: ConnectionHost,
    channel: ByteChannel,
    connection: number,
    onBroken: () => void,
  ) {
    this.output = new FrameOutput(channel, onBroken, host.bufferKept);
    this.#connection = connection;
    this.#observer = host.observer;
  }

  /** Sends the reply of a call, unless its operation has done so. */
  send(call: Call): void {
    const before = this.output.writer.length;
    if (!call.replied) this.#reply(call);
    if (this.#observer !== undefined) this.#tell(call, this.output.writer.length - before);
  }

  /** Sends an error for a call that goes on. */
  sendError(call: Call, errno: number): void {
    this.#encode(call, new VFSResponse({ id: call.request.id, err: -errno }));
  }

  /** Sends a notice of a watch. */
  sendNotice(watch: number, notice: number, path: string, errno: number): void {
    this.output.begin();
    const message = new VFSResponse({ err: -errno, handle: watch, notice, path });
    encodeResponse(this.output.writer, message, 2);
    this.output.end();
  }

  #reply(call: Call): void {
    try {
      this.#encode(call, call.response);
    } catch (thrown) {
      // The provider said something that cannot be said: a number out of range, a lone surrogate.
      this.output.undo();
      call.fail(thrown);
      this.#encode(call, call.response);
    }
  }

  #encode(call: Call, response: VFSResponse): void {
    const start = this.output.begin();
    encodeReplyTo(call.request.op, this.output.writer, response, this.version);
    if (this.output.writer.length - start - FRAME_HEAD > this.replyMax) {
      throw new RangeError("Cannot send a reply that is longer than the client reads");
    }
    this.output.end();
  }

  #tell(call: Call, bytesOut: number): void {
    const { request, response } = call;
    this.#observer?.({
      op: request.op,
      name: opName(request.op),
      connection: this.#connection,
      path: request.path,
      durationMs: performance.now() - call.startedMs,
      bytesIn: call.bytesIn,
      bytesOut,
      errno: response.err === 0 ? null : errnoOf(-response.err).code,
    });
  }
}
