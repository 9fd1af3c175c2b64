/**
 * Requests that wait for their reply.
 *
 * @module
 */
import { errnoOf, FsError, type FsErrorDetails } from "../base/mod.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** Makes the result of a reply. The reply is good only during the call. */
export type Convert<T> = (response: VFSResponse) => T;

/** Somebody who waits for a reply. */
export interface Waiter {
  /** Number of the operation. */
  readonly op: number;
  /** The reply is there. */
  settle(response: VFSResponse): void;
  /** There will be no reply. */
  fail(thrown: unknown): void;
  /** The caller no longer waits. */
  interrupt(): void;
  /** Called once when it is over, in any way. */
  onEnd: (() => void) | null;
}

/** A promise that a reply fulfils. */
export class PendingReply<T> implements Waiter {
  /** Number of the operation. */
  readonly op: number;
  /** Called once when it is over, in any way. */
  onEnd: (() => void) | null = null;
  /** What the caller gets. */
  readonly promise: Promise<T>;
  readonly #convert: Convert<T>;
  readonly #details: FsErrorDetails;
  #resolve!: (value: T) => void;
  #reject!: (thrown: unknown) => void;

  /** @param convert Makes the result. @param details What a failure says. */
  constructor(op: number, convert: Convert<T>, details: FsErrorDetails) {
    this.op = op;
    this.#convert = convert;
    this.#details = details;
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Fulfils the promise, or rejects it with the reply's errno. */
  settle(response: VFSResponse): void {
    this.#over();
    if (response.err !== 0) {
      this.#reject(new FsError(errnoOf(-response.err).code, this.#details));
      return;
    }
    try {
      this.#resolve(this.#convert(response));
    } catch (thrown) {
      this.#reject(thrown);
    }
  }

  /** Rejects the promise: an error with EIO in the caller's terms, because of `cause`. */
  fail(cause: unknown): void {
    this.#over();
    this.#reject(new FsError("EIO", { ...this.#details, cause }));
  }

  /** Rejects the promise with EINTR: the caller no longer waits. */
  interrupt(): void {
    this.#over();
    this.#reject(new FsError("EINTR", this.#details));
  }

  #over(): void {
    const { onEnd } = this;
    this.onEnd = null;
    onEnd?.();
  }
}
