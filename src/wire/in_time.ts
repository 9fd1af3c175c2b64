/**
 * A greeting that nobody answers.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { WireError } from "./wire_error.ts";

/** How long the server may take to answer where nothing else is said, in milliseconds. */
const HELLO_TIMEOUT_MS = 10_000;

/**
 * Greets the server, and ends the connection when it takes longer.
 *
 * @param timeoutMs 0 for ever.
 * @throws {FsError} ETIMEDOUT when it does.
 */
export async function inTime(
  link: { end(cause: unknown): void },
  timeoutMs: number = HELLO_TIMEOUT_MS,
  greet: () => Promise<void>,
): Promise<void> {
  if (timeoutMs === 0) return await greet();
  const late = new WireError(`Nobody answered within ${timeoutMs} ms`);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    link.end(late);
  }, timeoutMs);
  try {
    await greet();
  } catch (thrown) {
    if (!isLate) throw thrown;
    throw new FsError("ETIMEDOUT", { syscall: "connect", cause: late });
  } finally {
    clearTimeout(timer);
  }
}
