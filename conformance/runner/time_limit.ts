/**
 * Waiting no longer than so long.
 *
 * @module
 */

/** Thrown in place of a result that did not come in time. */
export class TimedOut extends Error {
  /** The name of the class. */
  override readonly name = "TimedOut";

  /** What did not end, and how long was waited. */
  constructor(what: string, timeoutMs: number) {
    super(`${what} did not end within ${timeoutMs} ms`);
  }
}

/**
 * The result of `work`, if it comes in time.
 *
 * @throws {TimedOut} When it does not.
 */
export async function within<T>(what: string, timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(what, timeoutMs)), timeoutMs);
  });
  // Whatever it comes to after the deadline concerns nobody any more.
  work.catch(() => {});
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
