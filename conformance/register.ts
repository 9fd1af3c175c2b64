/**
 * The suite as tests of a test runner.
 *
 * @module
 */
import type { MaybePromise } from "../src/base/mod.ts";
import type { Provider } from "../src/provider/mod.ts";
import { ALL_CASES } from "./cases/mod.ts";
import type { Need, NeedSet } from "./need.ts";
import { failureText } from "./reports/failure_text.ts";
import { CaseRunner } from "./runner/case_runner.ts";
import { applyKnownFailures, type KnownFailures } from "./runner/known_failures.ts";
import { selectCases } from "./runner/select_cases.ts";
import { subjectFactories } from "./subjects/open_subject.ts";
import type { Route, SubjectFactory } from "./subjects/subject.ts";

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
  /** What the filesystem has though it cannot tell: `quiet` when nobody else uses its space. */
  readonly also?: readonly Need[];
  /** How long a case may take, in milliseconds. */
  readonly timeoutMs?: number;
  /**
   * What registers a test. Default: `Deno.test`, without its sanitizers, because the filesystem outlives the
   * single test; it is ended after all tests.
   */
  readonly test?: RegisterTest;
}

function denoTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

/** What a subject has; it is made for that and ended at once. */
async function needsOf(factory: SubjectFactory): Promise<NeedSet> {
  await using subject = await factory();
  return subject.has;
}

/**
 * Registers one test for each case and route that concerns the provider, and has each filesystem ended after
 * them. Await it at the top of a test file: which cases concern a provider follows from what it
 * declares, so one is made and closed first.
 *
 * @param name What is tested, the first word of each test's name.
 * @param makeProvider Makes a provider with an empty root; it is closed at the end.
 *
 * @example
 * ```ts ignore
 * import { conformance } from "@fusewire/vfs/conformance";
 * import { MyProvider } from "./my_provider.ts";
 *
 * await conformance("MyProvider", () => new MyProvider(), { routes: ["direct", "mount"] });
 * ```
 */
export async function conformance(
  name: string,
  makeProvider: () => MaybePromise<Provider>,
  options: ConformanceOptions = {},
): Promise<void> {
  const { routes = ["direct"] } = options;
  for (const [route, factory] of subjectFactories(routes, makeProvider)) {
    await conformanceOf(name, route, factory, options);
  }
}

/** As {@linkcode conformance}, of one route to something that takes more than a provider to make. */
export async function conformanceOf(
  name: string,
  route: Route,
  factory: SubjectFactory,
  options: Omit<ConformanceOptions, "routes"> = {},
): Promise<void> {
  const { filter = [], also = [], knownFailures, timeoutMs, test = denoTest } = options;
  const has = await needsOf(factory);
  const runner = new CaseRunner(route, factory, { timeoutMs, also });
  for (const one of selectCases(ALL_CASES, filter)) {
    if (!one.needs.every((need) => has.has(need) || also.includes(need))) continue;
    test(`${name}, ${route}: ${one.title}`, async () => {
      const outcome = applyKnownFailures(await runner.run(one), knownFailures);
      if (outcome.status === "failed") throw new Error(failureText(outcome));
    });
  }
  const end = (): Promise<void> => runner[Symbol.asyncDispose]();
  // A hook also runs when a filter leaves the last test out.
  if (test === denoTest) Deno.test.afterAll(end);
  else test(`${name}, ${route}: ends`, end);
}
