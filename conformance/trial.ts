/**
 * One run of one case.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { type ErrnoName, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } from "../src/base/mod.ts";
import type { Handle, Provider, Timespec } from "../src/provider/mod.ts";
import { CaseFailure, errnoThrown, show, showAs, showThrown } from "./case_failure.ts";
import type { Need } from "./need.ts";
import type { Identity, Subject } from "./subjects/subject.ts";
import type { Caller } from "./system_calls.ts";
import { bytesOf, type Content, TrialCalls, type TrialRecord } from "./trial_calls.ts";

/** How much {@linkcode Trial.content} reads at once. */
const READ_SIZE = 65_536;
/** The most that it reads in all: no case writes so much. */
const CONTENT_MAX = 64 * 1024 * 1024;

/**
 * What the steps of a case are given: calls (see {@linkcode TrialCalls}), expectations, and further
 * callers.
 */
export class Trial extends TrialCalls {
  /** What the case has warned of. */
  readonly warnings: string[] = [];
  readonly #subject: Subject;
  readonly #callers: Caller[];
  readonly #handles: Handle[] = [];

  /** A trial of `subject` below `root`; callers made on the way are added to `callers`. */
  constructor(
    subject: Subject,
    caller: Caller,
    root: string,
    { callers = [], ...record }: TrialRecord & { readonly callers?: Caller[] } = {},
  ) {
    super(caller, root, record);
    this.#subject = subject;
    this.#callers = callers;
  }

  /** Whether the subject has it. */
  has(need: Need): boolean {
    return this.#subject.has.has(need);
  }

  /** The provider, for cases that need `contract`. */
  get provider(): Provider {
    const { provider } = this.#subject;
    if (provider === undefined) throw new Error(`There is no provider on ${this.#subject.route}`);
    return provider;
  }

  /** Opens a handle of the provider, which is closed after the case if the case does not. */
  async handle(path: string, flags: number, mode = 0o644): Promise<Handle> {
    return this.keep(await this.provider.open(this.absolute(path), flags, mode));
  }

  /** Has a handle closed after the case if the case does not. */
  keep(handle: Handle): Handle {
    this.#handles.push(handle);
    return handle;
  }

  /** Closes the handles that the case has left open. */
  async closeHandles(): Promise<void> {
    for (const handle of this.#handles.splice(0)) {
      try {
        await handle.close();
      } catch {
        // Most are closed already.
      }
    }
  }

  /** Tells what is not wrong and yet worth knowing. */
  warn(text: string): void {
    this.warnings.push(text);
  }

  /** Another caller, with descriptors of its own, in the name of `identity`. */
  another(identity?: Identity): Trial {
    const caller = this.#subject.caller(identity);
    this.#callers.push(caller);
    const prefix = identity === undefined
      ? `[caller ${this.#callers.length + 1}] `
      : `[user ${identity.uid}] `;
    return new Trial(this.#subject, caller, this.root, {
      steps: this.steps,
      limit: this.limit,
      callers: this.#callers,
      prefix,
    });
  }

  /** Expects equal values, compared deeply. */
  equal<T>(actual: T, expected: T, what = "the value"): void {
    if (!isDeepStrictEqual(actual, expected)) {
      throw new CaseFailure(what, showAs(what, expected), showAs(what, actual));
    }
  }

  /** Expects different values. */
  different<T>(actual: T, other: T, what = "the value"): void {
    if (isDeepStrictEqual(actual, other)) {
      throw new CaseFailure(what, `something other than ${show(other)}`, show(actual));
    }
  }

  /** Expects one of several values, compared deeply. */
  oneOf<T>(actual: T, allowed: readonly T[], what = "the value"): void {
    if (allowed.some((one) => isDeepStrictEqual(actual, one))) return;
    const expected = allowed.map((one) => showAs(what, one)).join(" or ");
    throw new CaseFailure(what, expected, showAs(what, actual));
  }

  /** What calls that are under way at once come to, each: `success` or an errno. */
  outcomes(calls: readonly Promise<unknown>[]): Promise<string[]> {
    return Promise.all(calls.map((call) => call.then(() => "success", showThrown)));
  }

  /** Expects that something holds; `got` is shown otherwise. */
  ok(holds: boolean, what: string, got: unknown = false): void {
    if (!holds) throw new CaseFailure(what, "that it holds", show(got));
  }

  /** Expects bytes. */
  bytes(actual: Uint8Array, expected: Content, what = "the data"): void {
    const wanted = bytesOf(expected);
    const same = actual.length === wanted.length &&
      actual.every((byte, index) => byte === wanted[index]);
    if (same) return;
    const at = actual.findIndex((byte, index) => byte !== wanted[index]);
    const place = wanted.length > 32 && at >= 0 ? ` (first difference at ${at})` : "";
    throw new CaseFailure(what, show(wanted), show(actual) + place);
  }

  /** Expects that the call fails with the errno, or with one of several. */
  async refuses(
    expected: ErrnoName | readonly ErrnoName[],
    call: Promise<unknown>,
    what?: string,
  ): Promise<void> {
    const codes = typeof expected === "string" ? [expected] : expected;
    const step = what ?? this.steps.at(-1)?.call ?? "the call";
    let result: unknown;
    try {
      result = await call;
    } catch (thrown) {
      const code = errnoThrown(thrown);
      if (code !== null && codes.includes(code)) return;
      throw new CaseFailure(step, codes.join(" or "), showThrown(thrown));
    }
    const got = result === undefined ? "success" : `success, ${show(result)}`;
    throw new CaseFailure(step, codes.join(" or "), got);
  }

  /** Makes a file that is not there yet. */
  async file(path: string, content: Content = "", mode = 0o644): Promise<void> {
    const fd = await this.open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    await this.writeAll(fd, content);
    await this.close(fd);
  }

  /** Writes until everything is written. */
  async writeAll(fd: number, content: Content): Promise<void> {
    const bytes = bytesOf(content);
    for (let done = 0; done < bytes.length;) {
      const count = await this.write(fd, bytes.subarray(done));
      if (count <= 0) throw new CaseFailure("write", "progress", show(count));
      done += count;
    }
  }

  /** Everything in a file. */
  async content(path: string): Promise<Uint8Array> {
    const fd = await this.open(path, O_RDONLY);
    const parts: Uint8Array[] = [];
    let size = 0;
    while (true) {
      const part = await this.read(fd, READ_SIZE);
      if (part.length === 0) break;
      parts.push(part);
      size += part.length;
      // A filesystem whose reads never end must not fill the memory.
      if (size > CONTENT_MAX) {
        throw new CaseFailure(`the size of ${path}`, `at most ${CONTENT_MAX}`, "more");
      }
    }
    await this.close(fd);
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** Expects what a file holds. */
  async holds(path: string, expected: Content): Promise<void> {
    this.bytes(await this.content(path), expected, `the content of ${path}`);
  }

  /** The sorted names in a directory. */
  async names(path: string): Promise<string[]> {
    return (await this.readdir(path)).map((entry) => entry.name).sort();
  }

  /** Expects that there is nothing at the path. */
  async absent(path: string): Promise<void> {
    await this.refuses("ENOENT", this.lstat(path));
  }

  /** Expects that `later` is after `earlier`. */
  after(later: Timespec, earlier: Timespec, what: string): void {
    if (compareTimes(later, earlier) > 0) return;
    throw new CaseFailure(what, `later than ${timeText(earlier)}`, timeText(later));
  }

  /** Expects that `time` is not before `earlier`. */
  notBefore(time: Timespec, earlier: Timespec, what: string): void {
    if (compareTimes(time, earlier) >= 0) return;
    throw new CaseFailure(what, `${timeText(earlier)} or later`, timeText(time));
  }

  /**
   * Does `change` until `read` tells a later time than before it: how long that takes depends on how
   * finely the filesystem's clock ticks.
   */
  async moves(
    read: () => Promise<Timespec>,
    change: () => Promise<unknown>,
    what: string,
  ): Promise<void> {
    const before = await read();
    const deadline = performance.now() + CLOCK_TICK_MAX_MS;
    let after = before;
    while (performance.now() < deadline) {
      await change();
      after = await read();
      if (compareTimes(after, before) > 0) return;
      await new Promise((resolve) => setTimeout(resolve, CLOCK_POLL_MS));
    }
    this.after(after, before, what);
  }
}

/** The coarsest clock of a filesystem: whole seconds, and some more. */
const CLOCK_TICK_MAX_MS = 2200;
const CLOCK_POLL_MS = 5;

/** Negative, 0 or positive as `first` is before, at or after `second`. */
export function compareTimes(first: Timespec, second: Timespec): number {
  return first.sec - second.sec || first.nsec - second.nsec;
}

function timeText(time: Timespec): string {
  return `${time.sec}.${String(time.nsec).padStart(9, "0")}`;
}
