/**
 * Descriptors that one process gives another over a Unix socket (`unix(7)`: SCM_RIGHTS).
 *
 * @module
 */
import { ERRNO } from "../base/mod.ts";
import { close } from "./descriptor.ts";
import { failure, libc, negatedErrno } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
/** `struct msghdr` of 64-bit Linux; musl has smaller numbers in the same places. */
const AT_IOV = 16;
const AT_IOV_COUNT = 24;
const AT_CONTROL = 32;
const AT_CONTROL_SIZE = 40;
const HEADER_SIZE = 56;
/** `struct iovec`. */
const IOV_SIZE = 16;
/** `struct cmsghdr`: its length with what follows, the level, and the type. */
const AT_LEVEL = 8;
const AT_TYPE = 12;
const CONTROL_HEAD = 16;
const FD_SIZE = 4;
const AGAIN = -ERRNO.EAGAIN.number;
const INTERRUPTED = -ERRNO.EINTR.number;

/** One message: its header, where its bytes are, and room for descriptors. */
class Message {
  readonly #block: MemoryBlock;
  readonly #control = HEADER_SIZE + IOV_SIZE;
  readonly #controlSize: number;

  constructor(data: Uint8Array, fdsMax: number) {
    this.#controlSize = CONTROL_HEAD + Math.ceil(fdsMax * FD_SIZE / 8) * 8;
    this.#block = new MemoryBlock(this.#control + this.#controlSize);
    const { view, address } = this.#block;
    const put = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
    put(AT_IOV, address + HEADER_SIZE);
    put(AT_IOV_COUNT, 1);
    put(AT_CONTROL, address + this.#control);
    put(AT_CONTROL_SIZE, this.#controlSize);
    const pointer = Deno.UnsafePointer.of(data as Uint8Array<ArrayBuffer>);
    view.setBigUint64(HEADER_SIZE, Deno.UnsafePointer.value(pointer), true);
    put(HEADER_SIZE + IOV_SIZE / 2, data.length);
  }

  get address(): bigint {
    return BigInt(this.#block.address);
  }

  /** Puts the descriptors in. */
  give(fds: readonly number[]): void {
    const { view } = this.#block;
    view.setBigUint64(this.#control, BigInt(CONTROL_HEAD + fds.length * FD_SIZE), true);
    view.setInt32(this.#control + AT_LEVEL, SOL_SOCKET, true);
    view.setInt32(this.#control + AT_TYPE, SCM_RIGHTS, true);
    for (const [index, fd] of fds.entries()) {
      view.setInt32(this.#control + CONTROL_HEAD + index * FD_SIZE, fd, true);
    }
  }

  /** The descriptors that have come. */
  taken(): number[] {
    const { view } = this.#block;
    const size = Number(view.getBigUint64(AT_CONTROL_SIZE, true));
    const isRights = size > CONTROL_HEAD &&
      view.getInt32(this.#control + AT_LEVEL, true) === SOL_SOCKET &&
      view.getInt32(this.#control + AT_TYPE, true) === SCM_RIGHTS;
    if (!isRights) return [];
    const length = Number(view.getBigUint64(this.#control, true)) - CONTROL_HEAD;
    const at = this.#control + CONTROL_HEAD;
    return Array.from(
      { length: length / FD_SIZE },
      (_, index) => view.getInt32(at + index * FD_SIZE, true),
    );
  }
}

/**
 * As `sendNow`, with descriptors: the other side gets them with the first of the bytes. At least one byte has to be
 * there.
 *
 * @throws {FsError} EPIPE and the like.
 */
export function sendWithDescriptors(
  fd: number,
  data: Uint8Array,
  fds: readonly number[],
): number {
  const message = new Message(data, fds.length);
  message.give(fds);
  const sent = libc().sendmsg(fd, message.address, MSG_NOSIGNAL);
  const size = sent < 0 ? negatedErrno() : sent;
  if (size === AGAIN || size === INTERRUPTED) return 0;
  if (size < 0) throw failure(size, { syscall: "sendmsg" });
  return size;
}

/**
 * As `receiveNow`; `take` is given the descriptors that have come with the bytes, and owns them then. Where there are
 * not `count` of them, none is kept.
 *
 * @throws {FsError} ECONNRESET and the like.
 */
export function receiveWithDescriptors(
  fd: number,
  buffer: Uint8Array,
  count: number,
  take: (fds: number[]) => void,
): number | null {
  const message = new Message(buffer, count);
  const received = libc().recvmsg(fd, message.address, MSG_CMSG_CLOEXEC);
  const size = received < 0 ? negatedErrno() : received;
  if (size === AGAIN || size === INTERRUPTED) return 0;
  if (size < 0) throw failure(size, { syscall: "recvmsg" });
  const fds = message.taken();
  if (fds.length === count) take(fds);
  else fds.forEach(close);
  return size === 0 ? null : size;
}
