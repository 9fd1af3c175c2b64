/**
 * Replays recordings of the Go original, for tests.
 *
 * @module
 */
import type { Provider } from "../../provider/mod.ts";
import { type ReplayOptions, replaySession } from "../replay_session.ts";
import type { RecordedFrame } from "../session_recording.ts";
import type { Difference, Recording } from "./recordings.ts";

/** The messages of a recording, with our replies where they differ on purpose. */
function framesOf(recording: Recording, differences: readonly Difference[]): RecordedFrame[] {
  return recording.exchanges.flatMap(({ request, response }, index): RecordedFrame[] => {
    const meant = differences.find((each) =>
      each.recording === recording.name && each.exchange === index
    );
    return [
      { atMs: index, from: "client", message: Uint8Array.fromHex(request) },
      { atMs: index, from: "server", message: Uint8Array.fromHex(meant?.response ?? response) },
    ];
  });
}

/** Replays one recording. Returns a line for each reply that differs without being meant to. */
export async function replay(
  provider: Provider,
  recording: Recording,
  differences: readonly Difference[],
  options: ReplayOptions,
): Promise<string[]> {
  const faults: string[] = [];
  const frames = framesOf(recording, differences);
  for await (const { index, expectedBytes, gotBytes } of replaySession(provider, frames, options)) {
    const { note } = recording.exchanges[index] ?? { note: "" };
    const [got, wanted] = [gotBytes.toHex(), expectedBytes.toHex()];
    faults.push(`${recording.name} ${index} (${note}): got ${got}, wanted ${wanted}`);
  }
  return faults;
}
