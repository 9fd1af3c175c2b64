/**
 * What asks hooks.
 *
 * @module
 */
import { FsError, isPromise, type MaybePromise, timeOption, wholeOption } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { Hook } from "./hook.ts";
import { HookTimeout, withDeadline } from "./hook_deadline.ts";
import { HookEvents, type HookEventsOptions } from "./hook_events.ts";
import { hookFailure } from "./hook_failure.ts";
import type { HookOp } from "./hook_op.ts";
import { type CompiledHook, compileHook, type HookPlan, planHooks } from "./hook_plan.ts";
import { HOOK_QUEUE_MAX, type HookOverflow, HookQueue } from "./hook_queue.ts";
import { completeHookRequest, type HookRequest, type HookRequestInit } from "./hook_request.ts";
import type { HookResult } from "./hook_result.ts";
import { compileHookRule, type HookRule } from "./hook_rule.ts";

/** Something that went wrong in a hook, for {@linkcode HookEngineOptions.onError}. */
export interface HookErrorReport {
  /** What was thrown; an FsError with ETIMEDOUT when an after hook took too long. */
  readonly thrown: unknown;
  /** The hook. */
  readonly hook: string;
  /** What it was asked about. */
  readonly request: Readonly<HookRequest>;
}

/** Settings of {@linkcode HookEngine}. */
export interface HookEngineOptions {
  /** How many asynchronous hooks wait at most, 1 or more. Default {@linkcode HOOK_QUEUE_MAX}. */
  readonly queueMax?: number;
  /** What happens when the queue is full. Default `wait`: nothing is lost. */
  readonly overflow?: HookOverflow;
  /** How long a hook may take in milliseconds unless it says itself. Default 0, no limit. */
  readonly timeoutMs?: number;
  /** Told of what hooks throw that is no answer to anybody. Default: printed to the console. */
  readonly onError?: (report: HookErrorReport) => void;
  /** Told of each asynchronous hook given up, and how many there have been. Default: printed. */
  readonly onDrop?: (hook: string, dropped: number) => void;
}

/** Seed 1's event function. */
export type HookEventFunc = (request: Readonly<HookRequest>, result: HookResult) => void;

/**
 * Seed 1's `HookEngine`: asks hooks before and after operations. One engine may serve many
 * providers; {@linkcode newInterceptProvider} puts it in front of one.
 *
 * **Before** hooks run in the order in which they were given. The first that throws ends the operation: with
 * the FsError that it threw, with EIO for anything else (reported to `onError`), with ETIMEDOUT when its
 * time is over, with EINTR when the caller leaves. They keep running when the engine is closed: to close it opens no
 * door.
 *
 * **After** hooks see the request, changed as before hooks changed it, and the result; they change
 * nothing, and what they throw is reported. One that is `async` is put on a bounded queue; others
 * keep the operation until they have ended.
 *
 * An operation that a before hook refused has not happened: after hooks and the event function do
 * not see it, {@linkcode HookEngine.events} does.
 */
export class HookEngine {
  /**
   * The hooks by operation, for layers.
   *
   * @internal
   */
  readonly plans: Readonly<Record<HookOp, HookPlan>>;
  readonly #onError: (report: HookErrorReport) => void;
  readonly #queue: HookQueue;
  readonly #streams = new Set<HookEvents>();
  #eventFunc: HookEventFunc | null = null;
  #sideEffectActive = false;
  #suppressed = 0;
  #closing: Promise<void> | null = null;

  /**
   * An engine with these hooks; see {@linkcode newHookEngine} for rules.
   *
   * @throws {RangeError} For a number of the options that cannot be used.
   */
  constructor(hooks: readonly Hook[], options: HookEngineOptions = {}) {
    const { queueMax = HOOK_QUEUE_MAX, overflow = "wait", timeoutMs = 0 } = options;
    wholeOption("queueMax", queueMax, { least: 1 });
    timeOption("timeoutMs", timeoutMs);
    const compiled = hooks.map((hook, index) => compileHook(hook, index, timeoutMs));
    this.plans = planHooks(compiled.filter((hook) => hook !== null));
    this.#onError = options.onError ?? printError;
    const { onDrop = printDrop } = options;
    this.#queue = new HookQueue(queueMax, overflow, (task, dropped) => onDrop(task.name, dropped));
  }

  /** How many asynchronous hooks were given up because the queue was full. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** How many asynchronous hooks wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** How many side-effect hooks were left out because one was running. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Whether somebody sees every operation: an event function, or a reader of events. */
  get observed(): boolean {
    return this.#eventFunc !== null || this.#streams.size > 0;
  }

  /**
   * Asks the before hooks. The request is completed in place and changed by the hooks.
   *
   * @throws {FsError} When the operation is refused.
   */
  before(request: HookRequestInit, caller?: Context): MaybePromise<void> {
    completeHookRequest(request);
    return this.#beforeFrom(0, request, caller);
  }

  #beforeFrom(
    index: number,
    request: HookRequest,
    caller: Context | undefined,
  ): MaybePromise<void> {
    const hooks = this.plans[request.op].before;
    for (; index < hooks.length; index++) {
      const hook = hooks[index]!;
      try {
        const { before } = hook;
        if (before === null || !hook.matcher.match(request)) continue;
        const value = withDeadline(
          (context) => before.before(request, context),
          hook.timeoutMs,
          caller,
        );
        if (isPromise(value)) {
          const next = index + 1;
          return value.then(
            () => this.#beforeFrom(next, request, caller),
            (thrown) => this.#refuse(thrown, hook, request),
          );
        }
      } catch (thrown) {
        this.#refuse(thrown, hook, request);
      }
    }
  }

  /** Ends an operation with the error that its caller gets. */
  #refuse(thrown: unknown, hook: CompiledHook, request: HookRequest): never {
    const error = this.failure(thrown, hook, request);
    for (const stream of this.#streams) stream.push(request, { err: error, bytes: 0 }, hook.name);
    throw error;
  }

  /**
   * The error for a caller; what is no FsError is reported and becomes EIO.
   *
   * @internal
   */
  failure(thrown: unknown, hook: CompiledHook, request: HookRequest): FsError {
    if (thrown instanceof HookTimeout) return hookFailure(thrown.code, request);
    if (thrown instanceof FsError) {
      return thrown.path === undefined ? hookFailure(thrown.code, request, thrown.cause) : thrown;
    }
    this.#report(thrown, hook, request);
    return hookFailure("EIO", request, thrown);
  }

  /** Runs the after hooks and tells who watches. Never throws; a promise when there is to wait. */
  after(request: HookRequestInit, result: HookResult, caller?: Context): MaybePromise<void> {
    if (this.#closing !== null) return;
    completeHookRequest(request);
    return this.#afterFrom(0, request, result, caller);
  }

  #afterFrom(
    index: number,
    request: HookRequest,
    result: HookResult,
    caller: Context | undefined,
  ): MaybePromise<void> {
    const hooks = this.plans[request.op].after;
    for (; index < hooks.length; index++) {
      const value = this.#afterOne(hooks[index]!, request, result, caller);
      if (isPromise(value)) {
        const next = index + 1;
        return value.then(() => this.#afterFrom(next, request, result, caller));
      }
    }
    this.#emit(request, result);
  }

  #afterOne(
    hook: CompiledHook,
    request: HookRequest,
    result: HookResult,
    caller: Context | undefined,
  ): MaybePromise<void> {
    try {
      if (!hook.matcher.match(request)) return;
    } catch (thrown) {
      return this.#report(thrown, hook, request);
    }
    if (this.#isSuppressed(hook)) return;
    if (!hook.async) return this.#runAfter(hook, request, result, caller);
    // It runs when the caller's buffer is the caller's again, and the caller may be gone.
    const copy = { ...request, data: request.data.slice() };
    return this.#queue.push({
      name: hook.name,
      run: () => this.#runAfter(hook, copy, result, undefined),
    });
  }

  #runAfter(
    hook: CompiledHook,
    request: HookRequest,
    result: HookResult,
    caller: Context | undefined,
  ): MaybePromise<void> {
    const { after } = hook;
    // Asked again: it may have waited in the queue.
    if (after === null || this.#isSuppressed(hook)) return;
    if (hook.sideEffect) this.#sideEffectActive = true;
    const end = () => {
      if (hook.sideEffect) this.#sideEffectActive = false;
    };
    try {
      const value = withDeadline(
        (context) => after.after(request, result, context),
        hook.timeoutMs,
        caller,
      );
      if (isPromise(value)) {
        return value.catch((thrown) => this.#report(thrown, hook, request)).finally(end);
      }
    } catch (thrown) {
      this.#report(thrown, hook, request);
    }
    end();
  }

  #isSuppressed(hook: CompiledHook): boolean {
    if (!hook.sideEffect || !this.#sideEffectActive) return false;
    this.#suppressed++;
    return true;
  }

  #emit(request: HookRequest, result: HookResult): void {
    try {
      this.#eventFunc?.(request, result);
    } catch (thrown) {
      this.#tell({ thrown, hook: "event function", request });
    }
    for (const stream of this.#streams) stream.push(request, result, null);
  }

  #report(thrown: unknown, hook: CompiledHook, request: HookRequest): void {
    const error = thrown instanceof HookTimeout ? hookFailure(thrown.code, request) : thrown;
    this.#tell({ thrown: error, hook: hook.name, request });
  }

  /** A report that fails itself must not become the operation's result. */
  #tell(report: HookErrorReport): void {
    try {
      this.#onError(report);
    } catch (thrown) {
      console.error("fusewire: the error report of a hook failed:", thrown, report.thrown);
    }
  }

  /**
   * Calls `run` after every operation, in time with it: it must not wait, and must copy what it keeps.
   * Null ends that.
   */
  setEventFunc(run: HookEventFunc | null): void {
    this.#eventFunc = run;
  }

  /** Every operation from now on, also those that hooks refuse, for as long as somebody reads. */
  events(options: HookEventsOptions = {}): HookEvents {
    const events = new HookEvents(options, (ended) => this.#streams.delete(ended));
    if (this.#closing === null && options.signal?.aborted !== true) this.#streams.add(events);
    else events[Symbol.dispose]();
    return events;
  }

  /** Resolves when no asynchronous hook waits or runs. */
  wait(): Promise<void> {
    return this.#queue.idle();
  }

  /** Takes no more after hooks and events, and resolves when those that wait have run. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#queue.idle();
    for (const stream of [...this.#streams]) stream[Symbol.dispose]();
  }

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function printError({ thrown, hook, request }: HookErrorReport): void {
  console.error(`fusewire: ${hook} failed at ${request.op} ${request.path}:`, thrown);
}

function printDrop(hook: string, dropped: number): void {
  console.error(`fusewire: the queue is full, ${hook} was left out (${dropped} so far)`);
}

/**
 * Seed 1's `NewHookEngine`: an engine from rules.
 *
 * @throws {TypeError} For a rule that cannot do what it says;.
 *
 * @example
 * ```ts
 * import { HookAction, HookOp, MemoryProvider, newHookEngine, newInterceptProvider } from "@fusewire/vfs";
 * import { assertThrows } from "@std/assert";
 *
 * const engine = newHookEngine([
 *   { name: "no-env", ops: [HookOp.Create], namePattern: "*.env", action: HookAction.Block },
 * ]);
 * const provider = newInterceptProvider(new MemoryProvider(), engine);
 * assertThrows(() => provider.create("/prod.env", 0o600), Error, 'Cannot open "/prod.env": EPERM');
 * ```
 */
export function newHookEngine(
  rules: readonly HookRule[],
  options: HookEngineOptions = {},
): HookEngine {
  const hooks: Hook[] = [];
  for (const [index, rule] of rules.entries()) {
    const hook = compileHookRule(rule, index);
    if (hook !== null) hooks.push({ name: `rule ${index}`, ...hook });
  }
  return new HookEngine(hooks, options);
}

/** Seed 1's `NewHookEngineWithCallbacks`: an engine from hooks of callbacks. */
export function newHookEngineWithCallbacks(
  hooks: readonly Hook[],
  options: HookEngineOptions = {},
): HookEngine {
  return new HookEngine(hooks, options);
}
