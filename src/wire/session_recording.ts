/**
 * Sessions as files.
 *
 * @module
 */
import { WireError } from "./wire_error.ts";

/** One message of a session. */
export interface RecordedFrame {
  /** When it went by, in milliseconds since the session began. */
  readonly atMs: number;
  /** Who sent it. */
  readonly from: "client" | "server";
  /** The message, without the length in front. */
  readonly message: Uint8Array;
}

const SIGNS = { client: ">", server: "<" } as const;

/** A recorded message as a line of text: time, direction and bytes, `12.345 > a2626f...`. */
export function formatRecordedFrame(frame: RecordedFrame): string {
  return `${frame.atMs.toFixed(3)} ${SIGNS[frame.from]} ${frame.message.toHex()}`;
}

/**
 * The messages of a recording, one a line. Empty lines and lines that begin with `#` are comments.
 *
 * @throws {WireError} For a line that is none of these, with its number.
 */
export function parseRecording(text: string): RecordedFrame[] {
  const frames: RecordedFrame[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const parts = /^(\d+(?:\.\d+)?) ([<>]) ((?:[0-9a-f]{2})+)\s*$/.exec(line);
    if (parts === null) throw new WireError(`Cannot read line ${index + 1} of the recording`);
    const [, at = "0", sign, hex = ""] = parts;
    frames.push({
      atMs: Number(at),
      from: sign === SIGNS.client ? "client" : "server",
      message: Uint8Array.fromHex(hex),
    });
  }
  return frames;
}
