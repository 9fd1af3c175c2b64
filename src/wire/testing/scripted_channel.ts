/**
 * A server within the process that answers while it is being written to.
 *
 * @module
 */
import { CborReader, CborWriter } from "../../cbor/mod.ts";
import { decodeFirstRequest, decodeRequest, encodeResponse } from "../codec.ts";
import { FRAME_HEAD } from "../frame_reader.ts";
import { OpCode } from "../op_code.ts";
import type { ByteChannel } from "../transport.ts";
import { VFSHello } from "../vfs_parts.ts";
import { VFSRequest } from "../vfs_request.ts";
import { VFSResponse } from "../vfs_response.ts";
import { frameOf } from "./wire_peer.ts";

/** The bytes of a reply or notice of version 2, as a frame. */
export function replyFrame(init: Partial<VFSResponse>): Uint8Array {
  const writer = new CborWriter();
  encodeResponse(writer, new VFSResponse(init), 2);
  return frameOf(writer.view().slice());
}

/**
 * A channel as `OwnChannel` is one. Whatever `script` returns for a request has come as soon as the request is
 * sent; `arrive` brings more. Hello is answered without the script.
 */
export class ScriptedChannel implements ByteChannel {
  /** The requests so far, without Hello. */
  readonly requests: VFSRequest[] = [];
  /** Whether the client has ended the connection. */
  closed = false;
  /** What the server declares. */
  readonly capabilities: string[] = ["lstat", "watch", "inode"];
  /** What it says of itself besides. */
  hello: Partial<VFSHello> = {};
  readonly #script: (request: VFSRequest) => readonly Uint8Array[];
  readonly #here: Uint8Array[] = [];
  #greeted = false;
  #ended = false;
  #wake: (() => void) | null = null;

  /** @param script Frames, or parts of them, that answer a request. */
  constructor(script: (request: VFSRequest) => readonly Uint8Array[]) {
    this.#script = script;
  }

  /** These bytes have come. */
  arrive(...parts: readonly Uint8Array[]): void {
    this.#here.push(...parts);
    // As a socket: who waits hears of it later.
    queueMicrotask(() => this.#ready());
  }

  /** The server ends the connection behind what has come. */
  end(): void {
    this.#ended = true;
    queueMicrotask(() => this.#ready());
  }

  #ready(): void {
    this.#wake?.();
    this.#wake = null;
  }

  readNow(buffer: Uint8Array): number | null {
    if (this.closed) return null;
    const part = this.#here.shift();
    if (part === undefined) return this.#ended ? null : 0;
    const size = Math.min(part.length, buffer.length);
    buffer.set(part.subarray(0, size));
    if (size < part.length) this.#here.unshift(part.subarray(size));
    return size;
  }

  toRead(): Promise<void> {
    if (this.#here.length > 0 || this.#ended || this.closed) return Promise.resolve();
    return new Promise((resolve) => this.#wake = resolve);
  }

  read(): Promise<number | null> {
    throw new Error("Nobody reads in this way");
  }

  writeNow(data: Uint8Array): number {
    for (let start = 0; start < data.length;) {
      const view = new DataView(data.buffer, data.byteOffset + start);
      const end = start + FRAME_HEAD + view.getUint32(0);
      const reader = new CborReader();
      reader.reset(data.slice(start + FRAME_HEAD, end));
      const request = new VFSRequest();
      if (this.#greeted) decodeRequest(reader, request, 2);
      else decodeFirstRequest(reader, request);
      this.#greeted = true;
      start = end;
      if (request.op === OpCode.Hello) {
        const hello = new VFSHello();
        Object.assign(hello, { version: 2, inFlightMax: 64, dataMax: 1 << 20 });
        hello.capabilities = this.capabilities;
        Object.assign(hello, this.hello);
        this.arrive(replyFrame({ hello }));
      } else {
        this.requests.push(request);
        this.arrive(...this.#script(request));
      }
    }
    return data.length;
  }

  write(data: Uint8Array): Promise<number> {
    return Promise.resolve(this.writeNow(data));
  }

  close(): void {
    this.closed = true;
    this.#ready();
  }
}
