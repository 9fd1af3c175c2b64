/**
 * A session of a kernel that is played by a test.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { ThreadPlace } from "../hand_over.ts";
import { InitFlags } from "../init_flags.ts";
import type { RawFileSystem } from "../raw_file_system.ts";
import { Session } from "../session.ts";
import { FakeChannel } from "./fake_channel.ts";
import { decodeHex } from "./hex.ts";

const WISHES = {
  flags: InitFlags.of("ASYNC_READ", "INIT_EXT", "SETXATTR_EXT"),
  maxWrite: 1 << 17,
  maxReadahead: 1 << 17,
  maxBackground: 12,
  congestionThreshold: 9,
};

/** A header of the kernel and a body, as one message. */
export function message(opcode: number, unique: number, body = "", nodeid = 1): Uint8Array {
  const bytes = new Uint8Array(40 + body.length / 2);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, opcode, true);
  view.setUint32(8, unique, true);
  view.setUint32(16, nodeid, true);
  bytes.set(decodeHex(body), 40);
  return bytes;
}

/** Error and request number of a reply. */
export function outcome(reply: string | undefined): [error: number, unique: number] {
  const view = new DataView(decodeHex(reply ?? "").buffer);
  return [view.getInt32(4, true), view.getUint32(8, true)];
}

/** Runs a session on a fake channel until `use` has ended, then ends the mount. */
export async function withSession(
  fs: RawFileSystem,
  use: (channel: FakeChannel, problems: string[], session: Session) => Promise<void>,
  place?: ThreadPlace,
  startsNothing = false,
): Promise<void> {
  const channel = new FakeChannel();
  const problems: string[] = [];
  const session = new Session(channel, fs, {
    wishes: WISHES,
    entryTimeoutMs: 0,
    attrTimeoutMs: 0,
    report: (problem) => problems.push(String(problem)),
    // No slice ends: that would let others have a turn.
    loop: startsNothing ? { startsNothing, sliceMs: 60_000 } : {},
    // Nor is anything late, however busy the machine is.
    ...(place === undefined ? {} : { place, now: () => 0 }),
  });
  const running = session.run();
  try {
    await use(channel, problems, session);
  } finally {
    channel.unmount();
    await running;
  }
  assertEquals(channel.closed, true);
}
