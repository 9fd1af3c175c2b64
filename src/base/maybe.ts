/**
 * Values that may be there already. This is the only file that asks whether something is a promise:
 * a synchronous provider costs no microtask anywhere, a remote one returns its promise through.
 * `bench/maybe_bench.ts` compares three wrapping layers with async functions and with these helpers.
 *
 * @module
 */

/** A value, or a promise for one. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether the value is still to come. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}

/**
 * Applies `use` to the value, at once if it is there. (It is not called `then`: a module that
 * exports a function of that name is itself awaited by `await import()`.)
 */
export function chain<T, U>(
  value: MaybePromise<T>,
  use: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** Runs `run`; what it throws or rejects with goes to `recover`. */
export function rescue<T, U>(
  run: () => MaybePromise<T>,
  recover: (thrown: unknown) => MaybePromise<U>,
): MaybePromise<T | U> {
  try {
    const value = run();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (thrown) {
    return recover(thrown);
  }
}

/** Runs `run`, then `cleanup` in any case; an error of `cleanup` replaces the result. */
export function always<T>(
  run: () => MaybePromise<T>,
  cleanup: () => MaybePromise<void>,
): MaybePromise<T> {
  let value: MaybePromise<T>;
  try {
    value = run();
  } catch (thrown) {
    return chain(cleanup(), () => {
      throw thrown;
    });
  }
  if (value instanceof Promise) return value.finally(cleanup);
  const settled = value;
  return chain(cleanup(), () => settled);
}

/** Runs `run`; when that fails, `undo` runs before its error is passed on, whatever comes of `undo`. */
export function orUndo<T>(
  run: () => MaybePromise<T>,
  undo: () => MaybePromise<void>,
): MaybePromise<T> {
  return rescue(run, (thrown) => {
    const fail = (): never => {
      throw thrown;
    };
    return chain(rescue(undo, fail), fail);
  });
}
