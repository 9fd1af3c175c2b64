/**
 * Bytes from one process to another through memory that both share.
 *
 * @module
 */
import { WireError } from "./wire_error.ts";

/** What stands in front of the bytes: numbers that one of the two writes, each in a cache line of its own. */
const HEAD_SIZE = 256;
/** How many bytes have been put in, modulo 2^32. */
const PUT = 0;
/** How many bytes have been taken out. */
const TAKEN = 16;
/** 1 when who takes has to be woken for more bytes. */
const IS_TAKER_ASLEEP = 32;
/** 1 when who puts has to be woken when bytes have been taken. */
const IS_PUTTER_ASLEEP = 48;

/** How much memory a ring of so many bytes takes. */
export function ringSize(capacity: number): number {
  return HEAD_SIZE + capacity;
}

/**
 * One direction: each of the two processes has an object of this class, and is either the one that puts or the one that
 * takes. Nothing of the other side is believed: its numbers are read once and checked, its bytes are copied.
 *
 * Whoever goes to sleep says so first and then looks once more; whoever has put or taken something looks afterwards
 * whether the other one sleeps. Both orders are kept by the processor (`Atomics`), so nobody is left asleep.
 */
export class SharedRing {
  readonly #numbers: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  /** Our own number, `PUT` or `TAKEN`, which the other side might write too. */
  #own = 0;
  /** What was taken by the other side when we looked last: there is at least so much room. */
  #taken = 0;

  /** @param start Where in the memory it begins. @param capacity A power of two. */
  constructor(memory: ArrayBuffer, start: number, capacity: number) {
    this.#numbers = new Int32Array(memory, start, HEAD_SIZE / 4);
    this.#bytes = new Uint8Array(memory, start + HEAD_SIZE, capacity);
    this.#capacity = capacity;
  }

  /** How far `number` is behind `ahead`. */
  #distance(ahead: number, number: number): number {
    const distance = (ahead - number) >>> 0;
    if (distance > this.#capacity) throw new WireError("Cannot use a ring whose numbers are wrong");
    return distance;
  }

  /**
   * Puts in as many of the bytes as there is room for. Returns how many.
   *
   * @throws {WireError} When the other side has broken the ring.
   */
  put(data: Uint8Array): number {
    let used = (this.#own - this.#taken) >>> 0;
    if (this.#capacity - used < data.length) {
      this.#taken = Atomics.load(this.#numbers, TAKEN);
      used = this.#distance(this.#own, this.#taken);
    }
    const size = Math.min(data.length, this.#capacity - used);
    if (size === 0) return 0;
    const at = this.#own & (this.#capacity - 1);
    const part = Math.min(size, this.#capacity - at);
    this.#bytes.set(part === data.length ? data : data.subarray(0, part), at);
    if (part < size) this.#bytes.set(data.subarray(part, size), 0);
    this.#own = (this.#own + size) | 0;
    Atomics.store(this.#numbers, PUT, this.#own);
    return size;
  }

  /** Whether everything that was put in has been taken. */
  get isTaken(): boolean {
    return Atomics.load(this.#numbers, TAKEN) === this.#own;
  }

  /** Whether who takes is to be woken: true once for each time that he went to sleep. */
  wakesTaker(): boolean {
    return this.#wakes(IS_TAKER_ASLEEP);
  }

  /** Who puts will be woken when something has been taken. Look for room once more before you wait. */
  sleepForRoom(): void {
    Atomics.store(this.#numbers, IS_PUTTER_ASLEEP, 1);
  }

  /**
   * Takes as many bytes as there are and as the buffer holds. Returns how many.
   *
   * @throws {WireError} When the other side has broken the ring.
   */
  take(buffer: Uint8Array): number {
    const size = Math.min(
      this.#distance(Atomics.load(this.#numbers, PUT), this.#own),
      buffer.length,
    );
    if (size === 0) return 0;
    const at = this.#own & (this.#capacity - 1);
    const part = Math.min(size, this.#capacity - at);
    buffer.set(this.#bytes.subarray(at, at + part));
    if (part < size) buffer.set(this.#bytes.subarray(0, size - part), part);
    this.#own = (this.#own + size) | 0;
    Atomics.store(this.#numbers, TAKEN, this.#own);
    return size;
  }

  /** Whether there are bytes to take. */
  get hasBytes(): boolean {
    return Atomics.load(this.#numbers, PUT) !== this.#own;
  }

  /** Whether who puts is to be woken: true once for each time that he went to sleep. */
  wakesPutter(): boolean {
    return this.#wakes(IS_PUTTER_ASLEEP);
  }

  /** Who takes will be woken when there are bytes. Look once more before you wait. */
  sleep(): void {
    Atomics.store(this.#numbers, IS_TAKER_ASLEEP, 1);
  }

  /** Who takes looks by himself. */
  stayAwake(): void {
    Atomics.store(this.#numbers, IS_TAKER_ASLEEP, 0);
  }

  #wakes(whom: number): boolean {
    const numbers = this.#numbers;
    return Atomics.load(numbers, whom) === 1 && Atomics.exchange(numbers, whom, 0) === 1;
  }
}
