/**
 * The other end of a connection, for tests: sends bytes, receives frames.
 *
 * @module
 */
import { CborReader, CborWriter } from "../../cbor/mod.ts";
import { decodeResponse, encodeRequest, type WireVersion } from "../codec.ts";
import { FrameReader } from "../frame_reader.ts";
import { memoryPipe } from "../memory_pipe.ts";
import type { OpCode } from "../op_code.ts";
import { type ByteChannel, writeAll } from "../transport.ts";
import { VFSRequest } from "../vfs_request.ts";
import { VFSResponse } from "../vfs_response.ts";
import type { VFSServer } from "../vfs_server.ts";

const FRAME_MAX = 64 << 20;

/** A frame around the bytes of a message. */
export function frameOf(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + message.length);
  new DataView(frame.buffer).setUint32(0, message.length);
  frame.set(message, 4);
  return frame;
}

/** The bytes of a request. */
export function requestBytes(init: Partial<VFSRequest>, version: WireVersion = 1): Uint8Array {
  const writer = new CborWriter();
  encodeRequest(writer, new VFSRequest(init), version);
  return writer.view().slice();
}

/** A client without manners: it sends what it is told, whatever the protocol says. */
export class WirePeer {
  /** The connection. */
  readonly channel: ByteChannel;
  /** Settles when the server has ended the connection; only for `WirePeer.of`. */
  readonly served: Promise<void>;
  /** The version that replies are read in. */
  version: WireVersion = 1;
  readonly #reader: FrameReader;

  /** Speaks over a channel. */
  constructor(channel: ByteChannel, served: Promise<void> = Promise.resolve()) {
    this.channel = channel;
    this.served = served;
    this.#reader = new FrameReader(channel, FRAME_MAX);
  }

  /** A peer of this server, over a pipe within the process. */
  static of(server: VFSServer, capacity?: number): WirePeer {
    const [near, far] = memoryPipe(capacity);
    return new WirePeer(near, server.handleConnection(far));
  }

  /** Sends bytes as they are. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    await writeAll(this.channel, bytes);
  }

  /** Sends requests in one go. */
  async send(...requests: (Partial<VFSRequest> & { op: OpCode | number })[]): Promise<void> {
    for (const request of requests) {
      await this.sendBytes(frameOf(requestBytes(request, this.version)));
    }
  }

  /** The bytes of the next message; null at the end of the connection. */
  async receiveBytes(): Promise<Uint8Array | null> {
    while (!this.#reader.next()) {
      if (!(await this.#reader.fill())) return null;
    }
    return this.#reader.bytes.slice(this.#reader.frameStart, this.#reader.frameEnd);
  }

  /** The next reply; throws at the end of the connection. */
  async receive(): Promise<VFSResponse> {
    const bytes = await this.receiveBytes();
    if (bytes === null) throw new Error("The connection has ended");
    const reader = new CborReader();
    reader.reset(bytes);
    const response = new VFSResponse();
    decodeResponse(reader, response, this.version);
    return response;
  }

  /** Sends a request and waits for its reply. */
  async ask(request: Partial<VFSRequest> & { op: OpCode | number }): Promise<VFSResponse> {
    await this.send(request);
    return await this.receive();
  }

  /** Agrees on version 2. */
  async hello(): Promise<VFSResponse> {
    await this.sendBytes(frameOf(requestBytes({ op: 32, version: 2 }, 2)));
    this.version = 2;
    return await this.receive();
  }

  /** Ends the connection. */
  close(): void {
    this.channel.close();
  }
}
