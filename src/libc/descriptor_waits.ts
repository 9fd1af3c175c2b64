/**
 * One thread that waits for all descriptors.
 *
 * @module
 */
import { pollAsync } from "./descriptor.ts";
import { takePart } from "./elsewhere.ts";
import { check, errno, libc, outcome } from "./library.ts";
import { MemoryBlock } from "./memory_block.ts";

/** There is something to read. */
export const POLLIN = 1;
/** There is room to write. */
export const POLLOUT = 4;
/** What is told without being asked for: an error, the end. */
const POLLERR = 8;
const POLLHUP = 16;

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
/** `struct epoll_event`, which x86-64 packs. */
const EPOLL_EVENT_SIZE = Deno.build.arch === "x86_64" ? 12 : 16;
const AT_DATA = EPOLL_EVENT_SIZE - 8;
/** So many are told of at once. */
const READY_MAX = 64;

/** A descriptor and what is waited for, 0 for its end only. */
export type PollWait = readonly [fd: number, events: number];

/** Somebody who waits for the first of his descriptors that has something. */
interface Waiter {
  readonly waits: readonly PollWait[];
  readonly resolve: () => void;
}

/**
 * Descriptors that are waited for without this thread. Deno has 32 threads for calls that block (`deno_runtime`,
 * `max_blocking_threads`), and each worker as many: a thread for each wait would stop everything with the
 * thirty-second. So one waits for all of them (`epoll(7)`), and only while there is something to wait for.
 */
class DescriptorWaits {
  /** Stays open. */
  #epoll = -1;
  /** The pollfd of the set. */
  readonly #block = new MemoryBlock(8);
  readonly #ready = new MemoryBlock(EPOLL_EVENT_SIZE * READY_MAX);
  readonly #event = new Uint8Array(EPOLL_EVENT_SIZE);
  readonly #eventView = new DataView(this.#event.buffer);
  readonly #waiters = new Map<number, Waiter[]>();
  #isWaiting = false;

  /**
   * Resolves when one of these has something, or is none that can be waited for. One that is closed meanwhile
   * does not end the wait.
   */
  wait(waits: readonly PollWait[]): Promise<void> {
    takePart();
    return new Promise((resolve) => {
      const waiter = { waits, resolve };
      if (!waits.every(([fd]) => fd < 0 || this.#add(fd, waiter))) this.#end(waiter);
      if (!this.#isWaiting) this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWaiting = true;
    while (this.#waiters.size > 0) {
      await pollAsync(this.#block.address, 1, -1);
      this.#deliver();
    }
    this.#isWaiting = false;
  }

  #deliver(): void {
    const { address, view } = this.#ready;
    const count = outcome(
      libc().epoll_wait(this.#epoll, BigInt(address), READY_MAX, 0),
      errno[0],
    );
    for (let index = 0; index < count; index++) {
      const at = index * EPOLL_EVENT_SIZE;
      const fd = view.getInt32(at + AT_DATA, true);
      const events = view.getUint32(at, true);
      const waiters = this.#waiters.get(fd) ?? [];
      for (const waiter of waiters.filter((waiter) => hasWanted(waiter, fd, events))) {
        this.#end(waiter);
      }
    }
  }

  /** False when nobody can wait for it. */
  #add(fd: number, waiter: Waiter): boolean {
    const others = this.#waiters.get(fd);
    this.#waiters.set(fd, others === undefined ? [waiter] : [...others, waiter]);
    if (others !== undefined && this.#control(EPOLL_CTL_MOD, fd) === 0) return true;
    // Also when the others wait for what had this number, and is closed.
    return this.#control(EPOLL_CTL_ADD, fd) === 0;
  }

  #end(waiter: Waiter): void {
    for (const [fd] of waiter.waits) {
      const waiters = this.#waiters.get(fd);
      if (waiters === undefined) continue;
      const others = waiters.filter((other) => other !== waiter);
      if (others.length > 0) this.#waiters.set(fd, others);
      else this.#waiters.delete(fd);
      this.#control(others.length > 0 ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd);
    }
    waiter.resolve();
  }

  /** Waits for what is wanted of the descriptor now. */
  #control(operation: number, fd: number): number {
    if (this.#epoll < 0) this.#open();
    const wanted = (this.#waiters.get(fd) ?? []).flatMap(({ waits }) => waits);
    const events = wanted.reduce((all, [own, of]) => own === fd ? all | of : all, 0);
    this.#eventView.setUint32(0, events, true);
    this.#eventView.setInt32(AT_DATA, fd, true);
    return outcome(libc().epoll_ctl(this.#epoll, operation, fd, this.#event), errno[0]);
  }

  #open(): void {
    this.#epoll = check(outcome(libc().epoll_create1(EPOLL_CLOEXEC), errno[0]), "epoll_create");
    this.#block.view.setInt32(0, this.#epoll, true);
    this.#block.view.setInt16(4, POLLIN, true);
  }
}

/** Whether the descriptor has what this one waits for. */
function hasWanted({ waits }: Waiter, fd: number, events: number): boolean {
  return waits.some(([own, wanted]) => own === fd && (events & (wanted | POLLERR | POLLHUP)) !== 0);
}

let ofThread: DescriptorWaits | undefined;

/**
 * Resolves when one of these has something, or is none that can be waited for; as long as there are such waits,
 * all of them together hold one of Deno's threads. One that is closed meanwhile does not end the wait: include
 * one that can.
 *
 * @throws {FsError} EMFILE and the like, of the first wait.
 */
export function waitForAny(waits: readonly PollWait[]): Promise<void> {
  ofThread ??= new DescriptorWaits();
  return ofThread.wait(waits);
}
