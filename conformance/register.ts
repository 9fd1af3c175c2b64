/**
 * The suite as tests of a test runner.
 *
 * @module
 */
import type { MaybePromise } from "../src/base/mod.ts";
import type { Provider } from "../src/provider/mod.ts";
import { ALL_CASES } from "./cases/mod.ts";
import { CaseRunner } from "./runner/case_runner.ts";
import { applyKnownFailures, type KnownFailures } from "./runner/known_failures.ts";
import { failureText } from "./reports/failure_text.ts";
import { selectCases } from "./runner/select_cases.ts";
import { subjectFactories } from "./subjects/open_subject.ts";
import type { Route } from "./subjects/subject.ts";

/** Registers a test: what `Deno.test` and `node:test` have in common. */
export type RegisterTest = (name: string, run: () => Promise<void>) => unknown;

/** Settings of {@linkcode conformance}. */
export interface ConformanceOptions {
  /** The routes to take. Default `direct`. */
  readonly routes?: readonly Route[];
  /** Only these cases: operations, ids, patterns with `*`; `-` in front takes out. Default all. */
  readonly filter?: readonly string[];
  /** Cases that are known to fail, each group with its reason. They fail when they start to pass. */
  readonly knownFailures?: KnownFailures;
  /** How long a case may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** What registers a test. Default: `Deno.test`, without its sanitizers: subjects outlive tests. */
  readonly test?: RegisterTest;
}

function denoTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

/**
 * Registers one test for each case and route, and one that ends each subject.
 *
 * @param name What is tested, the first word of each test's name.
 * @param makeProvider Makes a provider with an empty root; it is closed at the end.
 *
 * @example
 * ```ts ignore
 * import { conformance } from "@fusewire/vfs/conformance";
 * import { MyProvider } from "./my_provider.ts";
 *
 * conformance("MyProvider", () => new MyProvider(), { routes: ["direct", "mount"] });
 * ```
 */
export function conformance(
  name: string,
  makeProvider: () => MaybePromise<Provider>,
  options: ConformanceOptions = {},
): void {
  const { routes = ["direct"], filter = [], knownFailures, timeoutMs, test = denoTest } = options;
  const cases = selectCases(ALL_CASES, filter);
  for (const [route, factory] of subjectFactories(routes, makeProvider)) {
    const runner = new CaseRunner(route, factory, { timeoutMs });
    for (const one of cases) {
      test(`${name}, ${route}: ${one.title}`, async () => {
        const outcome = applyKnownFailures(await runner.run(one), knownFailures);
        if (outcome.status === "failed") throw new Error(failureText(outcome));
      });
    }
    test(`${name}, ${route}: ends`, () => runner[Symbol.asyncDispose]());
  }
}
