/**
 * Listening in on a session.
 *
 * @module
 */
import { FRAME_HEAD, FrameReader } from "./frame_reader.ts";
import { REPLY_FRAME_MAX } from "./limits.ts";
import type { RecordedFrame } from "./session_recording.ts";
import { type ByteChannel, channelOf, type WireConnection, writeAll } from "./transport.ts";
import { WireError } from "./wire_error.ts";

/** Passes on what comes from one side, whole frames at a time. */
async function pass(
  from: ByteChannel,
  to: ByteChannel,
  onFrame: (message: Uint8Array) => void,
): Promise<void> {
  const reader = new FrameReader(from, REPLY_FRAME_MAX);
  while (await reader.fill()) {
    while (reader.next()) {
      const { bytes, frameStart, frameEnd } = reader;
      onFrame(bytes.slice(frameStart, frameEnd));
      await writeAll(to, bytes.subarray(frameStart - FRAME_HEAD, frameEnd));
    }
  }
}

/**
 * Stands between a client and a server and tells of every message that goes by, until either ends. Then
 * both connections are closed.
 *
 * @throws {WireError} When one of them sends what is no frame.
 */
export async function recordSession(
  client: WireConnection,
  server: WireConnection,
  onFrame: (frame: RecordedFrame) => void,
): Promise<void> {
  const ends = { client: channelOf(client), server: channelOf(server) };
  const start = performance.now();
  const tell = (from: RecordedFrame["from"]) => (message: Uint8Array): void =>
    onFrame({ atMs: performance.now() - start, from, message });
  const close = (): void => {
    for (const end of [ends.client, ends.server]) {
      try {
        end.close();
      } catch {
        // It was closed already.
      }
    }
  };
  const there = pass(ends.client, ends.server, tell("client")).finally(close);
  const back = pass(ends.server, ends.client, tell("server")).finally(close);
  const ended = await Promise.allSettled([there, back]);
  for (const each of ended) {
    // A closed socket is the ordinary end; what the protocol does not allow is not.
    if (each.status === "rejected" && each.reason instanceof WireError) throw each.reason;
  }
}
