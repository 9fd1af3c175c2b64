/**
 * A provider whose leases end when a test says so.
 *
 * @module
 */
import { clean, FsError, isPromise } from "../../base/mod.ts";
import { type Context, Forward, type Leases, type OnLeaseOver } from "../../provider/mod.ts";

/** Gives leases of the directories of another provider, which tell of no change by themselves. */
export class Leasable extends Forward {
  /** Paths that are leased, by somebody's function that ends the lease. */
  readonly leased: Map<string, () => void> = new Map();
  /** The paths of all leases that there ever were. */
  readonly asked: string[] = [];
  #last = 0;

  /** Leases for one connection. */
  leases(onOver: OnLeaseOver): Leases {
    const paths = new Map<number, string>();
    const remove = (lease: number): void => {
      const path = paths.get(lease);
      if (path === undefined) return;
      paths.delete(lease);
      // There may be a newer one.
      if (![...paths.values()].includes(path)) this.leased.delete(path);
    };
    const add = (path: string, context?: Context): number => {
      this.asked.push(path);
      const info = this.inner.lstat(path, context);
      if (isPromise(info) || !info.isDir) throw new FsError("ENOTDIR", { syscall: "lease", path });
      const lease = ++this.#last;
      paths.set(lease, clean(path));
      this.leased.set(clean(path), () => {
        remove(lease);
        onOver(lease);
      });
      return lease;
    };
    return { add, remove, close: () => [...paths.keys()].forEach(remove) };
  }

  /** Something has changed in the directory. */
  end(path: string): void {
    this.leased.get(path)?.();
  }
}
