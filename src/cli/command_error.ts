/**
 * Errors for the person at the command line.
 *
 * @module
 */
import { type Errno, errnoNamed, FsError } from "../base/mod.ts";

/** What was tried, on which path, why it failed, and what to do next. */
export class CommandError extends Error {
  /** The name of the class. */
  override readonly name: string = "CommandError";
  /** What to do next; empty when there is nothing to say. */
  readonly advice: string;

  /** `problem` is a sentence without a full stop; `advice` a line or more of what to do. */
  constructor(problem: string, advice = "", options?: ErrorOptions) {
    super(problem, options);
    this.advice = advice;
  }
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends CommandError {
  /** The name of the class. */
  override readonly name: string = "UsageError";
}

/** Errors of Deno's own API carry the errno's name as `code`. */
function errnoIn(thrown: unknown): Errno | undefined {
  if (thrown instanceof FsError) return errnoNamed(thrown.code);
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? errnoNamed(thrown.code) : undefined;
}

/** Why something failed, in a few lower-case words: `no such file or directory`. */
export function reasonOf(thrown: unknown): string {
  const errno = errnoIn(thrown);
  if (errno !== undefined) return errno.message.charAt(0).toLowerCase() + errno.message.slice(1);
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message === "" ? thrown.name : thrown.message;
}

/** What is printed on stderr for anything that a command threw. */
export function describeError(thrown: unknown): string {
  const problem = thrown instanceof FsError
    ? `${thrown.message} (${reasonOf(thrown)})`
    : thrown instanceof Error
    ? thrown.message
    : String(thrown);
  const advice = thrown instanceof CommandError && thrown.advice !== "" ? thrown.advice : undefined;
  return `fusewire: ${problem}${advice === undefined ? "" : `\n${indent(advice)}`}`;
}

function indent(text: string): string {
  return text.split("\n").map((line) => `  ${line}`).join("\n");
}
