/**
 * An entry of a listing as a message.
 *
 * @module
 */
import { VFSStat } from "./vfs_stat.ts";

/**
 * Seed 1's `VFSDirEntry`. In version 1 `mode` holds the type bits of Go's FileMode. In version 2 an
 * entry is a name with full attributes; when the server did not get those, `nlink` is 0 and `mode` has
 * the type only.
 */
export class VFSDirEntry extends VFSStat {
  /** The name. */
  name = "";

  /** Takes the fields of `init`; the rest is 0 or empty. */
  constructor(init?: Partial<VFSDirEntry>) {
    super();
    if (init !== undefined) Object.assign(this, init);
  }
}
