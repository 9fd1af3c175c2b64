/**
 * The code that a hook runs.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { HookRequest } from "./hook_request.ts";
import type { HookResult } from "./hook_result.ts";

/** What a callback gets besides the request. */
export interface HookContext {
  /**
   * Aborts when the hook's time is over, or when the caller no longer waits for the operation; what
   * the callback does then changes nothing any more.
   */
  readonly signal: AbortSignal;
  /** The caller of the operation, where one is known. */
  readonly caller: Context | undefined;
}

/** Seed 1's `BeforeHookCallback`: runs before the operation. */
export interface BeforeHookCallback {
  /**
   * Returns to let the operation go on, perhaps with a changed request.
   *
   * @throws {FsError} The operation fails with this error. Anything else is EIO, and is reported.
   */
  before(request: HookRequest, context: HookContext): MaybePromise<void>;
}

/** Seed 1's `AfterHookCallback`: runs after the operation. */
export interface AfterHookCallback {
  /** Sees the result and cannot change it; what it throws is reported. */
  after(request: HookRequest, result: HookResult, context: HookContext): MaybePromise<void>;
}

/** A function as a {@linkcode BeforeHookCallback}; without a function it does nothing. */
export class BeforeHookFunc implements BeforeHookCallback {
  readonly #run: BeforeHookCallback["before"] | undefined;

  /** Adapts `run`. */
  constructor(run?: BeforeHookCallback["before"]) {
    this.#run = run;
  }

  /** Calls the function. */
  before(request: HookRequest, context: HookContext): MaybePromise<void> {
    return this.#run?.(request, context);
  }
}

/** A function as an {@linkcode AfterHookCallback}; without a function it does nothing. */
export class AfterHookFunc implements AfterHookCallback {
  readonly #run: AfterHookCallback["after"] | undefined;

  /** Adapts `run`. */
  constructor(run?: AfterHookCallback["after"]) {
    this.#run = run;
  }

  /** Calls the function. */
  after(request: HookRequest, result: HookResult, context: HookContext): MaybePromise<void> {
    return this.#run?.(request, result, context);
  }
}

/** What a {@linkcode MutateReadFunc} is given. */
export interface MutateReadRequest {
  /** The path that the file was opened by. */
  readonly path: string;
  /** The whole content, or what the hook before made of it; not to be changed in place. */
  readonly data: Uint8Array;
  /** The file's permission bits. */
  readonly mode: number;
  /** The caller's user id. */
  readonly uid: number;
  /** The caller's group id. */
  readonly gid: number;
}

/**
 * Computes what readers see in place of a file's content, of any length. It should give the same for
 * the same content: `stat` tells the length, and readers rely on it.
 */
export type MutateReadFunc = (
  request: MutateReadRequest,
  context: HookContext,
) => MaybePromise<Uint8Array>;
