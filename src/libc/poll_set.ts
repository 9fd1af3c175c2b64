/**
 * Waiting for several descriptors.
 *
 * @module
 */
import { POLLIN, type PollWait, waitForAny } from "./descriptor_waits.ts";
import { check, errno, libc, outcome } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";

/** `struct pollfd`: the descriptor, what is waited for, and what there is. */
const POLLFD_SIZE = 8;
const AT_EVENTS = 4;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
/** `struct epoll_event`, as large as it is anywhere. */
const EPOLL_EVENT_SIZE = 16;

/** Descriptors for `poll(2)`, which looks at them in this order. */
export class PollSet {
  readonly #waits: readonly PollWait[];
  readonly #block: MemoryBlock;
  readonly #address: bigint;
  readonly #count: bigint;

  /** Waits for any of these. */
  constructor(...waits: readonly PollWait[]) {
    this.#waits = waits;
    this.#block = new MemoryBlock(POLLFD_SIZE * waits.length);
    const { view, address } = this.#block;
    this.#address = BigInt(address);
    this.#count = BigInt(waits.length);
    for (const [index, [fd, events]] of waits.entries()) {
      view.setInt32(index * POLLFD_SIZE, fd, true);
      view.setInt16(index * POLLFD_SIZE + AT_EVENTS, events, true);
    }
  }

  /** How many have something now, or a negated errno. */
  look(): number {
    return outcome(libc().poll(this.#address, this.#count, 0), errno[0]);
  }

  /** Waits without this thread: include a descriptor that can end it ({@linkcode waitForAny}). */
  wait(): Promise<void> {
    return waitForAny(this.#waits);
  }
}

/**
 * A descriptor that can be read from as long as another one can be, but tells nothing else and does nothing to it
 * (`epoll(7)`): for somebody who should not have that one.
 *
 * @throws {FsError} EMFILE and the like.
 */
export function readinessOf(fd: number): number {
  const epoll = check(outcome(libc().epoll_create1(EPOLL_CLOEXEC), errno[0]), "epoll_create");
  const event = new Uint8Array(EPOLL_EVENT_SIZE);
  event[0] = POLLIN;
  const added = outcome(libc().epoll_ctl(epoll, EPOLL_CTL_ADD, fd, event), errno[0]);
  if (added < 0) libc().close(epoll);
  check(added, "epoll_ctl");
  return epoll;
}
