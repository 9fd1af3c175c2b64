/**
 * Unix sockets without the event loop: calls that never block.
 *
 * @module
 */
import { ERRNO } from "../base/mod.ts";
import { check, errno, failure, libc, outcome } from "./library.ts";
import { close, ioctl } from "./descriptor.ts";
import type { MemoryBlock } from "./memory_block.ts";

const AF_UNIX = 1;
/** SOCK_STREAM, SOCK_CLOEXEC and SOCK_NONBLOCK. */
const STREAM = 1 | 0o2000000 | 0o4000;
/** `sa_family_t`. */
const FAMILY_SIZE = 2;
const MSG_NOSIGNAL = 0x4000;
const SIOCOUTQ = 0x5411;
const AGAIN = -ERRNO.EAGAIN.number;
const INTERRUPTED = -ERRNO.EINTR.number;

/**
 * Connects to a Unix socket. Returns the descriptor, which does not block.
 *
 * @throws {FsError} ECONNREFUSED and the like; EAGAIN when too many wait to be accepted.
 */
export function connectUnix(path: string): number {
  const name = new TextEncoder().encode(path);
  // With the NUL that ends the path.
  const address = new Uint8Array(FAMILY_SIZE + name.length + 1);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, FAMILY_SIZE);
  const fd = check(outcome(libc().socket(AF_UNIX, STREAM, 0), errno[0]), "socket", path);
  const result = outcome(libc().connect(fd, address, address.length), errno[0]);
  if (result < 0) close(fd);
  check(result, "connect", path);
  return fd;
}

/** `recv(2)` into any buffer. The bytes received, 0 at the end, or a negated errno. */
export function receive(fd: number, buffer: Uint8Array): number {
  return outcome(libc().recv(fd, buffer, BigInt(buffer.length), 0), errno[0]);
}

/**
 * How much of what was sent the other side has not read yet, 0 for nothing (`unix(7)`: SIOCOUTQ, which counts the
 * kernel's memory for it); or a negated errno. `count` is where the kernel writes it.
 */
export function unreadBytes(fd: number, count: MemoryBlock): number {
  const result = ioctl(fd, SIOCOUTQ, count.address);
  return result < 0 ? result : count.view.getInt32(0, true);
}

/**
 * As {@linkcode receive}, for a channel: 0 when there is nothing now, null at the end.
 *
 * @throws {FsError} ECONNRESET and the like.
 */
export function receiveNow(fd: number, buffer: Uint8Array): number | null {
  const size = receive(fd, buffer);
  if (size === AGAIN || size === INTERRUPTED) return 0;
  if (size < 0) throw failure(size, { syscall: "recv" });
  return size === 0 ? null : size;
}

/**
 * As {@linkcode send}, for a channel: 0 when the other side takes nothing now.
 *
 * @throws {FsError} EPIPE and the like.
 */
export function sendNow(fd: number, data: Uint8Array): number {
  const size = send(fd, data);
  if (size === AGAIN || size === INTERRUPTED) return 0;
  if (size < 0) throw failure(size, { syscall: "send" });
  return size;
}

/** `send(2)` of any bytes, without SIGPIPE. The bytes sent, or a negated errno. */
export function send(fd: number, data: Uint8Array): number {
  return outcome(libc().send(fd, data, BigInt(data.length), MSG_NOSIGNAL), errno[0]);
}
