/**
 * The FUSE protocol of Linux, spoken in TypeScript.
 *
 * A {@linkcode Device} is an open `/dev/fuse`; {@linkcode mountKernel} makes one, through libfuse or
 * directly. A {@linkcode Session} reads requests from it, has a {@linkcode RawFileSystem} serve them by
 * node id, and writes the replies. Nobody else writes to the descriptor, but {@linkcode Notices}.
 *
 * Ownership: message and reply buffers are pooled by the session. What a filesystem gets (`data`,
 * `buffer`, `out`, the {@linkcode Request} itself) is valid until the result it returned is there.
 *
 * Time: the loop spins a little after each burst of requests, sleeps in a poll that can be woken, and
 * lets the event loop turn at least every millisecond. A program that has the session for itself gets the
 * processor together with each reply. See {@linkcode LoopOptions}.
 *
 * @module
 */
export * from "./abi.ts";
export { Attr, AttrOut, EntryOut } from "./attr.ts";
export { DebugLog, ENTRY_REPLIES, type Trace } from "./debug_log.ts";
export { BackingFiles } from "./backing_files.ts";
export { type Channel, Device, type Wake } from "./device.ts";
export { DefaultRawFileSystem } from "./default_raw_file_system.ts";
export type { ThreadPlace } from "./hand_over.ts";
export { DirEntryList } from "./dir_entry_list.ts";
export { INIT_BIT, type InitFlag, InitFlags } from "./init_flags.ts";
export { DEDICATED_LOOP, LOOP_DEFAULTS, type LoopOptions, type LoopTimes } from "./session_loop.ts";
export { initWishes } from "./init_wishes.ts";
export { endOrCut } from "./end_or_cut.ts";
export { isStale, type KernelMount, mountKernel, serveOrUnmount } from "./kernel_mount.ts";
export { FuseMountError } from "./fuse_mount_error.ts";
export { type MountOptions } from "./mount_options.ts";
export type { Agreement, InitWishes } from "./negotiation.ts";
export { Notices } from "./notices.ts";
export { Opcode, type OpcodeName, opcodeName } from "./opcode.ts";
export { OpenOut } from "./open_out.ts";
export type { Outcome, RawFileSystem } from "./raw_file_system.ts";
export { type Reply, Request, type Timeouts } from "./request.ts";
export { Session, type SessionOptions } from "./session.ts";
export { SetAttrIn } from "./setattr_in.ts";
export { StatxOut } from "./statx_out.ts";
export { unmount, type UnmountOptions } from "./unmount.ts";
