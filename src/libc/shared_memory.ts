/**
 * Memory that two processes share (`memfd_create(2)`).
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { cString } from "./c_string.ts";
import { CStringArea } from "./c_string_area.ts";
import { close, fcntl } from "./descriptor.ts";
import { check, errno, libc, outcome } from "./library.ts";
import { AT_EMPTY_PATH, StatxBlock } from "./statx.ts";

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const F_SEAL_SEAL = 1;
const F_SEAL_SHRINK = 2;
const F_SEAL_GROW = 4;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** What `mmap(2)` returns for an error, as an address. */
const MAP_FAILED = 2n ** 64n - 1n;

/**
 * A piece of memory that is mapped by its maker and by whoever was given its descriptor. It cannot shrink, which would
 * kill who touches what is gone. The other side may write anything at any time: read a number once, check it,
 * and copy bytes before they are looked at.
 */
export class SharedMemory {
  /** The memory. Nobody may touch it once it is closed. */
  readonly buffer: ArrayBuffer;
  readonly #address: bigint;
  #isOpen = true;

  private constructor(fd: number, size: number) {
    const mapped = libc().mmap(0n, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
    this.#address = BigInt(Deno.UnsafePointer.value(mapped));
    if (mapped === null || this.#address === MAP_FAILED) {
      throw new FsError("ENOMEM", { syscall: "mmap" });
    }
    this.buffer = Deno.UnsafePointerView.getArrayBuffer(mapped, size);
  }

  /**
   * Makes zeroed memory of `size` bytes, and a descriptor of it, which is the caller's to give away and to close.
   *
   * @throws {FsError} ENOMEM, EMFILE and the like.
   */
  static make(size: number): { readonly memory: SharedMemory; readonly fd: number } {
    const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const made = outcome(libc().memfd_create(cString("fusewire"), flags), errno[0]);
    const fd = check(made, "memfd_create");
    try {
      check(outcome(libc().ftruncate(fd, BigInt(size)), errno[0]), "ftruncate");
      check(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), "fcntl");
      return { memory: new SharedMemory(fd, size), fd };
    } catch (thrown) {
      close(fd);
      throw thrown;
    }
  }

  /**
   * Maps what somebody else has made. The descriptor stays the caller's.
   *
   * @throws {FsError} EINVAL for what is smaller than `size` or may shrink; ENOMEM and the like.
   */
  static map(fd: number, size: number): SharedMemory {
    const seals = fcntl(fd, F_GET_SEALS, 0);
    const statx = new StatxBlock();
    const stated = statx.fill(fd, new CStringArea().put(""), AT_EMPTY_PATH);
    const cannotShrink = seals >= 0 && (seals & F_SEAL_SHRINK) !== 0;
    if (!cannotShrink || stated < 0 || statx.size < size) {
      throw new FsError("EINVAL", { syscall: "mmap" });
    }
    return new SharedMemory(fd, size);
  }

  /** Gives the memory back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    libc().munmap(this.#address, BigInt(this.buffer.byteLength));
  }
}
