/**
 * The descriptors behind connections that Deno has accepted: Deno does not tell.
 *
 * @module
 */
import { libc } from "./library.ts";

const AF_UNIX = 1;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
/** `sa_family_t`. */
const FAMILY_SIZE = 2;
/** `sockaddr_un` and more. */
const ADDRESS_SIZE = 128;

/** Asks a socket for something: the bytes of the answer, or null. */
function answerOf(
  size: number,
  ask: (buffer: Uint8Array, length: Uint8Array) => number,
): Uint8Array | null {
  const buffer = new Uint8Array(size);
  const length = new Uint8Array(4);
  const view = new DataView(length.buffer);
  view.setUint32(0, size, true);
  if (ask(buffer, length) < 0) return null;
  return buffer.subarray(0, Math.min(view.getUint32(0, true), size));
}

/** The path that a Unix socket is bound to; null for anything else. */
function boundPath(fd: number): string | null {
  const address = answerOf(ADDRESS_SIZE, (...out) => libc().getsockname(fd, ...out));
  if (address === null || address.length <= FAMILY_SIZE) return null;
  if (new DataView(address.buffer).getUint16(0, true) !== AF_UNIX) return null;
  const end = address.indexOf(0, FAMILY_SIZE);
  return new TextDecoder().decode(address.subarray(FAMILY_SIZE, end < 0 ? undefined : end));
}

function isListening(fd: number): boolean {
  const answer = answerOf(4, (...out) => libc().getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, ...out));
  return answer !== null && answer.some((byte) => byte !== 0);
}

/**
 * The descriptors of this process that a Unix socket bound to `path` has accepted: they have its name. None
 * where `/proc` cannot be read. Looks at every descriptor of the process.
 */
export function acceptedSockets(path: string): number[] {
  try {
    const all = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
    return all.filter((fd) => boundPath(fd) === path && !isListening(fd));
  } catch {
    return []; // No permission, or no /proc: who asks does without.
  }
}
