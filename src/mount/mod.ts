/**
 * Filesystems for the kernel: mount a provider, or write a tree of nodes.
 *
 * {@linkcode mount} mounts a provider. {@linkcode mountNodes} mounts a tree of your own nodes: classes that
 * extend {@linkcode Node} and implement as many of the `Node...` interfaces as they like (go-fuse's `fs`
 * package; `src/nodefs/SEED2.md` maps its names to these). Both return a {@linkcode Mount}.
 *
 * Everything runs in the calling thread, between its other work: the mount is served while the event loop
 * turns. A process must not use its own mount synchronously, also not by closing a file or with `using`;
 * {@linkcode mountModule} is for those that want to: a worker loads a module and serves what it exports.
 *
 * @module
 */
export { ERRNO, Errno, FsError, type MaybePromise } from "../base/mod.ts";
export {
  type Agreement,
  Attr,
  AttrOut,
  DEDICATED_LOOP,
  DefaultRawFileSystem,
  EntryOut,
  FATTR,
  FOPEN,
  FuseMountError,
  type LoopOptions,
  type LoopTimes,
  Notices,
  OpenOut,
  type RawFileSystem,
  Request,
  SetAttrIn,
  StatxOut,
  unmount,
  type UnmountOptions,
} from "../fuse/mod.ts";
export * from "../nodefs/mod.ts";
export type { Context, FileLock, StatFs } from "../provider/mod.ts";
export { LoopbackNode, LoopbackRoot, newLoopbackRoot } from "./loopback_node.ts";
export { mount, type MountOptions } from "./mount.ts";
export { ModuleMount, type ModuleMountOptions, mountModule } from "./mount_module.ts";
export { ProviderNode } from "./provider_node.ts";
