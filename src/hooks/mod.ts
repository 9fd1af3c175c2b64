/**
 * Hooks: see, refuse and change what is done to a filesystem.
 *
 * A {@linkcode HookEngine} holds hooks, made from {@linkcode HookRule}s (data, also as JSON: {@linkcode parseHookRules})
 * or from {@linkcode Hook}s (code). {@linkcode newInterceptProvider} puts an engine in front of a provider;
 * then every operation of the provider and of its handles is a {@linkcode HookRequest}:
 *
 * 1. **before** hooks see it in their order; each may refuse it (EPERM from a rule, any FsError from
 *    code), or change it (other bytes to write, another path);
 * 2. the operation runs;
 * 3. **after** hooks, the event function and readers of {@linkcode HookEngine.events} see how it ended.
 *
 * Which rules apply to which operation is one table, {@linkcode HOOK_OPS}, told in `src/hooks/RULES.md` together
 * with what rules cannot see. An operation that no hook concerns costs a few nanoseconds more than without
 * hooks (`bench/hooks_bench.ts`).
 *
 * Who owns what: the engine is the caller's, who closes it; a provider that is intercepted belongs to the layer.
 * The buffers of a request are its caller's, and hooks that keep them make copies.
 *
 * @example Refuse, replace and watch
 * ```ts
 * import {
 *   HookAction,
 *   HookOp,
 *   MemoryProvider,
 *   newHookEngine,
 *   newInterceptProvider,
 *   readFile,
 *   writeFile,
 * } from "@fusewire/vfs";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * await using engine = newHookEngine([
 *   { ops: [HookOp.Create, HookOp.Write], below: "/etc", action: HookAction.Block },
 *   { ops: [HookOp.Read], namePattern: "*.key", action: HookAction.MutateRead,
 *     mutateRead: new TextEncoder().encode("(hidden)") },
 * ]);
 * const seen: string[] = [];
 * engine.setEventFunc((request) => seen.push(`${request.op} ${request.path}`));
 * const provider = newInterceptProvider(new MemoryProvider(), engine);
 * await provider.mkdir("/etc", 0o755);
 * assertThrows(() => provider.create("/etc/passwd", 0o644), Error, "EPERM");
 * await writeFile(provider, "/my.key", "secret");
 * assertEquals(new TextDecoder().decode(await readFile(provider, "/my.key")), "(hidden)");
 * assertEquals((await provider.stat("/my.key")).size, 8);
 * assertEquals(seen.slice(0, 3), ["mkdir /etc", "create /my.key", "write /my.key"]);
 * ```
 *
 * @module
 */
export { BadPatternError, filepathMatch, FilepathPattern } from "./filepath_match.ts";
export type { Hook } from "./hook.ts";
export { HookAction, type HookActionText } from "./hook_action.ts";
export {
  type AfterHookCallback,
  AfterHookFunc,
  type BeforeHookCallback,
  BeforeHookFunc,
  type HookContext,
  type MutateReadFunc,
  type MutateReadRequest,
} from "./hook_callback.ts";
export {
  HookEngine,
  type HookEngineOptions,
  type HookErrorReport,
  type HookEventFunc,
  newHookEngine,
  newHookEngineWithCallbacks,
} from "./hook_engine.ts";
export {
  HOOK_EVENTS_MAX,
  type HookEvent,
  HookEvents,
  type HookEventsOptions,
} from "./hook_events.ts";
export { type HookMatcher, HookMatcherFunc } from "./hook_matcher.ts";
export {
  ALL_HOOK_OPS,
  CHANGING_HOOK_OPS,
  HOOK_OPS,
  type HookAct,
  HookOp,
  type HookOpRow,
  isHookOp,
} from "./hook_op.ts";
export { HookPhase, type HookPhaseText } from "./hook_phase.ts";
export { HOOK_QUEUE_MAX, type HookOverflow } from "./hook_queue.ts";
export {
  completeHookRequest,
  type HookRequest,
  type HookRequestInit,
  newHookRequest,
} from "./hook_request.ts";
export type { HookFileMeta, HookResult } from "./hook_result.ts";
export type { HookRule, MutateWriteFunc, MutateWriteRequest } from "./hook_rule.ts";
export { COPY_THROUGH_HOOKS_MAX } from "./intercept_handle.ts";
export { InterceptProvider, newInterceptProvider } from "./intercept_provider.ts";
export type { InterceptedPaths } from "./intercepted_paths.ts";
export { type OpPathInit, OpPathMatcher } from "./op_path_matcher.ts";
export { HOOK_RULES_MAX, HookRulesError, parseHookRules } from "./parse_hook_rules.ts";
export { MUTATE_READ_SIZE_MAX } from "./read_mutation.ts";
