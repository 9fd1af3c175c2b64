/**
 * A hook of callbacks.
 *
 * @module
 */
import type { AfterHookCallback, BeforeHookCallback, MutateReadFunc } from "./hook_callback.ts";
import type { HookMatcher } from "./hook_matcher.ts";
import type { HookPhaseText } from "./hook_phase.ts";

/** Seed 1's `Hook`: callbacks, and when they run. Callbacks may be plain functions. */
export interface Hook {
  /** For reports. */
  readonly name?: string;
  /** When it runs; default before. */
  readonly phase?: HookPhaseText;
  /** What it applies to; default everything. */
  readonly matcher?: HookMatcher | HookMatcher["match"] | undefined;
  /** Runs before the operation, in the before phase. */
  readonly before?: BeforeHookCallback | BeforeHookCallback["before"] | undefined;
  /** Runs after the operation, in the after phase. */
  readonly after?: AfterHookCallback | AfterHookCallback["after"] | undefined;
  /** Replaces what readers see, in the before phase; the matcher must match `read`. */
  readonly mutateRead?: MutateReadFunc | undefined;
  /** Puts the after callback on the engine's queue: the operation does not wait for it. */
  readonly async?: boolean;
  /**
   * Leaves the after callback out while a callback marked so is running: what a callback does to the
   * filesystem itself then triggers it no further.
   */
  readonly sideEffect?: boolean;
  /** How long a callback may take in milliseconds; default as the engine, 0 for no limit. */
  readonly timeoutMs?: number | undefined;
}
