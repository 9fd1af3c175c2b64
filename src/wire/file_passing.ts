/**
 * Opened files that a server passes to a client.
 *
 * @module
 */
import { allowsWrite, O_PATH, S_IFMT, S_IFREG } from "../base/mod.ts";
import type { FileInfo, Handle } from "../provider/mod.ts";
import type { ByteChannel } from "./transport.ts";

/** A file that is only read is passed from this size on, in bytes: what is smaller is read with one question. */
export const PASSED_READ_MIN = 1 << 16;
/** The numbers of what is passed: they begin again, as one is a byte. */
export const NUMBER_MAX = 255;

/** Passes the files of a connection. */
export class FilePassing {
  readonly #channel: ByteChannel;
  readonly #isAllowed: boolean;
  #last = 0;

  /** Over this channel, if it `isAllowed`. */
  constructor(channel: ByteChannel, isAllowed: boolean) {
    this.#channel = channel;
    this.#isAllowed = isAllowed;
  }

  /** Passes the file that has just been opened, where it pays. Returns the number that it got, 0 when it was not. */
  pass(handle: Handle, flags: number, info: FileInfo): number {
    if (!this.#isAllowed || this.#channel.passDescriptor === undefined) return 0;
    const fd = handle.hostFd ?? -1;
    const isFile = fd >= 0 && (info.mode & S_IFMT) === S_IFREG && (flags & O_PATH) === 0;
    if (!isFile || !(allowsWrite(flags) || info.size >= PASSED_READ_MIN)) return 0;
    const number = this.#last % NUMBER_MAX + 1;
    if (!this.#channel.passDescriptor(fd, number)) return 0;
    this.#last = number;
    return number;
  }
}
