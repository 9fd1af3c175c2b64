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

/**
 * A failed filesystem operation. Its message reads `Cannot rename "/a" to "/b": EXDEV`.
 *
 * An FsError is also an instance of Deno's error class of the same meaning where Deno runs and has
 * one (`ENOENT` is a `Deno.errors.NotFound`), so code written for Deno's own API keeps working.
 *
 * Failing is ordinary for a filesystem (every build stats files that are not there), so making one
 * is cheap: its message is put together when somebody reads it, and no stack is captured unless
 * {@linkcode FsError.stackDepth} says so. For the same reason it is not made by `Error`'s own
 * constructor, which walks the stack in any case and costs ten times the operation that failed: it
 * is `instanceof Error` and prints as one, but `Error.isError` denies it.
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
export class FsError implements Error {
  /** How many frames of the stack each new error captures; 0, the default, is far faster. */
  static stackDepth = 0;

  /** The symbolic errno. */
  readonly code!: ErrnoName;
  /** The positive number of the errno on Linux. */
  readonly errno!: number;
  /** The operation that failed. */
  readonly syscall: string | undefined;
  /** The path in the caller's terms. */
  readonly path: string | undefined;
  /** The second path of rename, link and symlink. */
  readonly dest: string | undefined;
  /** What led to it. */
  declare readonly cause?: unknown;
  readonly #brand = true;

  /** Makes an error for `code`; `details` says what was tried and on which path. */
  constructor(code: ErrnoName, details: FsErrorDetails = {}) {
    if (new.target === FsError) {
      const made = new (classFor(code))(code, details);
      if (FsError.stackDepth > 0) captureStack(made);
      return made;
    }
    this.code = code;
    this.errno = ERRNO[code].number;
    this.syscall = details.syscall;
    this.path = details.path;
    this.dest = details.dest;
    if (details.cause !== undefined) own(this, "cause", details.cause);
    if (FsError.stackDepth > 0) captureStack(this);
  }

  /** `FsError`. */
  get name(): string {
    return "FsError";
  }

  /** What failed, on which path, and the errno. */
  get message(): string {
    let text = `Cannot ${this.syscall ?? "do that"}`;
    if (this.path !== undefined) text += ` ${JSON.stringify(this.path)}`;
    if (this.dest !== undefined) text += ` to ${JSON.stringify(this.dest)}`;
    return `${text}: ${this.code}`;
  }

  /** An error may be given another message, as any error may. */
  set message(text: string) {
    own(this, "message", text);
  }

  /** Name and message; with the stack where {@linkcode FsError.stackDepth} asked for it. */
  get stack(): string {
    return `${this.name}: ${this.message}`;
  }

  /** An error may be given a stack. */
  set stack(text: string) {
    own(this, "stack", text);
  }

  /** Name and message. */
  toString(): string {
    return `${this.name}: ${this.message}`;
  }

  /** True for every FsError, also for those below one of Deno's classes; subclasses ask as usual. */
  static [Symbol.hasInstance](value: unknown): boolean {
    if (this !== FsError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && #brand in value;
  }
}

Object.setPrototypeOf(FsError.prototype, Error.prototype);

/** Sets a property as those of errors are: not enumerable. */
function own(error: FsError, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true });
}

function captureStack(error: FsError): void {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = FsError.stackDepth;
  Error.captureStackTrace(error, FsError);
  Error.stackTraceLimit = depth;
}

/** What `new FsError` makes: for each errno a class of its own, below Deno's class of its meaning. */
const CLASSES = new Map<ErrnoName, typeof FsError>();

function classFor(code: ErrnoName): typeof FsError {
  let made = CLASSES.get(code);
  if (made === undefined) {
    made = class extends FsError {};
    const name = DENO_CLASS[code];
    const base = name === undefined ? undefined : denoErrors()[name];
    if (base !== undefined) {
      Object.defineProperties(made.prototype, Object.getOwnPropertyDescriptors(FsError.prototype));
      Object.setPrototypeOf(made.prototype, base.prototype);
    } else {
      Object.defineProperty(made.prototype, "constructor", { value: FsError });
    }
    CLASSES.set(code, made);
  }
  return made;
}

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
 * Throws an {@linkcode FsError}: `throw` where an expression is wanted.
 *
 * @throws {FsError} `code`, always.
 *
 * @example
 * ```ts
 * import { FsError, refuse } from "@fusewire/vfs";
 * import { assertThrows } from "@std/assert";
 *
 * const files = new Map([["/a", "text"]]);
 * const read = (path: string) => files.get(path) ?? refuse("ENOENT", { syscall: "read", path });
 * assertThrows(() => read("/b"), FsError, 'Cannot read "/b": ENOENT');
 * ```
 */
export function refuse(code: ErrnoName, details: FsErrorDetails = {}): never {
  throw new FsError(code, details);
}

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

/** Null for an ENOENT, for who asks whether something is there; whatever else was thrown is thrown again. */
export function nullIfMissing(thrown: unknown): null {
  if (toErrno(thrown, () => {}) === ERRNO.ENOENT) return null;
  throw thrown;
}
