/**
 * What the connections of a server may lease together.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import type { WireLimits } from "./limits.ts";

/**
 * Bounds what a server takes of what its host has for all programs of a user: a queue of `inotify(7)` for each
 * connection that leases, and a watch for each lease (`max_user_instances` and `max_user_watches` in
 * `/proc/sys/fs/inotify`).
 */
export class LeaseQuota {
  readonly #limits: Pick<WireLimits, "leasesTotalMax" | "leasersMax">;
  #leases = 0;
  #leasers = 0;

  /** None are taken yet. */
  constructor(limits: Pick<WireLimits, "leasesTotalMax" | "leasersMax">) {
    this.#limits = limits;
  }

  /** @throws {FsError} ENOSPC when no further connection may lease. */
  addLeaser(path: string): void {
    if (this.#leasers >= this.#limits.leasersMax) {
      throw new FsError("ENOSPC", { syscall: "lease", path });
    }
    this.#leasers++;
  }

  /** A connection leases no more. */
  removeLeaser(): void {
    this.#leasers--;
  }

  /** Whether there may be one more lease. */
  get hasRoom(): boolean {
    return this.#leases < this.#limits.leasesTotalMax;
  }

  /** There are so many more leases, or fewer. */
  count(change: number): void {
    this.#leases += change;
  }
}
