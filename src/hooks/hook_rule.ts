/**
 * Hooks without code: rules.
 *
 * @module
 */
import { chain, type MaybePromise } from "../base/mod.ts";
import { HookAction, hookActionOf, type HookActionText } from "./hook_action.ts";
import type { Hook } from "./hook.ts";
import type { HookContext, MutateReadFunc } from "./hook_callback.ts";
import { HookOp, isHookOp } from "./hook_op.ts";
import { hookFailure } from "./hook_failure.ts";
import { HookPhase, hookPhaseOf, type HookPhaseText } from "./hook_phase.ts";
import type { HookRequest } from "./hook_request.ts";
import { BadPatternError, FilepathPattern } from "./filepath_match.ts";
import { type OpPathInit, OpPathMatcher } from "./op_path_matcher.ts";

/** Seed 1's `MutateWriteRequest`: what there is to know of a write. */
export interface MutateWriteRequest {
  /** The path that the file was opened by. */
  readonly path: string;
  /** Where the caller writes. */
  readonly offset: number;
  /** How many bytes the caller writes. */
  readonly size: number;
  /** The file's permission bits. */
  readonly mode: number;
  /** The caller's user id. */
  readonly uid: number;
  /** The caller's group id. */
  readonly gid: number;
}

/** Seed 1's `MutateWriteFunc`: computes what is written instead. An FsError fails the write. */
export type MutateWriteFunc = (
  request: MutateWriteRequest,
  context: HookContext,
) => MaybePromise<Uint8Array>;

/** Seed 1's `HookRule`: what applies to a request, and what then happens. */
export interface HookRule extends OpPathInit {
  /** For reports. */
  readonly name?: string;
  /** When it applies, in any case; default before. After rules only run `actionFunc`. */
  readonly phase?: HookPhaseText;
  /** What happens, in any case; default allow. */
  readonly action?: HookActionText;
  /**
   * Decides for each request; `action` is then not looked at. In the after phase the answer changes
   * nothing.
   */
  readonly actionFunc?:
    | ((request: HookRequest, context: HookContext) => MaybePromise<HookActionText>)
    | undefined;
  /** Computes what is written, for `mutate_write`; goes before `mutateWrite`. */
  readonly mutateWriteFunc?: MutateWriteFunc | undefined;
  /** What is written, for `mutate_write`. */
  readonly mutateWrite?: Uint8Array | undefined;
  /** Computes what readers see, for `mutate_read`; goes before `mutateRead`. */
  readonly mutateReadFunc?: MutateReadFunc | undefined;
  /** What readers see, for `mutate_read`. */
  readonly mutateRead?: Uint8Array | undefined;
  /** How long a function may take in milliseconds; default as the engine, 0 for no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The hook that does what the rule says, or null when it does nothing (`allow` without a function).
 *
 * @throws {TypeError} For a rule that cannot do what it says: an unknown phase, action or operation, a
 * malformed pattern, an after rule that blocks, a mutation without data. A rule that silently did
 * nothing would be worse than none.
 */
export function compileHookRule(rule: HookRule, index: number): Hook | null {
  const fault = (text: string): TypeError => {
    const name = rule.name === undefined ? "" : ` (${JSON.stringify(rule.name)})`;
    return new TypeError(`Cannot compile hook rule ${index}${name}: ${text}`);
  };
  const phase = hookPhaseOf(rule.phase ?? "");
  if (phase === null) throw fault(`unknown phase ${JSON.stringify(rule.phase)}`);
  const action = hookActionOf(rule.action ?? "");
  if (action === null) throw fault(`unknown action ${JSON.stringify(rule.action)}`);
  for (const op of rule.ops ?? []) {
    if (!isHookOp(op)) throw fault(`unknown operation ${JSON.stringify(op)}`);
  }
  requirePattern(rule.pathPattern, fault);
  requirePattern(rule.namePattern, fault);
  const { name, timeoutMs, actionFunc } = rule;
  const hook = { ...(name === undefined ? {} : { name }), phase, timeoutMs };
  const matcher = new OpPathMatcher(rule);
  if (phase === HookPhase.After) {
    if (actionFunc === undefined) {
      if (action !== HookAction.Allow) throw fault(`an after rule cannot ${action}`);
      return null;
    }
    return {
      ...hook,
      matcher,
      after: (request, _result, context) => chain(actionFunc(request, context), () => {}),
    };
  }
  if (actionFunc !== undefined) {
    const mutate = mutateWriteOf(rule);
    return {
      ...hook,
      matcher,
      before: (request, context) =>
        chain(actionFunc(request, context), (text) => {
          switch (hookActionOf(text)) {
            case HookAction.Allow:
              return;
            case HookAction.Block:
              throw hookFailure("EPERM", request);
            case HookAction.MutateWrite:
              if (mutate !== null) return mutate(request, context);
          }
          throw new TypeError(`actionFunc answered ${JSON.stringify(text)}`);
        }),
    };
  }
  switch (action) {
    case HookAction.Allow:
      return null;
    case HookAction.Block:
      return {
        ...hook,
        matcher,
        before: (request) => {
          throw hookFailure("EPERM", request);
        },
      };
    case HookAction.MutateWrite: {
      const before = mutateWriteOf(rule);
      if (before === null) throw fault("mutate_write needs mutateWrite or mutateWriteFunc");
      requireOp(rule, HookOp.Write, fault);
      return { ...hook, matcher: new OpPathMatcher({ ...rule, ops: [HookOp.Write] }), before };
    }
    case HookAction.MutateRead: {
      const mutateRead = mutateReadOf(rule);
      if (mutateRead === null) throw fault("mutate_read needs mutateRead or mutateReadFunc");
      requireOp(rule, HookOp.Read, fault);
      return { ...hook, matcher: new OpPathMatcher({ ...rule, ops: [HookOp.Read] }), mutateRead };
    }
  }
}

function requireOp(rule: HookRule, op: HookOp, fault: (text: string) => TypeError): void {
  const { ops = [] } = rule;
  if (ops.length > 0 && !ops.includes(op)) throw fault(`its operations lack ${op}`);
}

function requirePattern(pattern: string | undefined, fault: (text: string) => TypeError): void {
  if (pattern === undefined || pattern === "") return;
  try {
    new FilepathPattern(pattern);
  } catch (thrown) {
    if (thrown instanceof BadPatternError) {
      throw fault(`malformed pattern ${JSON.stringify(pattern)}`);
    }
    throw thrown;
  }
}

/** Only data that is written can be replaced; what else counts as a write goes on unchanged. */
function mutateWriteOf(
  rule: HookRule,
): ((request: HookRequest, context: HookContext) => MaybePromise<void>) | null {
  const { mutateWriteFunc } = rule;
  if (mutateWriteFunc !== undefined) {
    return (request, context) => {
      if (request.op !== HookOp.Write) return;
      const { path, offset, data, mode, uid, gid } = request;
      const asked = { path, offset, size: data.length, mode, uid, gid };
      return chain(mutateWriteFunc(asked, context), (replacement) => {
        if (!(replacement instanceof Uint8Array)) throw new TypeError("It answered no bytes");
        request.data = replacement;
      });
    };
  }
  if (rule.mutateWrite === undefined) return null;
  const replacement = rule.mutateWrite.slice();
  return (request) => {
    if (request.op === HookOp.Write) request.data = replacement;
  };
}

function mutateReadOf(rule: HookRule): MutateReadFunc | null {
  if (rule.mutateReadFunc !== undefined) return rule.mutateReadFunc;
  if (rule.mutateRead === undefined) return null;
  const replacement = rule.mutateRead.slice();
  return () => replacement;
}
