/**
 * On which processor this thread runs, and how it leaves it to another one.
 *
 * @module
 */
import { O_CLOEXEC, O_RDONLY } from "../base/mod.ts";
import { close, open, pread } from "./descriptor.ts";
import { setStanding, type Standing } from "./elsewhere.ts";
import { libc } from "./library.ts";
import { SYSCALL } from "./symbols.ts";

/** `struct sched_attr` as it was first (linux/sched/types.h). */
const ATTR_SIZE = 48;
const AT_POLICY = 4;
const AT_NICE = 16;
const AT_RUNTIME = 24;
const SCHED_OTHER = 0;
const SCHED_IDLE = 5;
const PRIO_PROCESS = 0;
const NICE_MIN = -20;
/** By how much a thread that goes ahead is nicer to itself: it has some ten times the weight of another then. */
const AHEAD = 10;
/** `cpu_set_t`: a bit for each of 1,024 processors. */
const SET_SIZE = 128;
/**
 * The slice of a thread that stands back, in nanoseconds. Among busy threads its turn comes after this time, times
 * the weight of a thread (1,024) to its own (3): 34 ms, where the default slice would make a second of it.
 */
const SLICE_NS = 100_000n;
/** `/proc/N/stat` and `/proc/loadavg` are shorter. */
const TEXT_SIZE = 1024;
/** The `processor` of proc_pid_stat(5): so many spaces behind the name in parentheses. */
const PROCESSOR_FIELD = 37;
/** The threads that run or could run, of proc_loadavg(5): so many spaces from the beginning. */
const RUNNING_FIELD = 3;
const SPACE = 0x20;
const PARENTHESIS = 0x29;
const ZERO = 0x30;
const NINE = 0x39;

/** The struct of a thread of this policy. */
function attributes(policy: number, nice: number, sliceNs: bigint): Uint8Array {
  const bytes = new Uint8Array(ATTR_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ATTR_SIZE, true);
  view.setUint32(AT_POLICY, policy, true);
  view.setInt32(AT_NICE, nice, true);
  view.setBigUint64(AT_RUNTIME, sliceNs, true);
  return bytes;
}

/** The nice value of this thread; null when it has a policy of its own, which is not ours to change. */
function niceOfPlainThread(): number | null {
  const bytes = new Uint8Array(ATTR_SIZE);
  if (libc().sched_getattr(SYSCALL.sched_getattr, 0, bytes, ATTR_SIZE, 0) < 0) return null;
  const view = new DataView(bytes.buffer);
  return view.getUint32(AT_POLICY, true) === SCHED_OTHER ? view.getInt32(AT_NICE, true) : null;
}

/** Whether this thread may ask for more than it has, as it must to come back from SCHED_IDLE (sched(7)). */
function mayBecomeNicer(nice: number): boolean {
  if (libc().setpriority(PRIO_PROCESS, 0, nice - 1) < 0) return false;
  libc().setpriority(PRIO_PROCESS, 0, nice);
  return true;
}

/** The number that follows so many spaces behind `at`; -1 for none. */
function numberBehind(text: Uint8Array, at: number, spaces: number): number {
  for (let index = 0; index < spaces; index++) {
    at = text.indexOf(SPACE, at + 1);
    if (at < 0) return -1;
  }
  let number = -1;
  for (at++; at < text.length && text[at]! >= ZERO && text[at]! <= NINE; at++) {
    number = Math.max(number, 0) * 10 + text[at]! - ZERO;
  }
  return number;
}

/** How many bits are set. */
function countBits(set: Uint8Array): number {
  return set.reduce((sum, byte) => {
    for (let rest = byte; rest !== 0; rest &= rest - 1) sum++;
    return sum;
  }, 0);
}

/** How many threads want a processor, beside how many this thread may run on. */
export class ProcessorLoad {
  readonly #allowed = new Uint8Array(SET_SIZE);
  readonly #text = new Uint8Array(TEXT_SIZE);

  /** The processors that this thread may run on now, a bit each. */
  get allowed(): Uint8Array {
    return this.#allowed;
  }

  /** On how many that is, looked up anew; 0 when that cannot be told. */
  countAllowed(): number {
    const size = libc().sched_getaffinity(0, BigInt(SET_SIZE), this.#allowed);
    return size < 0 ? 0 : countBits(this.#allowed);
  }

  /**
   * Whether as many threads run as there are processors for this one: nobody who is woken finds an idle one then.
   * Also true when that cannot be known.
   *
   * @param sleepers How many may be counted that have just gone to sleep here: the kernel leaves one in the queue
   * until its share of time would be due (DELAY_DEQUEUE, Linux 6.12).
   */
  isCrowded(sleepers = 0): boolean {
    const running = numberBehind(this.read("/proc/loadavg"), 0, RUNNING_FIELD);
    return running < 0 || running >= this.countAllowed() + sleepers;
  }

  /** The beginning of a file of /proc, until the next call; empty when it cannot be read. */
  read(path: string): Uint8Array {
    const fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return this.#text.subarray(0, 0);
    const size = pread(fd, this.#text, TEXT_SIZE, 0);
    close(fd);
    return this.#text.subarray(0, Math.max(size, 0));
  }
}

/**
 * What a thread that serves others may do about processors. A thread that is woken is put on an idle processor if
 * there is one, and to wake an idle processor takes longer than most requests; but it stays where it is, and runs
 * at once, when the only thread there is of the policy SCHED_IDLE (`sched_idle_cpu` in the kernel).
 */
export class Processor implements Standing {
  #nice!: number;
  #back!: Uint8Array;
  #up!: Uint8Array;
  #ahead!: Uint8Array;
  #processors = 0;
  readonly #load = new ProcessorLoad();
  readonly #one = new Uint8Array(SET_SIZE);
  #isBack = false;
  #isAhead = false;

  private constructor(nice: number) {
    this.#prepare(nice);
  }

  #prepare(nice: number): void {
    this.#nice = nice;
    this.#back = attributes(SCHED_IDLE, nice, SLICE_NS);
    this.#up = attributes(SCHED_OTHER, nice, 0n);
    this.#ahead = attributes(SCHED_OTHER, Math.max(nice - AHEAD, NICE_MIN), 0n);
  }

  /**
   * For this thread. Null where it has no choice: with one processor, with a policy of its own, and without
   * CAP_SYS_NICE or RLIMIT_NICE, as a thread of SCHED_IDLE would have to stay one.
   */
  static ofThread(): Processor | null {
    const nice = niceOfPlainThread();
    if (nice === null || !mayBecomeNicer(nice)) return null;
    const processor = new Processor(nice);
    processor.#processors = processor.#load.countAllowed();
    return processor.#processors < 2 ? null : processor;
  }

  /** On how many processors this thread could run at the start. */
  get processors(): number {
    return this.#processors;
  }

  /** Where this thread runs. */
  get number(): number {
    return libc().sched_getcpu();
  }

  /** Where a thread runs, or ran last; -1 when it is gone or cannot be seen from here. */
  numberOf(thread: number): number {
    const text = this.#load.read(`/proc/${thread}/stat`);
    const name = text.lastIndexOf(PARENTHESIS);
    return name < 0 ? -1 : numberBehind(text, name, PROCESSOR_FIELD);
  }

  /**
   * As {@linkcode ProcessorLoad.isCrowded}; true also when somebody has given this thread another policy. Takes in
   * a new nice value.
   */
  isCrowded(sleepers = 0): boolean {
    const nice = niceOfPlainThread();
    if (nice === null) return true;
    if (nice !== this.#nice) this.#prepare(nice);
    return this.#load.isCrowded(sleepers);
  }

  /** Goes to a processor; afterwards this thread may run anywhere again. False where it may not run there. */
  goTo(number: number): boolean {
    if (number < 0 || number >= SET_SIZE * 8) return false;
    const bit = 1 << (number & 7);
    const at = number >> 3;
    if (this.#load.countAllowed() === 0) return false;
    const { allowed } = this.#load;
    if ((allowed[at]! & bit) === 0) return false;
    this.#one[at] = bit;
    const went = libc().sched_setaffinity(0, BigInt(SET_SIZE), this.#one) === 0;
    this.#one[at] = 0;
    libc().sched_setaffinity(0, BigInt(SET_SIZE), allowed);
    return went;
  }

  /** Whether this thread stands back. */
  get isBack(): boolean {
    return this.#isBack;
  }

  /** Whether this thread goes ahead. */
  get isAhead(): boolean {
    return this.#isAhead;
  }

  /**
   * Leaves the processor to whoever wants it, until {@linkcode Processor.standUp}, or until a call is made on another
   * thread. Other ways to start one are for the caller to keep from.
   */
  standBack(): void {
    this.#isBack = true;
    this.#isAhead = false;
    this.#become(this.#back, this);
  }

  /** Goes ahead of others who want the processor; as long as {@linkcode Processor.standBack}. */
  goAhead(): void {
    this.#isBack = false;
    this.#isAhead = true;
    this.#become(this.#ahead, this);
  }

  /** Takes part again like everybody else. */
  standUp(): void {
    this.#isBack = false;
    this.#isAhead = false;
    this.#become(this.#up, null);
  }

  #become(attributes: Uint8Array, standing: Standing | null): void {
    setStanding(standing);
    libc().sched_setattr(SYSCALL.sched_setattr, 0, attributes, 0);
  }
}
