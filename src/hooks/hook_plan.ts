/**
 * Hooks, sorted by the operations that they concern.
 *
 * @module
 */
import { TIMER_MAX_MS } from "../base/mod.ts";
import type { Hook } from "./hook.ts";
import {
  type AfterHookCallback,
  AfterHookFunc,
  type BeforeHookCallback,
  BeforeHookFunc,
  type MutateReadFunc,
} from "./hook_callback.ts";
import { type HookMatcher, HookMatcherFunc } from "./hook_matcher.ts";
import { ALL_HOOK_OPS, HookOp } from "./hook_op.ts";
import { HookPhase, hookPhaseOf } from "./hook_phase.ts";
import { LOOKS_AT, OpPathMatcher } from "./op_path_matcher.ts";

/** A hook whose defaults are filled in; each has one callback. */
export interface CompiledHook {
  /** For reports. */
  readonly name: string;
  /** What it applies to. */
  readonly matcher: HookMatcher;
  /** Runs before the operation. */
  readonly before: BeforeHookCallback | null;
  /** Runs after the operation. */
  readonly after: AfterHookCallback | null;
  /** Replaces what readers see. */
  readonly mutateRead: MutateReadFunc | null;
  /** Whether the after callback is queued. */
  readonly async: boolean;
  /** Whether it is left out while one of its kind runs. */
  readonly sideEffect: boolean;
  /** Its time in milliseconds, 0 for no limit. */
  readonly timeoutMs: number;
}

/** The hooks of one operation, in the order in which they were given. */
export class HookPlan {
  /** The operation. */
  readonly op: HookOp;
  /** Those that run before it. */
  readonly before: readonly CompiledHook[];
  /** Those that run after it. */
  readonly after: readonly CompiledHook[];
  /** Those that replace what readers see; only for `read`. */
  readonly mutateRead: readonly CompiledHook[];
  /** Whether there are none before or after. */
  readonly isEmpty: boolean;
  readonly #before: Touch;
  readonly #after: Touch;

  /** Takes the hooks that concern the operation. */
  constructor(op: HookOp, hooks: readonly CompiledHook[]) {
    this.op = op;
    const concerned = hooks.filter(({ matcher }) =>
      !(matcher instanceof OpPathMatcher) || matcher.concerns(op)
    );
    this.before = concerned.filter((hook) => hook.before !== null);
    this.after = concerned.filter((hook) => hook.after !== null);
    this.mutateRead = op === HookOp.Read
      ? concerned.filter((hook) => hook.mutateRead !== null)
      : [];
    this.isEmpty = this.before.length === 0 && this.after.length === 0;
    this.#before = new Touch(op, this.before);
    this.#after = new Touch(op, this.after);
  }

  /** Whether a hook before or after may apply to these clean paths. */
  touches(path: string, newPath: string): boolean {
    return this.#before.some(path, newPath) || this.#after.some(path, newPath);
  }

  /** Whether a hook before may apply to these clean paths. */
  touchesBefore(path: string, newPath: string): boolean {
    return this.#before.some(path, newPath);
  }
}

/** Finds out quickly that no hook of a list applies to a path. */
class Touch {
  readonly #op: HookOp;
  /** A matcher that is code has to be asked with the request itself. */
  readonly #always: boolean;
  readonly #onPath: readonly OpPathMatcher[];
  readonly #onNewPath: readonly OpPathMatcher[];

  constructor(op: HookOp, hooks: readonly CompiledHook[]) {
    const matchers = hooks.map((hook) => hook.matcher);
    const looking = (bit: number) =>
      matchers.filter((matcher) => matcher instanceof OpPathMatcher).filter((matcher) =>
        (matcher.pathsOf(op) & bit) !== 0
      );
    this.#op = op;
    this.#always = matchers.some((matcher) => !(matcher instanceof OpPathMatcher));
    this.#onPath = looking(LOOKS_AT.path);
    this.#onNewPath = looking(LOOKS_AT.newPath);
  }

  some(path: string, newPath: string): boolean {
    if (this.#always) return true;
    for (const matcher of this.#onPath) if (matcher.matchesPath(this.#op, path)) return true;
    for (const matcher of this.#onNewPath) if (matcher.matchesPath(this.#op, newPath)) return true;
    return false;
  }
}

/** A plan for every operation. */
export function planHooks(hooks: readonly CompiledHook[]): Readonly<Record<HookOp, HookPlan>> {
  const plans: Partial<Record<HookOp, HookPlan>> = {};
  for (const op of ALL_HOOK_OPS) plans[op] = new HookPlan(op, hooks);
  requirePlans(plans);
  return plans;
}

function requirePlans(
  plans: Partial<Record<HookOp, HookPlan>>,
): asserts plans is Record<HookOp, HookPlan> {
  for (const op of ALL_HOOK_OPS) if (plans[op] === undefined) throw new TypeError(`No plan: ${op}`);
}

/**
 * Fills in a hook's defaults; null for one that does nothing in its phase, as in seed 1.
 *
 * @throws {TypeError} For an unknown phase, and for a time that no timer has.
 */
export function compileHook(hook: Hook, index: number, timeoutMs: number): CompiledHook | null {
  const { name = `hook ${index}`, matcher, before, after, mutateRead } = hook;
  const phase = hookPhaseOf(hook.phase ?? "");
  if (phase === null) {
    throw new TypeError(`Cannot compile ${name}: unknown phase ${JSON.stringify(hook.phase)}`);
  }
  const time = hook.timeoutMs ?? timeoutMs;
  if (!(time >= 0 && time <= TIMER_MAX_MS)) {
    throw new TypeError(`Cannot compile ${name}: timeoutMs ${time} is not 0 to ${TIMER_MAX_MS}`);
  }
  const isBefore = phase === HookPhase.Before;
  const compiled = {
    name,
    matcher: typeof matcher === "function" || matcher === undefined
      ? new HookMatcherFunc(matcher)
      : matcher,
    before: !isBefore || before === undefined
      ? null
      : typeof before === "function"
      ? new BeforeHookFunc(before)
      : before,
    after: isBefore || after === undefined
      ? null
      : typeof after === "function"
      ? new AfterHookFunc(after)
      : after,
    mutateRead: isBefore && mutateRead !== undefined ? mutateRead : null,
    async: hook.async ?? false,
    sideEffect: hook.sideEffect ?? false,
    timeoutMs: time,
  };
  const { before: b, after: a, mutateRead: m } = compiled;
  return b === null && a === null && m === null ? null : compiled;
}
