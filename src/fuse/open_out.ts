/**
 * `struct fuse_open_out`: what an opened file is to the kernel.
 *
 * @module
 */
import { write64 } from "./word64.ts";

/** Size of `struct fuse_open_out`. */
export const OPEN_OUT_SIZE = 16;

/** Seed 2's `fuse.OpenOut`. */
export class OpenOut {
  /** Our number for the open file, which later requests carry; 0 for none. */
  fh = 0;
  /** A set of `FOPEN` bits. */
  openFlags = 0;
  /** The backing file of a passthrough open. */
  backingId = 0;

  /** Clears everything for the next request. */
  reset(): void {
    this.fh = 0;
    this.openFlags = 0;
    this.backingId = 0;
  }

  /** Writes the 16 bytes at `offset`. */
  encode(view: DataView, offset: number): void {
    write64(view, offset, this.fh);
    view.setUint32(offset + 8, this.openFlags, true);
    view.setInt32(offset + 12, this.backingId, true);
  }
}
