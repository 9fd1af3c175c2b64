/**
 * Requests that wait for their reply.
 *
 * @module
 */
import { ERRNO, errnoOf, FsError, type FsErrorDetails } from "../base/mod.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** `err` of a reply about a name that is not there. */
const ENOENT = -ERRNO.ENOENT.number;

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
  /** The same for who counts the changes that are under way. */
  onChanged: (() => void) | null;
  /** Called with the reply, before the caller gets it. */
  onReply: ((response: VFSResponse) => void) | null;
  /** Called with a reply that comes when it is over already, instead of making a result of it. */
  onLate: ((response: VFSResponse) => void) | null;
  /** Whether it is over. */
  readonly isOver: boolean;
  /** The reply is there. */
  settle(response: VFSResponse): void;
  /** There will be no reply, because of `cause`: EIO. */
  fail(cause: unknown): void;
  /** The caller no longer waits: EINTR. */
  interrupt(): void;
  /** The caller waits no longer for a reply that may still come: EIO, because of `cause`. */
  giveUp(cause: unknown): void;
}

/** How a request ended. */
type Outcome<T> = { readonly value: T } | { readonly thrown: unknown };

/** The result of a request, for which a promise is made only when somebody has to wait. */
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
  /** The same for who counts changes. */
  onChanged: (() => void) | null = null;
  /** Called with the reply, before the caller gets it. */
  onReply: ((response: VFSResponse) => void) | null = null;
  /** Called with a reply that comes too late. */
  onLate: ((response: VFSResponse) => void) | null = null;
  /** The result where there is nothing; null for ENOENT as an error. */
  onMissing: (() => T) | null = null;
  readonly #convert: Convert<T>;
  readonly #details: FsErrorDetails;
  #outcome: Outcome<T> | null = null;
  #later: PromiseWithResolvers<T> | null = null;

  /** `convert` makes the result, `details` is what a failure says. */
  constructor(op: number, convert: Convert<T>, details: FsErrorDetails) {
    this.op = op;
    this.#convert = convert;
    this.#details = details;
  }

  /** Whether the result is there. */
  get isOver(): boolean {
    return this.#outcome !== null;
  }

  /**
   * The result, which must be there.
   *
   * @throws {FsError} When it is a failure.
   */
  result(): T {
    const outcome = this.#outcome;
    if (outcome === null) throw new Error("The result is not there yet");
    if ("thrown" in outcome) throw outcome.thrown;
    return outcome.value;
  }

  /** The result, for who has to wait. */
  get promise(): Promise<T> {
    if (this.#later === null) {
      this.#later = Promise.withResolvers();
      if (this.#outcome !== null) this.#keep(this.#outcome);
    }
    return this.#later.promise;
  }

  /** The reply is there: its result, or its errno as an error. */
  settle(response: VFSResponse): void {
    const isLate = this.isOver;
    this.#over();
    this.onReply?.(response);
    // The caller's buffer is somebody else's by now.
    if (isLate) return this.onLate?.(response);
    if (response.err === ENOENT && this.onMissing !== null) {
      this.#keep({ value: this.onMissing() });
      return;
    }
    if (response.err !== 0) {
      this.#keep({ thrown: new FsError(errnoOf(-response.err).code, this.#details) });
      return;
    }
    let outcome: Outcome<T>;
    try {
      outcome = { value: this.#convert(response) };
    } catch (thrown) {
      outcome = { thrown };
    }
    this.#keep(outcome);
  }

  /** There will be no reply: an error with EIO in the caller's terms, because of `cause`. */
  fail(cause: unknown): void {
    this.#over();
    this.#keep({ thrown: new FsError("EIO", { ...this.#details, cause }) });
  }

  /** The caller no longer waits: EINTR. */
  interrupt(): void {
    this.#over();
    this.#keep({ thrown: new FsError("EINTR", this.#details) });
  }

  /** The caller waits no longer; the change is under way as long as there is no reply. */
  giveUp(cause: unknown): void {
    const { onChanged } = this;
    this.onChanged = null;
    this.fail(cause);
    this.onChanged = onChanged;
  }

  /** The first outcome is the one that counts. */
  #keep(outcome: Outcome<T>): void {
    this.#outcome ??= outcome;
    if (this.#later === null) return;
    if ("thrown" in outcome) this.#later.reject(outcome.thrown);
    else this.#later.resolve(outcome.value);
  }

  #over(): void {
    const { onEnd, onChanged } = this;
    this.onEnd = this.onChanged = null;
    this.kept = null;
    onEnd?.();
    onChanged?.();
  }
}
