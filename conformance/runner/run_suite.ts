/**
 * Running many cases on several routes.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { showThrown } from "../case_failure.ts";
import type { Route, SubjectFactory } from "../subjects/subject.ts";
import type { Step } from "../trial_calls.ts";
import { CaseRunner } from "./case_runner.ts";
import { applyKnownFailures, type KnownFailures } from "./known_failures.ts";
import type { Outcome } from "./outcome.ts";

/** After so many cases that hung, the rest of a route is not tried any more. */
export const HANGS_MAX = 20;

const ENDING: Case = {
  id: "run/ends",
  title: "the filesystem ends and leaves nothing behind",
  clause: "DESIGN decision 14: resources are disposable",
  level: "core",
  needs: [],
  steps: () => Promise.resolve(),
};

const GOING_ON: Case = {
  ...ENDING,
  id: "run/goes-on",
  title: "the filesystem is there until the last case",
  clause: "DESIGN decision 12: nothing else suffers",
};

/** What to run. */
export interface SuiteOptions {
  /** The cases, in the order to run them. */
  readonly cases: readonly Case[];
  /** The routes, and how each makes its subject. */
  readonly routes: ReadonlyMap<Route, SubjectFactory>;
  /** How long a case may take, where it does not say. */
  readonly timeoutMs?: number | undefined;
  /** Failures that are expected. */
  readonly knownFailures?: KnownFailures | undefined;
  /** Where cases that failed are run again, to tell what Linux answers. */
  readonly oracle?: SubjectFactory | undefined;
}

/** What a case came to, and what the oracle says. */
export interface SuiteOutcome extends Outcome {
  /** The same steps on Linux, for a case that failed. */
  readonly linux?: readonly Step[];
}

/** Runs every case on every route, and yields what each came to as soon as it is known. */
export async function* runSuite(options: SuiteOptions): AsyncGenerator<SuiteOutcome, void, void> {
  const { cases, routes, timeoutMs, knownFailures, oracle } = options;
  await using judge = oracle && new CaseRunner("host", oracle, { timeoutMs });
  for (const [route, factory] of routes) {
    const runner = new CaseRunner(route, factory, { timeoutMs });
    let hangs = 0;
    for (const one of cases) {
      if (hangs >= HANGS_MAX) break;
      const outcome = applyKnownFailures(await runner.run(one), knownFailures);
      if (outcome.status === "failed") {
        if (outcome.steps.some((step) => step.outcome === undefined)) hangs++;
        if (judge !== undefined && route !== "host") {
          yield { ...outcome, linux: (await judge.run(one)).steps };
        } else yield outcome;
        if (!runner.isLost()) continue;
        const left = cases.length - 1 - cases.indexOf(one);
        yield failed(GOING_ON, route, `It has gone in ${one.id}: ${left} cases were not run`);
        break;
      }
      yield outcome;
    }
    yield* endRun(runner);
  }
}

/** The outcome of a promise about the run. */
function failed(promise: Case, route: Route, message: string, durationMs = 0): SuiteOutcome {
  return { case: promise, route, status: "failed", durationMs, message, steps: [], missing: [] };
}

/** That a filesystem ends is a promise too; it is told only when it is broken. */
async function* endRun(runner: CaseRunner): AsyncGenerator<SuiteOutcome, void, void> {
  const start = performance.now();
  try {
    await runner[Symbol.asyncDispose]();
  } catch (thrown) {
    yield failed(ENDING, runner.route, showThrown(thrown), performance.now() - start);
  }
}
