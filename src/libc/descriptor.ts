/**
 * Thin calls on descriptors. Unless they say that they throw, they return the result or the negated
 * errno, so that a miss on a hot path costs no exception.
 *
 * @module
 */
import { O_NONBLOCK } from "../base/mod.ts";
import { cString } from "./c_string.ts";
import { toKernelOpenFlags } from "./kernel_open_flags.ts";
import { elsewhere } from "./elsewhere.ts";
import { check, errno, libc, outcome } from "./library.ts";

/** `fcntl`: another number for the open file, with FD_CLOEXEC. */
const F_DUPFD_CLOEXEC = 1030;
/** `fcntl`: the flags of the open file. */
export const F_GETFL = 3;
/** `fcntl`: sets O_APPEND, O_NONBLOCK and the like. */
export const F_SETFL = 4;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const EFD_SEMAPHORE = 1;

/** `open(2)` of a host path; `flags` in the numbers of `src/base`. Returns a descriptor. */
export function open(path: string, flags: number, mode = 0): number {
  return outcome(libc().open(cString(path), toKernelOpenFlags(flags), mode), errno[0]);
}

/** `close(2)`. The descriptor is gone, whatever it returns. */
export function close(fd: number): number {
  return outcome(libc().close(fd), errno[0]);
}

/** `read(2)` of at most `size` bytes to an address. */
export function read(fd: number, address: number, size: number): number {
  return outcome(libc().read(fd, BigInt(address), BigInt(size)), errno[0]);
}

/** `write(2)` of `size` bytes from an address. */
export function write(fd: number, address: number, size: number): number {
  return outcome(libc().write(fd, BigInt(address), BigInt(size)), errno[0]);
}

/**
 * `write(2)` on another thread. Resolves to the bytes written, or -1: the errno stays with the other
 * thread. The memory must stay until then.
 */
export function writeAsync(fd: number, address: number, size: number): Promise<number> {
  return elsewhere().writeAsync(fd, BigInt(address), BigInt(size));
}

/** `writev(2)`: `count` structs of address and size (8 bytes each) at `address`. */
export function writev(fd: number, address: number, count: number): number {
  return outcome(libc().writev(fd, BigInt(address), count), errno[0]);
}

/** `pread(2)` into any buffer, also a view of one. */
export function pread(fd: number, buffer: Uint8Array, size: number, offset: number): number {
  return outcome(libc().pread(fd, buffer, BigInt(size), BigInt(offset)), errno[0]);
}

/** `pwrite(2)` from any buffer, also a view of one. */
export function pwrite(fd: number, data: Uint8Array, size: number, offset: number): number {
  return outcome(libc().pwrite(fd, data, BigInt(size), BigInt(offset)), errno[0]);
}

/** `dup(2)`. */
export function dup(fd: number): number {
  return outcome(libc().dup(fd), errno[0]);
}

/**
 * Another number for an open file, which no program that is started inherits.
 *
 * @throws {FsError} EMFILE and the like.
 */
export function duplicate(fd: number): number {
  return check(fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl");
}

/** `fcntl(2)`; `argument` is a number or an address, as the command wants it. */
export function fcntl(fd: number, command: number, argument: number): number {
  return outcome(libc().fcntl(fd, command, BigInt(argument)), errno[0]);
}

/** `ioctl(2)`; `argument` is a number or an address, as the request wants it. */
export function ioctl(fd: number, request: number, argument: number): number {
  return outcome(libc().ioctl(fd, BigInt(request), BigInt(argument)), errno[0]);
}

/** `poll(2)` of `count` structs of 8 bytes at `address`; -1 waits for ever, with this thread. */
export function poll(address: number, count: number, timeoutMs: number): number {
  return outcome(libc().poll(BigInt(address), BigInt(count), timeoutMs), errno[0]);
}

/**
 * `poll(2)` on another thread, which it holds until it ends: include a descriptor that can end it.
 * Resolves to the number of ready descriptors, or -1. The memory must stay until then.
 */
export function pollAsync(address: number, count: number, timeoutMs: number): Promise<number> {
  return elsewhere().pollAsync(BigInt(address), BigInt(count), timeoutMs);
}

/**
 * A new counter that can be polled (`eventfd(2)`), which neither blocks nor is inherited.
 *
 * @param isSemaphore Whether reading takes one from it, instead of all.
 * @throws {FsError} EMFILE and the like.
 */
export function eventfd(isSemaphore = false): number {
  const flags = EFD_CLOEXEC | EFD_NONBLOCK | (isSemaphore ? EFD_SEMAPHORE : 0);
  return check(outcome(libc().eventfd(0, flags), errno[0]), "eventfd");
}

/**
 * Sets O_NONBLOCK.
 *
 * @throws {FsError} EBADF.
 */
export function setNonblocking(fd: number): void {
  const flags = check(fcntl(fd, F_GETFL, 0), "fcntl");
  check(fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl");
}
