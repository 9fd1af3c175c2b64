/**
 * INIT: what the kernel offers, what we want, and what is agreed.
 *
 * @module
 */
import { FUSE_KERNEL_MINOR_VERSION, FUSE_KERNEL_VERSION } from "./abi.ts";
import { InitFlags } from "./init_flags.ts";

/** Size of `struct fuse_init_out` from 7.23 on. */
export const INIT_OUT_SIZE = 64;
/** The least body of an INIT request: major, minor, max_readahead, flags. */
export const INIT_IN_SIZE_MIN = 16;
/** `max_stack_depth`: backing files are of filesystems that are not stacked on others themselves. */
const STACK_DEPTH_MAX = 1;
/** The size of a page; the kernel counts `max_pages` in these. */
const PAGE_SIZE = 4096;

/** The first message of the kernel, `struct fuse_init_in`. */
export interface InitIn {
  /** The kernel's major version. */
  readonly major: number;
  /** The kernel's minor version. */
  readonly minor: number;
  /** The largest read-ahead the kernel would do, in bytes. */
  readonly maxReadahead: number;
  /** What the kernel can do. */
  readonly flags: InitFlags;
}

/** What we want. */
export interface InitWishes {
  /** The features to ask for; those that the kernel lacks are left out. */
  readonly flags: InitFlags;
  /** The largest WRITE in bytes; the kernel's own limit is 1 MiB unless root raised it. */
  readonly maxWrite: number;
  /** The largest read-ahead in bytes. */
  readonly maxReadahead: number;
  /** How many asynchronous requests may wait before the kernel holds back. */
  readonly maxBackground: number;
  /** From how many on the kernel counts as congested. */
  readonly congestionThreshold: number;
}

/** What was agreed. */
export interface Agreement {
  /** The lower of the two minor versions. */
  readonly minor: number;
  /** What both sides do. */
  readonly flags: InitFlags;
  /** The largest WRITE in bytes. */
  readonly maxWrite: number;
  /** The largest read-ahead in bytes. */
  readonly maxReadahead: number;
  /** As wished. */
  readonly maxBackground: number;
  /** As wished. */
  readonly congestionThreshold: number;
}

/** Reads a `fuse_init_in` at `offset`; `size` bytes of it are there. */
export function decodeInit(view: DataView, offset: number, size: number): InitIn {
  const low = view.getUint32(offset + 12, true);
  const hasHigh = size >= 20 && InitFlags.fromWords(low, 0).has("INIT_EXT");
  return {
    major: view.getUint32(offset, true),
    minor: view.getUint32(offset + 4, true),
    maxReadahead: view.getUint32(offset + 8, true),
    flags: InitFlags.fromWords(low, hasHigh ? view.getUint32(offset + 16, true) : 0),
  };
}

/** Agrees to what is both offered and wished. */
export function negotiate(offer: InitIn, wishes: InitWishes): Agreement {
  return {
    minor: Math.min(offer.minor, FUSE_KERNEL_MINOR_VERSION),
    flags: wishes.flags.and(offer.flags),
    maxWrite: wishes.maxWrite,
    maxReadahead: Math.min(wishes.maxReadahead, offer.maxReadahead),
    maxBackground: wishes.maxBackground,
    congestionThreshold: wishes.congestionThreshold,
  };
}

/** Writes the 64 bytes of a `fuse_init_out` at `offset`. */
export function encodeInit(view: DataView, offset: number, agreed: Agreement): void {
  for (let at = 0; at < INIT_OUT_SIZE; at += 4) view.setUint32(offset + at, 0, true);
  view.setUint32(offset, FUSE_KERNEL_VERSION, true);
  view.setUint32(offset + 4, FUSE_KERNEL_MINOR_VERSION, true);
  view.setUint32(offset + 8, agreed.maxReadahead, true);
  view.setUint32(offset + 12, agreed.flags.low, true);
  view.setUint16(offset + 16, agreed.maxBackground, true);
  view.setUint16(offset + 18, agreed.congestionThreshold, true);
  view.setUint32(offset + 20, agreed.maxWrite, true);
  view.setUint32(offset + 24, 1, true); // time_gran: nanoseconds
  view.setUint16(offset + 28, Math.ceil(agreed.maxWrite / PAGE_SIZE), true);
  view.setUint32(offset + 32, agreed.flags.high, true);
  if (agreed.flags.has("PASSTHROUGH")) view.setUint32(offset + 36, STACK_DEPTH_MAX, true);
}
