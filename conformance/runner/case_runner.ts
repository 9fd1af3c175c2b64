/**
 * Running cases one after the other on one subject.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { CaseFailure, errnoThrown, showThrown } from "../case_failure.ts";
import type { Need, NeedSet } from "../need.ts";
import type { Route, Subject, SubjectFactory } from "../subjects/subject.ts";
import type { Caller } from "../system_calls.ts";
import { Trial } from "../trial.ts";
import type { Step } from "../trial_calls.ts";
import type { Outcome } from "./outcome.ts";
import { TreeRemover } from "./remove_tree.ts";
import { TimedOut, within } from "./time_limit.ts";

/** How long a case may take by default. */
export const CASE_TIMEOUT_MS = 10_000;
/** How long making, clearing and disposing may take, each. */
const HOUSEKEEPING_TIMEOUT_MS = 10_000;
/** How long the kernel may take to release closed files. */
const RELEASE_TIMEOUT_MS = 1000;
const RELEASE_POLL_MS = 2;

/** Settings of a {@linkcode CaseRunner}. */
export interface CaseRunnerOptions {
  /** How long a case may take, where it does not say. Default {@linkcode CASE_TIMEOUT_MS}. */
  readonly timeoutMs?: number | undefined;
  /** What the subject has though it cannot tell, such as `quiet`. */
  readonly also?: readonly Need[] | undefined;
}

interface Ready {
  readonly subject: Subject;
  readonly caller: Caller;
}

/**
 * Runs cases on one subject. Each gets a directory of its own, a time limit, and is searched for leaks
 * afterwards. A case that hangs ends with its subject; the next one gets a new subject.
 */
export class CaseRunner implements AsyncDisposable {
  /** The route of the subjects. */
  readonly route: Route;
  readonly #factory: SubjectFactory;
  readonly #timeoutMs: number;
  readonly #also: readonly Need[];
  #ready: Ready | undefined;
  #count = 0;

  /** A runner that asks `factory` for its subjects. */
  constructor(route: Route, factory: SubjectFactory, options: CaseRunnerOptions = {}) {
    this.route = route;
    this.#factory = factory;
    this.#timeoutMs = options.timeoutMs ?? CASE_TIMEOUT_MS;
    this.#also = options.also ?? [];
  }

  async #prepare(): Promise<Ready> {
    if (this.#ready !== undefined) return this.#ready;
    const subject = await within("Making the subject", HOUSEKEEPING_TIMEOUT_MS, this.#factory());
    return this.#ready = { subject, caller: subject.caller() };
  }

  /** What the subject has. */
  async has(): Promise<NeedSet> {
    return (await this.#prepare()).subject.has;
  }

  /** Whether the subject has gone for good. */
  isLost(): boolean {
    return this.#ready?.subject.isLost?.() ?? false;
  }

  /** What the subject lacks for the case. */
  async missing(one: Case): Promise<Need[]> {
    const has = await this.has();
    return one.needs.filter((need) => !has.has(need) && !this.#also.includes(need));
  }

  /** Runs a case, or tells why not. */
  async run(one: Case): Promise<Outcome> {
    const start = performance.now();
    const steps: Step[] = [];
    const outcome = { case: one, route: this.route, steps, missing: [] };
    try {
      const missing = await this.missing(one);
      if (missing.length > 0) return { ...outcome, status: "skipped", durationMs: 0, missing };
      const warnings = await this.#attempt(one, steps);
      const durationMs = performance.now() - start;
      return { ...outcome, status: "passed", durationMs, ...(warnings.length > 0 && { warnings }) };
    } catch (thrown) {
      const durationMs = performance.now() - start;
      if (thrown instanceof CaseFailure) {
        const { message, expected, got, afterwards } = thrown;
        const told = { message, expected, got, ...afterwards && { afterwards } };
        return { ...outcome, status: "failed", durationMs, ...told };
      }
      return { ...outcome, status: "failed", durationMs, message: explain(thrown, steps) };
    }
  }

  async #attempt(one: Case, steps: Step[]): Promise<readonly string[]> {
    const { subject, caller } = await this.#prepare();
    const ready = { subject, caller, openBefore: subject.openCount?.() ?? 0 };
    const changes = subject.has.has("change");
    const root = changes ? `${subject.base}/case-${++this.#count}` : subject.base;
    const callers: Caller[] = [];
    const timeoutMs = one.timeoutMs ?? this.#timeoutMs;
    const limit = { deadline: performance.now() + timeoutMs, timeoutMs };
    const trial = new Trial(subject, caller, root, { steps, callers, limit });
    try {
      if (changes) {
        const made = makeRoot(caller, root);
        await within("Making the directory of the case", HOUSEKEEPING_TIMEOUT_MS, made);
      }
      let failed = true;
      try {
        await within("The case", timeoutMs, one.steps(trial));
        failed = false;
      } finally {
        if (!this.#isHung(steps, failed)) {
          await within(
            "Clearing up after the case",
            HOUSEKEEPING_TIMEOUT_MS,
            this.#clear(ready, trial, callers, changes ? root : undefined, failed),
          );
        }
      }
      return trial.warnings;
    } catch (thrown) {
      if (thrown instanceof TimedOut) await this.#abandon(callers);
      throw thrown;
    }
  }

  /** A step of a failed case that has no outcome is still under way. */
  #isHung(steps: readonly Step[], failed: boolean): boolean {
    return failed && steps.some((step) => step.outcome === undefined);
  }

  async #clear(
    { subject, caller, openBefore }: Ready & { readonly openBefore: number },
    trial: Trial,
    callers: readonly Caller[],
    root: string | undefined,
    failed: boolean,
  ): Promise<void> {
    for (const other of callers) await other[Symbol.asyncDispose]();
    const remover = new TreeRemover(caller);
    try {
      await trial.closeHandles();
      await caller.closeAll();
      await this.#expectOpen(subject, openBefore);
      if (root !== undefined) {
        await (subject.removeTree?.(root) ?? remover.remove(root));
        await expectGone(caller, root);
      }
    } catch (thrown) {
      // The first failure says more than what follows from it.
      if (failed) return;
      if (thrown instanceof CaseFailure) throw thrown;
      const call = remover.lastCall === "" ? "" : `, ${remover.lastCall}`;
      const what = `removing what the case made${call}`;
      throw new CaseFailure(what, "success", showThrown(thrown), true);
    }
  }

  /** Waits until no more files are open than before the case. */
  async #expectOpen(subject: Subject, before: number): Promise<void> {
    if (subject.openCount === undefined) return;
    const deadline = performance.now() + RELEASE_TIMEOUT_MS;
    while (subject.openCount() > before) {
      if (performance.now() > deadline) {
        const left = subject.openCount() - before;
        throw new CaseFailure("files that the case has left open", "0", String(left), true);
      }
      await new Promise((resolve) => setTimeout(resolve, RELEASE_POLL_MS));
    }
  }

  /** Gives the subject up: something in it hangs. */
  async #abandon(callers: readonly Caller[]): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready === undefined) return;
    const end = async (): Promise<void> => {
      await ready.subject.kill();
      for (const other of callers) await other[Symbol.asyncDispose]();
      await ready.caller[Symbol.asyncDispose]();
      await ready.subject[Symbol.asyncDispose]();
    };
    await within("Ending the subject", HOUSEKEEPING_TIMEOUT_MS, end()).catch(() => {});
  }

  /** Disposes of the subject. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready === undefined) return;
    const end = async (): Promise<void> => {
      await ready.caller[Symbol.asyncDispose]();
      await ready.subject[Symbol.asyncDispose]();
    };
    try {
      await within("Disposing of the subject", HOUSEKEEPING_TIMEOUT_MS, end());
    } catch (thrown) {
      await ready.subject.kill();
      throw thrown;
    }
  }
}

async function makeRoot(caller: Caller, root: string): Promise<void> {
  try {
    await caller.call("mkdir", [root, 0o755]);
  } catch (thrown) {
    const what = `mkdir(${JSON.stringify(root)}), which every case begins with`;
    throw new CaseFailure(what, "success", showThrown(thrown));
  }
}

async function expectGone(caller: Caller, path: string): Promise<void> {
  try {
    await caller.call("stat", [path]);
  } catch (thrown) {
    if (errnoThrown(thrown) === "ENOENT") return;
    throw thrown;
  }
  throw new CaseFailure("the directory of the case, once removed", "ENOENT", "success", true);
}

function explain(thrown: unknown, steps: readonly Step[]): string {
  const last = steps.at(-1);
  if (thrown instanceof TimedOut) {
    return last === undefined ? thrown.message : `${thrown.message}; its last call: ${last.call}`;
  }
  const text = showThrown(thrown);
  return last?.outcome === text ? `${last.call}: expected success, got ${text}` : text;
}
