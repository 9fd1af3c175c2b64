/**
 * A provider that cannot be served: nobody finds its root. For tests of `mountModule`.
 *
 * @module
 */
import { FsError } from "../../base/mod.ts";
import { MemoryProvider } from "../../providers/mod.ts";

/** Refuses what a mount asks first. */
export default class Rootless extends MemoryProvider {
  override stat(): never {
    throw new FsError("EIO", { syscall: "stat", path: "/" });
  }
}
