/**
 * Requests that wait for their reply.
 *
 * @module
 */
import { errnoOf, FsError, type FsErrorDetails } from "../base/mod.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** Makes the result of a reply. The reply is good only during the call. */
export type Convert<T> = (response: VFSResponse) => T;

/** An open file that a request is about: its number changes when it is opened again. */
export interface RemoteFile {
  /** The server's number of it. */
  readonly number: number | bigint;
  /** Whether it could not be opened again. */
  readonly lost: boolean;
  /** The number of its inode; 0 when that is not known. */
  readonly ino: number | bigint;
}

/** What a request must be made of to be sent, or sent again, over a new connection. */
export interface KeptRequest {
  /** Its fields. */
  readonly request: VFSRequest;
  /** The file whose number is `fh`. */
  readonly file: RemoteFile | null;
  /** The file whose number is `fh2`. */
  readonly file2: RemoteFile | null;
}

/** Somebody who waits for a reply. */
export interface Waiter {
  /** Number of the operation. */
  readonly op: number;
  /** Number of the request on the connection that it was sent over; 0 in version 1. */
  id: number;
  /** Whether it has gone out: then a change may have been made. */
  sent: boolean;
  /** Whether it may go out a moment later, together with the next one. */
  mayBeLate: boolean;
  /** What it takes to send it again; null when that is not wanted. */
  kept: KeptRequest | null;
  /** Called once when it is over, in any way. */
  onEnd: (() => void) | null;
  /** Called with the reply, before the caller gets it. */
  onReply: ((response: VFSResponse) => void) | null;
  /** The reply is there. */
  settle(response: VFSResponse): void;
  /** There will be no reply, because of `cause`: EIO. */
  fail(cause: unknown): void;
  /** The caller no longer waits: EINTR. */
  interrupt(): void;
}

/** A promise that a reply fulfils. */
export class PendingReply<T> implements Waiter {
  /** Number of the operation. */
  readonly op: number;
  /** Number of the request on its connection. */
  id = 0;
  /** Whether it has gone out. */
  sent = false;
  /** Whether it may go out a moment later. */
  mayBeLate = false;
  /** What it takes to send it again. */
  kept: KeptRequest | null = null;
  /** Called once when it is over, in any way. */
  onEnd: (() => void) | null = null;
  /** Called with the reply, before the caller gets it. */
  onReply: ((response: VFSResponse) => void) | null = null;
  /** What the caller gets. */
  readonly promise: Promise<T>;
  readonly #convert: Convert<T>;
  readonly #details: FsErrorDetails;
  #resolve!: (value: T) => void;
  #reject!: (thrown: unknown) => void;

  /** `convert` makes the result, `details` is what a failure says. */
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
    this.onReply?.(response);
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
    this.kept = null;
    onEnd?.();
  }
}
