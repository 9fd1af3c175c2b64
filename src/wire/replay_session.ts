/**
 * A recorded session, said again.
 *
 * @module
 */
import type { Provider } from "../provider/mod.ts";
import type { WireVersion } from "./codec.ts";
import { FRAME_HEAD, FrameReader } from "./frame_reader.ts";
import { REPLY_FRAME_MAX } from "./limits.ts";
import { memoryPipe } from "./memory_pipe.ts";
import {
  comparable,
  type ComparableReply,
  type Comparison,
  type ReplayAsk,
  replayScript,
  type ReplayStep,
  RepliesById,
} from "./replay_script.ts";
import type { RecordedFrame } from "./session_recording.ts";
import { type ByteChannel, writeAll } from "./transport.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";
import { VFSServer, type VFSServerOptions } from "./vfs_server.ts";

/** How a session is said again. */
export interface ReplayOptions extends Comparison {
  /** How the provider is served. */
  readonly server?: VFSServerOptions;
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

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** The other end of the server that is tried. */
class Asker {
  readonly #channel: ByteChannel;
  readonly #input: FrameReader;
  readonly #options: Comparison;
  readonly #replies = new RepliesById();

  constructor(channel: ByteChannel, options: Comparison) {
    this.#channel = channel;
    this.#input = new FrameReader(channel, REPLY_FRAME_MAX);
    this.#options = options;
  }

  async send(message: Uint8Array): Promise<void> {
    const frame = new Uint8Array(FRAME_HEAD + message.length);
    new DataView(frame.buffer).setUint32(0, message.length);
    frame.set(message, FRAME_HEAD);
    // The server may have ended the connection: then there is no reply, which is what is compared.
    await writeAll(this.#channel, frame).catch(() => {});
  }

  /** The reply to a request; null at the end of the connection. */
  async replyTo(id: number, version: WireVersion): Promise<ComparableReply | null> {
    for (;;) {
      const here = this.#replies.take(id);
      if (here !== undefined) return here;
      const message = await this.#receive();
      if (message === null) return null;
      const reply = comparable(message, version, this.#options);
      if (reply.response.notice === 0) this.#replies.add(reply);
    }
  }

  async #receive(): Promise<Uint8Array | null> {
    while (!this.#input.next()) {
      if (!(await this.#input.fill())) return null;
    }
    return this.#input.bytes.slice(this.#input.frameStart, this.#input.frameEnd);
  }

  close(): void {
    this.#channel.close();
  }
}

function compared(ask: ReplayAsk, got: ComparableReply | null): ReplayDifference | null {
  const { index, request, expected, incidental } = ask;
  const [want, have] = [expected?.bytes ?? NOTHING, got?.bytes ?? NOTHING];
  if (equal(want, have) || (incidental && got !== null)) return null;
  return {
    index,
    request,
    expected: expected?.response ?? null,
    got: got?.response ?? null,
    expectedBytes: want,
    gotBytes: have,
  };
}

/** Sends what a step has to send; returns the request whose reply is due then. */
async function perform(
  step: ReplayStep,
  asker: Asker,
  late: Map<number, ReplayAsk>,
): Promise<ReplayAsk | undefined> {
  if ("replyOf" in step) {
    const due = late.get(step.replyOf);
    late.delete(step.replyOf);
    return due;
  }
  const { ask } = step;
  await asker.send(ask.message);
  if (!ask.answered) return undefined;
  if (!ask.late) return ask;
  late.set(ask.request.id, ask);
  return undefined;
}

/**
 * Says a recorded session to a server of `provider`, one request after the other, and yields every reply
 * that is not the recorded one. Replies in another order are no difference. Not compared are notices, and
 * what became of a request that only looks and was taken back. A lock that waited may wait here too.
 *
 * @throws {CborError} For a recorded reply that is none.
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
  const script = replayScript(frames, options);
  await using server = new VFSServer(provider, options.server);
  const [near, far] = memoryPipe();
  const served = server.handleConnection(far);
  const asker = new Asker(near, options);
  const late = new Map<number, ReplayAsk>();
  try {
    for (const step of script) {
      const ask = await perform(step, asker, late);
      if (ask === undefined) continue;
      const got = await asker.replyTo(ask.request.id, ask.version);
      const difference = compared(ask, got);
      if (difference !== null) yield difference;
      if (got === null) break;
    }
  } finally {
    asker.close();
    await served;
  }
}
