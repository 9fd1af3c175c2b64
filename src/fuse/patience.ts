/**
 * What becomes of requests whose callers got a signal.
 *
 * @module
 */
import { O_CLOEXEC, O_RDONLY } from "../base/mod.ts";
import { close, MemoryBlock, open, read } from "../libc/mod.ts";
import { Opcode } from "./opcode.ts";
import type { Request } from "./request.ts";

/** How often a caller that got a signal is looked at again, in milliseconds: the kernel tells of one only. */
const LOOK_MS = 200;
/** More than `/proc/<pid>/status` needs up to its signals, unless the caller is in thousands of groups. */
const STATUS_SIZE = 1 << 14;

/** A set of signals as `/proc` writes it: the lowest bit is signal 1. */
function signalSet(...signals: readonly number[]): bigint {
  return signals.reduce((set, signal) => set | 1n << BigInt(signal - 1), 0n);
}

/** What ends nobody by default (`signal(7)`): CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH. */
const HARMLESS = signalSet(17, 18, 19, 20, 21, 22, 23, 28);

/**
 * Whether the status of a thread (`proc_pid_status(5)`) tells of a signal that will end it: pending, and
 * neither blocked, ignored nor caught. What the text does not tell counts as one.
 */
export function isEnding(status: string): boolean {
  const set = (name: string): bigint | null => {
    const digits = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1];
    return digits === undefined ? null : BigInt(`0x${digits}`);
  };
  const [own, shared] = [set("SigPnd"), set("ShdPnd")];
  const [blocked, ignored, caught] = [set("SigBlk"), set("SigIgn"), set("SigCgt")];
  if (own === null || shared === null) return true;
  if (blocked === null || ignored === null || caught === null) return true;
  return ((own | shared) & ~(blocked | ignored | caught | HARMLESS)) !== 0n;
}

/**
 * Keeps a signal from what its caller survives: for a program, no filesystem of Linux but this one would
 * end `mkdir(2)` with EINTR because a timer has run out. A wait for a lock ends with every signal.
 */
export class Patience {
  readonly #pending: ReadonlyMap<number, Request>;
  readonly #watched = new Set<number>();
  #status: MemoryBlock | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Of requests by their number, for as long as they are there. */
  constructor(pending: ReadonlyMap<number, Request>) {
    this.#pending = pending;
  }

  /** The caller of a request that is pending got a signal. */
  interrupt(request: Request): void {
    if (request.opcode === Opcode.SETLKW || this.#leaves(request.pid)) return request.interrupt();
    this.#watched.add(request.unique);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  /** Looks at nobody any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #look(): void {
    for (const unique of this.#watched) {
      const request = this.#pending.get(unique);
      if (request !== undefined && !this.#leaves(request.pid)) continue;
      this.#watched.delete(unique);
      request?.interrupt();
    }
    if (this.#watched.size === 0) this.end();
  }

  /** Who cannot be seen, in another pid namespace, may be leaving. */
  #leaves(pid: number): boolean {
    const fd = open(`/proc/${pid}/status`, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    const block = this.#status ??= new MemoryBlock(STATUS_SIZE);
    const size = read(fd, block.address, STATUS_SIZE);
    close(fd);
    return size < 0 || isEnding(new TextDecoder().decode(block.bytes.subarray(0, size)));
  }
}
