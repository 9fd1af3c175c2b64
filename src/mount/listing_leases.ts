/**
 * What a provider's leases say of listings that the kernel keeps.
 *
 * @module
 */
import { FsError, isPromise } from "../base/mod.ts";
import type { ListingLease } from "../nodefs/mod.ts";
import type { Leases, Provider } from "../provider/mod.ts";

/**
 * Leases of directories for one mount. Only of a provider that gives them at once and can look for changes in the moment
 * of a question: others would hear of a change after the kernel has used what it kept.
 */
export class ListingLeases {
  readonly #provider: Provider;
  #leases: Leases | null | undefined;
  /** By the number of a lease that lasts: whom to tell when it is over. */
  readonly #onOver = new Map<number, () => void>();

  /** Of the directories of this provider. */
  constructor(provider: Provider) {
    this.#provider = provider;
  }

  #begin(): Leases | null {
    const leases = this.#provider.leases?.((lease) => this.#over(lease)) ?? null;
    if (leases === null || leases.look !== undefined) return leases;
    leases.close();
    return null;
  }

  #over(lease: number): void {
    const onOver = this.#onOver.get(lease);
    this.#onOver.delete(lease);
    onOver?.();
  }

  /** Begins one of a directory; null where there is none to be had. */
  begin(path: string, onOver: () => void): ListingLease | null {
    if (this.#leases === undefined) this.#leases = this.#begin();
    const leases = this.#leases;
    if (leases === null) return null;
    try {
      const lease = leases.add(path);
      if (isPromise(lease)) {
        lease.then((number) => leases.remove(number), () => {});
        return null;
      }
      this.#onOver.set(lease, onOver);
      return {
        holds: () => {
          leases.look?.();
          return this.#onOver.has(lease);
        },
        end: () => {
          if (this.#onOver.delete(lease)) leases.remove(lease);
        },
      };
    } catch (thrown) {
      // Not there any more, no more watches, nowhere to watch: then nothing is kept.
      if (thrown instanceof FsError) return null;
      throw thrown;
    }
  }

  /** Gives all back: the end. */
  close(): void {
    this.#onOver.clear();
    this.#leases?.close();
    this.#leases = null;
  }
}
