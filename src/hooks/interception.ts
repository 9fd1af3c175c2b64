/**
 * One operation between its hooks.
 *
 * @module
 */
import { chain, isPromise, type MaybePromise, rescue } from "../base/mod.ts";
import type { Context, FileInfo } from "../provider/mod.ts";
import { inCallersTerms } from "./callers_terms.ts";
import type { HookEngine } from "./hook_engine.ts";
import type { HookOp } from "./hook_op.ts";
import { type HookRequest, newHookRequest } from "./hook_request.ts";
import { hookFileMeta, type HookResult } from "./hook_result.ts";
import { processIdentity } from "./process_identity.ts";

/** What a result is to hooks. */
export type Describe<T> = (value: T) => HookResult;

/** A result about which there is nothing to tell. */
const DONE: HookResult = Object.freeze({ bytes: 0 });

/** Runs operations between the hooks of one engine; shared by a provider and its handles. */
export class Interception {
  /** The hooks. */
  readonly engine: HookEngine;
  /** Whether the provider keeps owners. */
  readonly hasOwnership: boolean;

  /** @param hasOwnership Whether the provider declares `chown`. */
  constructor(engine: HookEngine, hasOwnership: boolean) {
    this.engine = engine;
    this.hasOwnership = hasOwnership;
  }

  /** Whether anybody may want to know of the operation; false costs next to nothing. */
  wants(op: HookOp, path: string, newPath = ""): boolean {
    if (this.engine.observed) return true;
    const plan = this.engine.plans[op];
    return !plan.isEmpty && plan.touches(path, newPath);
  }

  /** Whether a before hook may apply. */
  wantsBefore(op: HookOp, path: string, newPath = ""): boolean {
    const plan = this.engine.plans[op];
    return plan.before.length > 0 && plan.touchesBefore(path, newPath);
  }

  /** A request of the caller. */
  request(op: HookOp, path: string, context: Context | undefined): HookRequest {
    return newHookRequest(op, path, context ?? processIdentity());
  }

  /** Asks the before hooks, runs the operation, and tells the after hooks. */
  run<T>(
    request: HookRequest,
    context: Context | undefined,
    perform: (request: HookRequest) => MaybePromise<T>,
    describe?: Describe<T>,
  ): MaybePromise<T> {
    return this.ask(
      request,
      context,
      () => this.finish(request, context, () => perform(request), describe),
    );
  }

  /**
   * Asks the before hooks, then goes on. Errors name the paths that the request has now, whatever hooks make of
   * it: those of the caller.
   */
  ask<T>(
    request: HookRequest,
    context: Context | undefined,
    goOn: () => MaybePromise<T>,
  ): MaybePromise<T> {
    const { path, newPath } = request;
    return rescue(
      () => chain(this.engine.before(request, context), goOn),
      (thrown): never => {
        throw inCallersTerms(thrown, { path, newPath }, request);
      },
    );
  }

  /** Runs an operation whose before hooks have been asked, and tells the after hooks. */
  finish<T>(
    request: HookRequest,
    context: Context | undefined,
    perform: () => MaybePromise<T>,
    describe?: Describe<T>,
  ): MaybePromise<T> {
    const succeed = (value: T) =>
      chain(this.engine.after(request, describe?.(value) ?? DONE, context), () => value);
    const fail = (err: unknown) =>
      chain(this.engine.after(request, { err, bytes: 0 }, context), (): never => {
        throw err;
      });
    let value: MaybePromise<T>;
    try {
      value = perform();
    } catch (thrown) {
      return fail(thrown);
    }
    return isPromise(value) ? value.then(succeed, fail) : succeed(value);
  }

  /** What attributes are to hooks. */
  readonly seen: Describe<FileInfo> = (info: FileInfo) => ({
    bytes: 0,
    meta: hookFileMeta(info, this.hasOwnership),
  });
}
