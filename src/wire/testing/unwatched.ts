/**
 * A provider that does not tell of changes, for tests of what the server itself tells.
 *
 * @module
 */
import { FsError } from "../../base/mod.ts";
import { type CapabilitySet, Forward, type WatchEvent } from "../../provider/mod.ts";

/** Everything but `watch`. */
export class Unwatched extends Forward {
  override get capabilities(): CapabilitySet {
    const capabilities = new Set(this.inner.capabilities);
    capabilities.delete("watch");
    return capabilities;
  }

  override watch(path: string): AsyncIterable<WatchEvent> {
    throw new FsError("ENOSYS", { syscall: "watch", path });
  }
}
