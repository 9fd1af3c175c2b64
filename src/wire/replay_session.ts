/**
 * A recorded session, said again.
 *
 * @module
 */
import { CborError, CborReader, CborWriter } from "../cbor/mod.ts";
import type { Provider } from "../provider/mod.ts";
import {
  decodeFirstRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  type WireVersion,
} from "./codec.ts";
import { FRAME_HEAD, FrameReader } from "./frame_reader.ts";
import { REPLY_FRAME_MAX } from "./limits.ts";
import { memoryPipe } from "./memory_pipe.ts";
import { OpCode } from "./op_code.ts";
import type { RecordedFrame } from "./session_recording.ts";
import { type ByteChannel, writeAll } from "./transport.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { VFSServer, type VFSServerOptions } from "./vfs_server.ts";
import type { VFSStat } from "./vfs_stat.ts";

/** How a session is said again. */
export interface ReplayOptions {
  /** How the provider is served. */
  readonly server?: VFSServerOptions;
  /** Whether times must be the same. Default false. */
  readonly times?: boolean;
  /** Whether inode numbers must be the same. Default true. */
  readonly inodes?: boolean;
  /** Whether sizes of directories must be the same, which a real filesystem decides. Default true. */
  readonly directorySizes?: boolean;
}

/** A reply that is another one now. */
export interface ReplayDifference {
  /** The number of the request in the session, from 0. */
  readonly index: number;
  /** The request. */
  readonly request: VFSRequest;
  /** The reply as it was recorded; null when there was none. */
  readonly expected: VFSResponse | null;
  /** The reply now; null when the connection ended. */
  readonly got: VFSResponse | null;
  /** The reply as it was recorded, with what is not compared left out, as bytes. */
  readonly expectedBytes: Uint8Array;
  /** The reply now, likewise. */
  readonly gotBytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Leaves out what is not compared. */
function mask(stat: VFSStat, options: ReplayOptions): void {
  if (options.times !== true) {
    stat.modTime = 0;
    stat.atime = 0;
    stat.ctime = 0;
    stat.btime = 0;
    stat.atimeNs = 0;
    stat.mtimeNs = 0;
    stat.ctimeNs = 0;
    stat.btimeNs = 0;
  }
  // That there is one is compared all the same.
  if (options.directorySizes === false && stat.isDir && stat.size !== 0) stat.size = 1;
  if (options.inodes === false && stat.ino !== 0) stat.ino = 1;
}

/** A reply, decoded and as comparable bytes. */
interface Reply {
  readonly response: VFSResponse;
  readonly bytes: Uint8Array;
}

function decoded(message: Uint8Array, version: WireVersion, options: ReplayOptions): Reply {
  const reader = new CborReader();
  reader.reset(message);
  const response = new VFSResponse();
  decodeResponse(reader, response, version);
  const writer = new CborWriter();
  if (response.stat !== null) mask(response.stat, options);
  for (const entry of response.entries ?? []) mask(entry, options);
  encodeResponse(writer, response, version);
  return { response, bytes: writer.view() };
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Replies of one side of the comparison by the request that they belong to. */
class Replies {
  readonly #byId = new Map<number, Reply>();
  readonly #inOrder: Reply[] = [];

  add(reply: Reply): void {
    if (reply.response.notice !== 0) return;
    if (reply.response.id === 0) this.#inOrder.push(reply);
    else this.#byId.set(reply.response.id, reply);
  }

  take(id: number): Reply | undefined {
    if (id === 0) return this.#inOrder.shift();
    const reply = this.#byId.get(id);
    this.#byId.delete(id);
    return reply;
  }
}

/** The other end of the server that is tried. */
class Asker {
  readonly #channel: ByteChannel;
  readonly #input: FrameReader;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
    this.#input = new FrameReader(channel, REPLY_FRAME_MAX);
  }

  async send(message: Uint8Array): Promise<void> {
    const frame = new Uint8Array(FRAME_HEAD + message.length);
    new DataView(frame.buffer).setUint32(0, message.length);
    frame.set(message, FRAME_HEAD);
    // The server may have ended the connection: then there is no reply, which is what is compared.
    await writeAll(this.#channel, frame).catch(() => {});
  }

  async receive(): Promise<Uint8Array | null> {
    while (!this.#input.next()) {
      if (!(await this.#input.fill())) return null;
    }
    return this.#input.bytes.slice(this.#input.frameStart, this.#input.frameEnd);
  }

  close(): void {
    this.#channel.close();
  }
}

/**
 * Says a recorded session to a server of `provider`, one request after the other, and yields every reply
 * that is not the recorded one. Replies in another order are no difference, notices are not compared.
 *
 * @example
 * ```ts
 * import { newMemoryProvider, parseRecording, replaySession } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const frames = parseRecording("0.000 > a2626f70016470617468622f78\n0.100 < a16365727221");
 * for await (const difference of replaySession(newMemoryProvider(), frames)) {
 *   console.log(`Request ${difference.index} is answered differently`);
 * }
 * assertEquals(frames.length, 2);
 * ```
 */
export async function* replaySession(
  provider: Provider,
  frames: readonly RecordedFrame[],
  options: ReplayOptions = {},
): AsyncGenerator<ReplayDifference> {
  await using server = new VFSServer(provider, options.server);
  const [near, far] = memoryPipe();
  const served = server.handleConnection(far);
  const asker = new Asker(near);
  const recorded = new Replies();
  const sent = frames.filter((frame) => frame.from === "client");
  const versions = versionOf(frames);
  let isFirst = true;
  for (const { from, message } of frames) {
    if (from === "client") continue;
    recorded.add(decoded(message, isFirst ? versions.first : versions.rest, options));
    isFirst = false;
  }
  for (const [index, { message }] of sent.entries()) {
    const request = requestOf(message, index === 0, versions.rest);
    await asker.send(message);
    if (request.op === OpCode.Cancel && versions.rest === 2) continue;
    const version = index === 0 ? versions.first : versions.rest;
    const bytes = await replyTo(asker, version, options);
    const expected = recorded.take(bytes?.response.id ?? request.id);
    const [want, got] = [expected?.bytes ?? NOTHING, bytes?.bytes ?? NOTHING];
    if (!equal(want, got)) {
      yield {
        index,
        request,
        expected: expected?.response ?? null,
        got: bytes?.response ?? null,
        expectedBytes: want,
        gotBytes: got,
      };
    }
    if (bytes === null) break;
  }
  asker.close();
  await served;
}

/** The next reply that is no notice; null at the end of the connection. */
async function replyTo(
  asker: Asker,
  version: WireVersion,
  options: ReplayOptions,
): Promise<Reply | null> {
  for (;;) {
    const message = await asker.receive();
    if (message === null) return null;
    const reply = decoded(message, version, options);
    if (reply.response.notice === 0) return reply;
  }
}

function requestOf(message: Uint8Array, isFirst: boolean, version: WireVersion): VFSRequest {
  const reader = new CborReader();
  reader.reset(message);
  const request = new VFSRequest();
  try {
    if (isFirst) decodeFirstRequest(reader, request);
    else decodeRequest(reader, request, version);
  } catch (thrown) {
    // A recorded breach of the protocol is said again too.
    if (!(thrown instanceof CborError)) throw thrown;
  }
  return request;
}

/** In which version the first reply is, and the others. */
function versionOf(frames: readonly RecordedFrame[]): { first: WireVersion; rest: WireVersion } {
  const ask = frames.find((frame) => frame.from === "client");
  const answer = frames.find((frame) => frame.from === "server");
  if (ask === undefined || answer === undefined) return { first: 1, rest: 1 };
  const request = requestOf(ask.message, true, 1);
  if (request.op !== OpCode.Hello || request.version === 0) return { first: 1, rest: 1 };
  const { hello } = decoded(answer.message, 2, {}).response;
  return { first: 2, rest: hello?.version === 2 ? 2 : 1 };
}
