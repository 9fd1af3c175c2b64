/**
 * System calls: the C library through Deno's FFI.
 *
 * Nothing is opened at import. The first call opens the library and needs `--allow-ffi`;
 * {@linkcode isLibcAvailable} tells beforehand. Calls return their result, or the negated errno, as a
 * number; {@linkcode check} makes an FsError of it. A call costs about 100 ns plus the kernel's share
 * (`bench/real_fs_bench.ts`).
 *
 * Memory is given as a {@linkcode MemoryBlock}'s address, or as any buffer where the call says so. It
 * belongs to whoever made it and must stay until the call has ended, which for the asynchronous calls
 * is when their promise has settled. Their errno stays with the thread that made the call.
 *
 * A thread that waits for a descriptor of its own ({@linkcode threadWait}) waits for the sources of others at the
 * same time: so a mount over the wire takes answers and requests with no turn of the event loop between. Whoever
 * serves others with the thread may hold it until an answer is there: then it needs no promise either.
 *
 * @module
 */
export { acceptedSockets } from "./accepted_sockets.ts";
export { cString } from "./c_string.ts";
export { CStringArea, KERNEL_PATH_MAX } from "./c_string_area.ts";
export * from "./descriptor.ts";
export { POLLIN, POLLOUT, type PollWait, waitForAny } from "./descriptor_waits.ts";
export * from "./directory.ts";
export { takePart } from "./elsewhere.ts";
export { eventLoopDescriptors } from "./event_loop.ts";
export * from "./file_locks.ts";
export * from "./inotify.ts";
export { fromKernelOpenFlags, toKernelOpenFlags } from "./kernel_open_flags.ts";
export { check, failure, isLibcAvailable } from "./library.ts";
export { MemoryBlock } from "./memory_block.ts";
export * from "./open_file.ts";
export {
  DescriptorReceiver,
  DescriptorSender,
  receiveWithDescriptors,
  sendWithDescriptors,
} from "./passed_descriptors.ts";
export * from "./poll_set.ts";
export * from "./process.ts";
export { Processor, ProcessorLoad } from "./processor.ts";
export { SharedMemory } from "./shared_memory.ts";
export { SpinPolicy } from "./spin_policy.ts";
export { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, STATX_ALL, STATX_MODE, StatxBlock } from "./statx.ts";
export * from "./thread_wait.ts";
export * from "./unix_stream.ts";
export { IO_SIZE_MAX } from "./symbols.ts";
export * from "./xattr.ts";
