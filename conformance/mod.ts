/**
 * The conformance suite: how anyone proves a filesystem.
 *
 * A {@linkcode Case} is one promise: an id that never changes, the clause of the standard it comes from,
 * what it needs, and steps that are system calls. The same cases run on every route: a provider
 * called directly, over the wire, mounted in the kernel; and on a directory of the machine, where
 * Linux's tmpfs proves the cases themselves. Which cases concern a provider follows from the
 * capabilities that it declares.
 *
 * As a library: {@linkcode conformance} registers one test a case with `Deno.test` or `node:test`;
 * {@linkcode runSuite} runs cases and yields what they came to. As a command:
 *
 * ```sh
 * deno run -A jsr:@fusewire/vfs/conformance ./my_provider.ts --route direct,mount
 * ```
 *
 * Everything that a run makes (directories, mounts, processes) belongs to its subject and goes with it.
 *
 * @module
 */
export { type Case, type CaseFile, caseFile, type CaseFileOptions } from "./case.ts";
export { type CaseOptions, type Level } from "./case.ts";
export { CaseFailure } from "./case_failure.ts";
export { ALL_CASES } from "./cases/mod.ts";
export { EXIT, main } from "./command/main.ts";
export { type Need, NEEDS, type NeedSet } from "./need.ts";
export { conformance, type ConformanceOptions, type RegisterTest } from "./register.ts";
export { isReport, type Report, type ReportName, REPORTS } from "./reports/report.ts";
export { badgeLine } from "./reports/badge_report.ts";
export {
  LEVEL_PROMISES,
  LEVELS,
  levelsReached,
  type LevelState,
  levelState,
} from "./reports/level.ts";
export { type RouteDifference, routeDifferences } from "./reports/route_differences.ts";
export { summaryLines } from "./reports/summary.ts";
export { CaseRunner, type CaseRunnerOptions } from "./runner/case_runner.ts";
export type { KnownFailures } from "./runner/known_failures.ts";
export { countOutcomes, type Counts, type Outcome, type Status } from "./runner/outcome.ts";
export { runSuite, type SuiteOptions, type SuiteOutcome } from "./runner/run_suite.ts";
export { selectCases } from "./runner/select_cases.ts";
export { HOST_DIRECTORY, type ProviderSource } from "./subjects/open_subject.ts";
export { subjectFactories, subjectFactory } from "./subjects/open_subject.ts";
export { type Identity, isRoute, type Route, ROUTES } from "./subjects/subject.ts";
export type { Subject, SubjectFactory } from "./subjects/subject.ts";
export type {
  Caller,
  CallName,
  CallParameters,
  CallResults,
  Entry,
  LockInTheWay,
  LockType,
  Stat,
} from "./system_calls.ts";
export { Trial } from "./trial.ts";
export { type Content, type Step, TrialCalls } from "./trial_calls.ts";

import { main } from "./command/main.ts";

// Not awaited: modules that the command imports may import this one, which would wait for itself.
if (import.meta.main) main(Deno.args).then(Deno.exit);
