/**
 * Whether leases can be believed at this moment.
 *
 * @module
 */
import { close, MemoryBlock, POLLIN, PollSet, read, setNonblocking } from "../libc/mod.ts";
import type { ByteChannel } from "./transport.ts";

/** How many descriptors a `LeaseSignal` has. */
const COUNT = 2;

/** What has come from the server. */
class Signal {
  readonly #descriptors: readonly number[];
  readonly #telling: number;
  readonly #set: PollSet;
  readonly #count = new MemoryBlock(8);

  constructor(descriptors: readonly number[], connection: number) {
    const [changed = -1, telling = -1] = descriptors;
    this.#descriptors = descriptors;
    this.#telling = telling;
    // Whoever sent it: reading from it must not hold our thread.
    setNonblocking(telling);
    // The server looks at changes after it has said so; we look in the other order, so that none passes unseen. Last,
    // whether there is a server still.
    this.#set = new PollSet([changed, POLLIN], [telling, POLLIN], [connection, 0]);
  }

  get isQuiet(): boolean {
    return this.#set.look() === 0;
  }

  told(): void {
    read(this.#telling, this.#count.address, 8);
  }

  close(): void {
    this.#descriptors.forEach(close);
  }
}

/**
 * What was leased holds until the notice comes that it is over, and that comes late. With the descriptors of a server
 * on this machine (see `LeaseSignal`) nobody has to wait for it: as long as they are quiet nothing has changed, and
 * otherwise the server is asked until it has told what has.
 */
export class LeaseTrust {
  /** Whether what was leased is not believed without descriptors. */
  readonly isStrict: boolean;
  readonly #channel: ByteChannel;
  #signal: Signal | null = null;
  /** How often the server has told all before there were descriptors. */
  #early = 0;
  /** How many requests for descriptors are under way. */
  #asked = 0;

  /** For leases that come over this channel. */
  constructor(channel: ByteChannel, isStrict: boolean) {
    this.#channel = channel;
    this.isStrict = isStrict;
  }

  /** Whether a channel can bring descriptors. */
  static isPossible(channel: ByteChannel): boolean {
    return channel.keepDescriptors !== undefined;
  }

  /** Whether the server is to send descriptors. */
  get wantsSignal(): boolean {
    return this.#signal === null && LeaseTrust.isPossible(this.#channel);
  }

  /** The server is being asked for descriptors: to look out for them makes reading slower. */
  asks(): void {
    if (++this.#asked === 1) this.#channel.keepDescriptors?.(COUNT);
  }

  /** It has answered. */
  answered(): void {
    if (--this.#asked === 0) this.#channel.keepDescriptors?.(0);
  }

  /** A lease has been given. False when none is ever believed. */
  leased(): boolean {
    if (this.#signal !== null) return true;
    const descriptors = this.#channel.takeDescriptors?.() ?? null;
    if (descriptors === null) return !this.isStrict;
    this.#signal = new Signal(descriptors, this.#channel.fd ?? -1);
    for (; this.#early > 0; this.#early--) this.#signal.told();
    return true;
  }

  /** The notice that all has been told. */
  told(): void {
    if (this.#signal === null) this.#early++;
    else this.#signal.told();
  }

  /** Whether leases of which no notice has come hold now. */
  holds(): boolean {
    return this.#signal === null ? !this.isStrict : this.#signal.isQuiet;
  }

  /** Lets go of the descriptors. */
  close(): void {
    this.#signal?.close();
    this.#signal = null;
  }
}
