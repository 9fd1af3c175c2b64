/**
 * The command.
 *
 * @module
 */
import { ALL_CASES } from "../cases/mod.ts";
import type { Case } from "../case.ts";
import { PrettyProgress } from "../reports/pretty_progress.ts";
import { REPORTS } from "../reports/report.ts";
import { runSuite, type SuiteOutcome } from "../runner/run_suite.ts";
import { selectCases } from "../runner/select_cases.ts";
import { HostSubject } from "../subjects/host_subject.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import { type CommandArguments, readArguments, USAGE, UsageError } from "./command_arguments.ts";
import { fuzz } from "./fuzz_command.ts";
import { caseModule } from "./case_module.ts";
import { LivingSubjects } from "./living_subjects.ts";
import { fileAt, targetRoutes } from "./target.ts";

/** Exit codes of the command. */
export const EXIT = { passed: 0, failed: 1, impossible: 2 } as const;

function list(cases: readonly Case[]): string {
  const lines = cases.map(({ id, level, needs }) => `${id}\t${level}\t${needs.join(" ")}`);
  return `${lines.join("\n")}\n${cases.length} cases\n`;
}

async function run(options: CommandArguments, cases: readonly Case[]): Promise<number> {
  using living = new LivingSubjects();
  const routes = living.ofAll(await targetRoutes(options.target ?? "", options.routes));
  if (routes.size === 0) {
    throw new UsageError(`${options.target} cannot be reached by ${options.routes?.join(", ")}`);
  }
  const pretty = options.report === "pretty" && options.output === undefined;
  const progress = new PrettyProgress(routes.size * cases.length, pretty);
  const outcomes: SuiteOutcome[] = [];
  const oracle = options.oracle && (await fileAt(HOST_DIRECTORY))?.isDirectory === true
    ? living.of(() => HostSubject.below(HOST_DIRECTORY))
    : undefined;
  for await (const outcome of runSuite({ cases, routes, timeoutMs: options.timeoutMs, oracle })) {
    outcomes.push(outcome);
    progress.tell(outcome);
  }
  progress.end();
  const text = REPORTS[options.report](outcomes, options.target ?? "");
  if (options.output === undefined) console.log(text);
  else await Deno.writeTextFile(options.output, text);
  return outcomes.some(({ status }) => status === "failed") ? EXIT.failed : EXIT.passed;
}

/** Runs the command. Returns its exit code. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    const options = readArguments(words);
    if (options.help) {
      console.log(USAGE);
      return EXIT.passed;
    }
    if (options.fuzz) return await fuzz(options) ? EXIT.failed : EXIT.passed;
    const all = options.cases === undefined ? ALL_CASES : await caseModule(options.cases);
    const cases = selectCases(all, options.filters);
    if (cases.length === 0) throw new UsageError(`No case is named ${options.filters.join(", ")}`);
    if (options.list) {
      console.log(list(cases).trimEnd());
      return EXIT.passed;
    }
    return await run(options, cases);
  } catch (thrown) {
    const problem = thrown instanceof UsageError ? `${thrown.message}\n\n${USAGE}` : thrown;
    console.error(problem instanceof Error ? problem.message : problem);
    return EXIT.impossible;
  }
}
