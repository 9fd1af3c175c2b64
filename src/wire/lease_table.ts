/**
 * What one connection has leased.
 *
 * @module
 */
import { chain, clean, dirname, FsError, type MaybePromise, rescue } from "../base/mod.ts";
import type { Context, Leases, Provider } from "../provider/mod.ts";
import type { ChangeHub, ChangeKind } from "./change_hub.ts";
import type { LeaseQuota } from "./lease_quota.ts";

/** What a table of leases needs. */
export interface LeaseSource {
  /** The filesystem. */
  readonly provider: Provider;
  /** Told of what other connections change, at once. */
  readonly hub: ChangeHub;
  /** How many leases there may be; the oldest goes first. */
  readonly leasesMax: number;
  /** How many all connections may have. */
  readonly quota: LeaseQuota;
  /** Sends the notice that a lease is over. */
  readonly sendOver: (lease: number) => void;
  /** Sends the notice that nothing more is known to be over. */
  readonly sendTold: () => void;
}

/** One lease. */
interface Leased {
  readonly path: string;
  /** Its number among those of the provider. */
  readonly inner: number;
}

/**
 * Leases by their number. One is over with the first change, by whatever way it is heard of: through the server from another
 * client, whose reply comes after the notice, or from the provider, which also tells of the client's own changes.
 */
export class LeaseTable {
  readonly #source: LeaseSource;
  readonly #byNumber = new Map<number, Leased>();
  readonly #byInner = new Map<number, number>();
  readonly #byPath = new Map<string, number>();
  /** Leases that are being asked for. */
  #pending = 0;
  /** Leases that were over before anybody knew that they had begun. */
  readonly #early = new Set<number>();
  #leases: Leases | null | undefined;
  #isLeaser = false;
  #isClosed = false;
  #unsubscribe = (): void => {};
  #last = 0;

  /** Leases on behalf of one connection. */
  constructor(source: LeaseSource) {
    this.#source = source;
  }

  get #provider(): Leases | null {
    if (this.#leases === undefined) {
      const isOver = (inner: number): void => {
        const number = this.#byInner.get(inner);
        if (number !== undefined) this.#over(number);
        else if (this.#pending > 0) this.#early.add(inner);
      };
      this.#leases = this.#source.provider.leases?.(isOver) ?? null;
    }
    return this.#leases;
  }

  /** Whether the provider can. */
  get isPossible(): boolean {
    return this.#provider !== null;
  }

  /**
   * Leases the directory `path` for `origin`, in place of the lease that it has there; returns the number.
   *
   * @throws {FsError} ENOSYS when the provider cannot, ENOSPC over the limits, and what the provider says.
   */
  add(origin: object, path: string, context: Context): MaybePromise<number> {
    const provider = this.#provider;
    if (provider === null) throw new FsError("ENOSYS", { syscall: "lease", path });
    if (!this.#isLeaser) this.#source.quota.addLeaser(path);
    this.#isLeaser = true;
    const cleaned = clean(path);
    this.#pending++;
    const added = rescue(() => provider.add(cleaned, context), (thrown) => {
      this.#settle();
      throw thrown;
    });
    return chain(added, (inner) => {
      const number = this.#keep(origin, cleaned, inner);
      this.#settle();
      return number;
    });
  }

  #settle(): void {
    if (--this.#pending === 0) this.#early.clear();
  }

  #keep(origin: object, path: string, inner: number): number {
    const number = ++this.#last;
    if (this.#isClosed || this.#early.has(inner)) return number;
    const before = this.#byPath.get(path);
    if (before !== undefined) this.#give(before);
    const { quota, leasesMax } = this.#source;
    for (const oldest of this.#byNumber.keys()) {
      if (this.#byNumber.size < leasesMax && quota.hasRoom) break;
      this.#give(oldest);
      this.#source.sendOver(oldest);
    }
    if (!quota.hasRoom) {
      this.#leases?.remove(inner);
      throw new FsError("ENOSPC", { syscall: "lease", path });
    }
    if (this.#byNumber.size === 0) this.#listen(origin);
    quota.count(1);
    this.#byNumber.set(number, { path, inner });
    this.#byInner.set(inner, number);
    this.#byPath.set(path, number);
    return number;
  }

  /** Whether a lease lasts. */
  has(number: number): boolean {
    return this.#byNumber.has(number);
  }

  /** Sends the notices of what has changed by now. */
  look(): void {
    if (this.#byNumber.size > 0) this.#leases?.look?.();
  }

  /** The descriptors by which the client sees at once that a lease is over, where there are any. */
  signal(): readonly number[] | null {
    const signal = this.#leases?.signal?.(this.#source.sendTold) ?? null;
    return signal === null ? null : [signal.changed, signal.telling];
  }

  #listen(origin: object): void {
    this.#unsubscribe = this.#source.hub.subscribe(origin, "/", (kind, path) => {
      this.#changed(kind, path);
    });
  }

  /** Another connection has changed something. */
  #changed(kind: ChangeKind, path: string): void {
    if (kind === "overflow") {
      for (const number of [...this.#byNumber.keys()]) this.#over(number);
      return;
    }
    for (const directory of [dirname(path), path]) {
      const number = this.#byPath.get(directory);
      if (number !== undefined) this.#over(number);
    }
  }

  #over(number: number): void {
    this.#give(number);
    this.#source.sendOver(number);
  }

  #give(number: number): void {
    const leased = this.#byNumber.get(number);
    if (leased === undefined) return;
    this.#byNumber.delete(number);
    this.#source.quota.count(-1);
    this.#byInner.delete(leased.inner);
    if (this.#byPath.get(leased.path) === number) this.#byPath.delete(leased.path);
    this.#leases?.remove(leased.inner);
    if (this.#byNumber.size === 0) this.#unsubscribe();
  }

  /** Gives one back, before anybody was told of it. */
  remove(number: number): void {
    this.#give(number);
  }

  /** Gives all back: the end. */
  close(): void {
    this.#unsubscribe();
    this.#isClosed = true;
    this.#source.quota.count(-this.#byNumber.size);
    if (this.#isLeaser) this.#source.quota.removeLeaser();
    this.#isLeaser = false;
    this.#byNumber.clear();
    this.#byInner.clear();
    this.#byPath.clear();
    this.#leases?.close();
    this.#leases = null;
  }
}
