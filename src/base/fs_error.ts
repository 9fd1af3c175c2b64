/**
 * The error that providers throw, and the one place that turns any thrown value into an errno.
 *
 * @module
 */
import { ERRNO, type Errno, type ErrnoName, errnoNamed } from "./errno.ts";

/** What an operation was doing when it failed. */
export interface FsErrorDetails {
  /** The operation, as a verb in the contract's spelling: `"open"`, `"rename"`. */
  readonly syscall?: string;
  /** The path in the caller's terms. */
  readonly path?: string;
  /** The second path of rename, link and symlink, in the caller's terms. */
  readonly dest?: string;
  /** What led to it. */
  readonly cause?: unknown;
}

function describe(code: ErrnoName, details: FsErrorDetails): string {
  let text = `Cannot ${details.syscall ?? "do that"}`;
  if (details.path !== undefined) text += ` ${JSON.stringify(details.path)}`;
  if (details.dest !== undefined) text += ` to ${JSON.stringify(details.dest)}`;
  return `${text}: ${code}`;
}

/** Which of Deno's error classes an errno also belongs to, as Deno itself maps them. */
const DENO_CLASS: Partial<Record<ErrnoName, string>> = {
  ENOENT: "NotFound",
  EPERM: "PermissionDenied",
  EACCES: "PermissionDenied",
  EEXIST: "AlreadyExists",
  EINTR: "Interrupted",
  EAGAIN: "WouldBlock",
  ETIMEDOUT: "TimedOut",
  EPIPE: "BrokenPipe",
  EBUSY: "Busy",
  EBADF: "BadResource",
  ENOTDIR: "NotADirectory",
  EISDIR: "IsADirectory",
  ELOOP: "FilesystemLoop",
  ENOSYS: "NotSupported",
  EOPNOTSUPP: "NotSupported",
  ECONNREFUSED: "ConnectionRefused",
  ECONNRESET: "ConnectionReset",
  ENOTCONN: "NotConnected",
  EADDRINUSE: "AddrInUse",
};

type ErrorClass = new (message?: string) => Error;

function denoErrors(): Record<string, ErrorClass> {
  const scope: { Deno?: { errors?: unknown } } = globalThis;
  return (scope.Deno?.errors ?? {}) as Record<string, ErrorClass>;
}

/** Prototypes that put an FsError below Deno's class of the same meaning, built on first use. */
const PROTOTYPES = new Map<ErrnoName, object | null>();

function prototypeFor(code: ErrnoName): object | null {
  let prototype = PROTOTYPES.get(code);
  if (prototype === undefined) {
    const name = DENO_CLASS[code];
    const base = name === undefined ? undefined : denoErrors()[name];
    prototype = base === undefined ? null : Object.create(base.prototype, {
      constructor: { value: FsError, configurable: true, writable: true },
      name: { value: "FsError", configurable: true, writable: true },
    });
    PROTOTYPES.set(code, prototype!);
  }
  return prototype ?? null;
}

/**
 * A failed filesystem operation. Its message reads `Cannot rename "/a" to "/b": EXDEV`.
 *
 * An FsError is also an instance of Deno's error class of the same meaning where Deno runs and has
 * one (`ENOENT` is a `Deno.errors.NotFound`), so code written for Deno's own API keeps working.
 *
 * Failing is ordinary for a filesystem (every build stats files that are not there), so no stack is
 * captured unless {@linkcode FsError.stackDepth} says so.
 *
 * @example
 * ```ts
 * import { FsError } from "@fusewire/vfs";
 * import { assert } from "@std/assert";
 *
 * const error = new FsError("ENOENT", { syscall: "open", path: "/a" });
 * assert(error instanceof FsError && error instanceof Deno.errors.NotFound);
 * assert(error.message === 'Cannot open "/a": ENOENT' && error.errno === 2);
 * ```
 */
export class FsError extends Error {
  /** How many frames of the stack each new error captures; 0, the default, is about ten times faster. */
  static stackDepth = 0;

  /** The symbolic errno. */
  readonly code: ErrnoName;
  /** The positive number of the errno on Linux. */
  readonly errno: number;
  /** The operation that failed. */
  readonly syscall: string | undefined;
  /** The path in the caller's terms. */
  readonly path: string | undefined;
  /** The second path of rename, link and symlink. */
  readonly dest: string | undefined;
  readonly #brand = true;

  /** Makes an error for `code`; `details` says what was tried and on which path. */
  constructor(code: ErrnoName, details: FsErrorDetails = {}) {
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = FsError.stackDepth;
    super(
      describe(code, details),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    Error.stackTraceLimit = depth;
    this.code = code;
    this.errno = ERRNO[code].number;
    this.syscall = details.syscall;
    this.path = details.path;
    this.dest = details.dest;
    const prototype = prototypeFor(code);
    if (prototype !== null) Object.setPrototypeOf(this, prototype);
  }

  /** True for every FsError, also for those below one of Deno's classes. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && #brand in value;
  }
}

FsError.prototype.name = "FsError";

const DENO_CLASS_ERRNO = new Map<string, Errno>();
for (const [code, name] of Object.entries(DENO_CLASS)) {
  const errno = errnoNamed(code);
  if (errno !== undefined && !DENO_CLASS_ERRNO.has(name)) DENO_CLASS_ERRNO.set(name, errno);
}
// Deno says NotCapable when the process lacks --allow-read and the like: to a caller, EACCES.
DENO_CLASS_ERRNO.set("NotCapable", ERRNO.EACCES);
DENO_CLASS_ERRNO.set("PermissionDenied", ERRNO.EACCES);
DENO_CLASS_ERRNO.set("AbortError", ERRNO.EINTR);
DENO_CLASS_ERRNO.set("TimeoutError", ERRNO.ETIMEDOUT);

/**
 * The errno for whatever was thrown: an {@linkcode FsError}, an error of Deno or Node with a `code`,
 * one of Deno's classes, an AbortError (EINTR). Anything else is a defect of the provider: it
 * becomes EIO and is handed to `onUnexpected`, which by default prints it, because nobody else will
 * ever see it.
 */
export function toErrno(
  thrown: unknown,
  onUnexpected: (thrown: unknown) => void = reportUnexpected,
): Errno {
  if (thrown instanceof FsError) return ERRNO[thrown.code];
  if (thrown instanceof Error) {
    const code: unknown = "code" in thrown ? thrown.code : undefined;
    const named = typeof code === "string" ? errnoNamed(code) : undefined;
    const errno = named ?? DENO_CLASS_ERRNO.get(thrown.name);
    if (errno !== undefined) return errno;
  }
  onUnexpected(thrown);
  return ERRNO.EIO;
}

function reportUnexpected(thrown: unknown): void {
  console.error("fusewire: unexpected exception in a provider, answered with EIO:", thrown);
}
