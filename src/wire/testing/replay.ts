/**
 * Replays recordings against a server, for tests.
 *
 * @module
 */
import { CborReader, CborWriter } from "../../cbor/mod.ts";
import { decodeResponse, encodeResponse } from "../codec.ts";
import { VFSResponse } from "../vfs_response.ts";
import type { VFSServer } from "../vfs_server.ts";
import type { Difference, Recording } from "./recordings.ts";
import { frameOf, WirePeer } from "./wire_peer.ts";

/** What a replay does not compare. */
export interface Mask {
  /** Inode numbers: the provider has its own. */
  readonly ino: boolean;
  /** Sizes of directories: the host's filesystem decides (ext4 4,096, tmpfs by their entries). */
  readonly directorySize?: boolean;
}

/** The reply without what is never the same. */
function masked(hex: string, mask: Mask): string {
  const reader = new CborReader();
  reader.reset(Uint8Array.fromHex(hex));
  const response = new VFSResponse();
  decodeResponse(reader, response, 1);
  for (const stat of [response.stat, ...response.entries ?? []]) {
    if (stat === null) continue;
    stat.modTime = 0;
    if (mask.directorySize === true && stat.isDir) stat.size = stat.size === 0 ? 0 : 7;
    if (mask.ino) stat.ino = stat.ino === 0 ? 0 : 7;
  }
  const writer = new CborWriter();
  encodeResponse(writer, response, 1);
  return writer.view().toHex();
}

/** Replays one recording. Returns a line for each reply that differs without being meant to. */
export async function replay(
  server: VFSServer,
  recording: Recording,
  differences: readonly Difference[],
  mask: Mask,
): Promise<string[]> {
  const peer = WirePeer.of(server);
  const faults: string[] = [];
  for (const [index, { note, request, response }] of recording.exchanges.entries()) {
    const meant = differences.find((each) =>
      each.recording === recording.name && each.exchange === index
    );
    await peer.sendBytes(frameOf(Uint8Array.fromHex(request)));
    const got = (await peer.receiveBytes())?.toHex() ?? "the connection ended";
    const wanted = meant?.response ?? response;
    if (masked(got, mask) !== masked(wanted, mask)) {
      faults.push(`${recording.name} ${index} (${note}): got ${got}, wanted ${wanted}`);
    }
  }
  peer.close();
  await peer.served;
  return faults;
}
