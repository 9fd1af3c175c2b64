/**
 * Whether a hook applies.
 *
 * @module
 */
import type { HookRequest } from "./hook_request.ts";

/** Seed 1's `HookMatcher`: decides whether a hook applies to a request. */
export interface HookMatcher {
  /** Whether it applies. It must not wait and must not change the request. */
  match(request: HookRequest): boolean;
}

/** A function as a {@linkcode HookMatcher}; without a function everything matches. */
export class HookMatcherFunc implements HookMatcher {
  readonly #run: HookMatcher["match"] | undefined;

  /** Adapts `run`. */
  constructor(run?: HookMatcher["match"]) {
    this.#run = run;
  }

  /** Calls the function. */
  match(request: HookRequest): boolean {
    return this.#run?.(request) ?? true;
  }
}
