/**
 * Mounting a provider through the kernel.
 *
 * {@linkcode mount} makes the mount, speaks the kernel's protocol and translates it to the provider's
 * operations. Everything runs in the calling thread, between its other work: the mount is served while
 * the event loop turns. A process must not use its own mount synchronously.
 *
 * @module
 */
export { type Agreement, FuseMountError, type LoopOptions, unmount } from "../fuse/mod.ts";
export type { UnmountOptions } from "../fuse/mod.ts";
export { Mount, mount, type MountOptions } from "./mount.ts";
