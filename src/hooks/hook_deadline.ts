/**
 * The time that a hook has.
 *
 * @module
 */
import { isPromise, type MaybePromise } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { HookContext } from "./hook_callback.ts";

/** Why a hook's answer was not waited for. */
export class HookTimeout {
  /** ETIMEDOUT when the time was over, EINTR when the caller left. */
  readonly code: "ETIMEDOUT" | "EINTR";

  /** The reason by its errno. */
  constructor(code: "ETIMEDOUT" | "EINTR") {
    this.code = code;
  }
}

const NEVER = new AbortController().signal;

/**
 * Runs a callback and waits for its answer, not longer than `timeoutMs` (0 for no limit) and not
 * longer than the caller of the operation waits. An answer that comes later is ignored.
 *
 * @throws {HookTimeout} When it was not waited for; otherwise what the callback throws.
 */
export function withDeadline<T>(
  run: (context: HookContext) => MaybePromise<T>,
  timeoutMs: number,
  caller: Context | undefined,
): MaybePromise<T> {
  const callerSignal = caller?.signal;
  if (timeoutMs === 0 && callerSignal === undefined) return run({ signal: NEVER, caller });
  const stop = timeoutMs === 0 ? null : new AbortController();
  const signal = stop === null || callerSignal === undefined
    ? stop?.signal ?? callerSignal ?? NEVER
    : AbortSignal.any([stop.signal, callerSignal]);
  const value = run({ signal, caller });
  if (!isPromise(value)) return value;
  return new Promise((resolve, reject) => {
    const timer = stop === null ? undefined : setTimeout(() => {
      // First the reason, so that a callback which rejects because of the signal comes second.
      reject(new HookTimeout("ETIMEDOUT"));
      stop.abort(new DOMException("The time of the hook is over", "TimeoutError"));
    }, timeoutMs);
    const leave = () => reject(new HookTimeout("EINTR"));
    callerSignal?.addEventListener("abort", leave, { once: true });
    if (callerSignal?.aborted) leave();
    value.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      callerSignal?.removeEventListener("abort", leave);
    });
  });
}
