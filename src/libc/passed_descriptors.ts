/**
 * Descriptors that one process gives another over a Unix socket (`unix(7)`: SCM_RIGHTS).
 *
 * @module
 */
import { ERRNO } from "../base/mod.ts";
import { close } from "./descriptor.ts";
import { errno, failure, libc, outcome } from "./library.ts";
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

const CONTROL = HEADER_SIZE + IOV_SIZE;

/**
 * One message that can be sent or received again and again: its header, where its bytes are, and room for so many
 * descriptors.
 */
class Message {
  /** The bytes, whose memory the message holds. */
  readonly data: Uint8Array;
  readonly #view: DataView;
  readonly #address: bigint;
  readonly #controlSize: number;

  constructor(data: Uint8Array, fdsMax: number) {
    this.data = data;
    this.#controlSize = CONTROL_HEAD + Math.ceil(fdsMax * FD_SIZE / 8) * 8;
    const { view, address } = new MemoryBlock(CONTROL + this.#controlSize);
    this.#view = view;
    this.#address = BigInt(address);
    const put = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
    put(AT_IOV, address + HEADER_SIZE);
    put(AT_IOV_COUNT, 1);
    put(AT_CONTROL, address + CONTROL);
    put(AT_CONTROL_SIZE, this.#controlSize);
    const pointer = Deno.UnsafePointer.of(data as Uint8Array<ArrayBuffer>);
    view.setBigUint64(HEADER_SIZE, Deno.UnsafePointer.value(pointer), true);
    put(HEADER_SIZE + IOV_SIZE / 2, data.length);
  }

  /** Sends it with these descriptors, as many as there is room for. Returns how many bytes went. */
  send(fd: number, fds: readonly number[]): number {
    const view = this.#view;
    view.setUint32(CONTROL, CONTROL_HEAD + fds.length * FD_SIZE, true);
    view.setInt32(CONTROL + AT_LEVEL, SOL_SOCKET, true);
    view.setInt32(CONTROL + AT_TYPE, SCM_RIGHTS, true);
    for (let index = 0; index < fds.length; index++) {
      view.setInt32(CONTROL + CONTROL_HEAD + index * FD_SIZE, fds[index]!, true);
    }
    const size = outcome(libc().sendmsg(fd, this.#address, MSG_NOSIGNAL), errno[0]);
    if (size === AGAIN || size === INTERRUPTED) return 0;
    if (size < 0) throw failure(size, { syscall: "sendmsg" });
    return size;
  }

  /** Receives into its bytes. Returns how many; 0 when there is nothing now, null at the end. */
  receive(fd: number): number | null {
    this.#view.setUint32(AT_CONTROL_SIZE, this.#controlSize, true);
    const size = outcome(libc().recvmsg(fd, this.#address, MSG_CMSG_CLOEXEC), errno[0]);
    if (size === AGAIN || size === INTERRUPTED) return 0;
    if (size < 0) throw failure(size, { syscall: "recvmsg" });
    return size === 0 ? null : size;
  }

  /** The descriptors that came with what was received last. */
  taken(): number[] {
    const view = this.#view;
    const isRights = view.getUint32(AT_CONTROL_SIZE, true) > CONTROL_HEAD &&
      view.getInt32(CONTROL + AT_LEVEL, true) === SOL_SOCKET &&
      view.getInt32(CONTROL + AT_TYPE, true) === SCM_RIGHTS;
    if (!isRights) return [];
    const length = view.getUint32(CONTROL, true) - CONTROL_HEAD;
    const at = CONTROL + CONTROL_HEAD;
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
  return new Message(data, fds.length).send(fd, fds);
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
  const size = message.receive(fd);
  if (size === 0) return 0;
  const fds = message.taken();
  if (fds.length === count) take(fds);
  else fds.forEach(close);
  return size;
}

/** Passes one descriptor after the other, each with one byte. */
export class DescriptorSender {
  readonly #message = new Message(new Uint8Array(new ArrayBuffer(1)), 1);
  readonly #fds = [-1];

  /**
   * Sends `passed` with the byte `value` over the socket `fd`, without waiting. False when that takes no more now.
   *
   * @throws {FsError} EPIPE, ETOOMANYREFS and the like.
   */
  send(fd: number, passed: number, value: number): boolean {
    this.#message.data[0] = value;
    this.#fds[0] = passed;
    return this.#message.send(fd, this.#fds) > 0;
  }
}

/** Takes bytes from a socket again and again, and the descriptors that come with them. */
export class DescriptorReceiver {
  readonly #message: Message;

  /** At most so many bytes at a time, and descriptors: what comes above is lost. */
  constructor(bytesMax: number, fdsMax: number) {
    this.#message = new Message(new Uint8Array(new ArrayBuffer(bytesMax)), fdsMax);
  }

  /**
   * Takes what has come, up to the byte that descriptors came with. Returns how many bytes; 0 when there is nothing
   * now, null at the end.
   *
   * @throws {FsError} ECONNRESET and the like.
   */
  receive(fd: number): number | null {
    return this.#message.receive(fd);
  }

  /** Byte number `index` of those. */
  byteAt(index: number): number {
    return this.#message.data[index]!;
  }

  /** The descriptors that came with the last of them, which are the caller's. */
  taken(): readonly number[] {
    return this.#message.taken();
  }
}
