/**
 * The command.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { ALL_CASES } from "../cases/mod.ts";
import type { Case } from "../case.ts";
import { PrettyProgress } from "../reports/pretty_progress.ts";
import { REPORTS } from "../reports/report.ts";
import { runSuite, type SuiteOutcome } from "../runner/run_suite.ts";
import { selectCases } from "../runner/select_cases.ts";
import { HostSubject } from "../subjects/host_subject.ts";
import { HOST_DIRECTORY, subjectFactories } from "../subjects/open_subject.ts";
import { SocketSubject } from "../subjects/socket_subject.ts";
import type { Route, SubjectFactory } from "../subjects/subject.ts";
import { type CommandArguments, readArguments, USAGE, UsageError } from "./command_arguments.ts";
import { providerModule } from "../../src/provider/mod.ts";

/** The routes of a module, where none are asked for. */
const MODULE_ROUTES: readonly Route[] = ["direct", "wire-v1", "wire-v2"];

/** The routes of a socket, where none are asked for: a server of version 1 answers the first only. */
const SOCKET_ROUTES: readonly Route[] = ["wire-v1", "wire-v2"];

/** Exit codes of the command. */
export const EXIT = { passed: 0, failed: 1, impossible: 2 } as const;

/** What is at a path; null for nothing, and for the URL of a module. */
async function fileAt(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}

/** The subjects of a server behind a socket. */
function socketRoutes(path: string, routes: readonly Route[]): Map<Route, SubjectFactory> {
  const all: readonly (readonly [Route, SubjectFactory])[] = [
    ["wire-v1", () => SocketSubject.at(path, 1)],
    ["wire-v2", () => SocketSubject.at(path, 2)],
  ];
  return new Map(all.filter(([route]) => routes.includes(route)));
}

async function routesOf(
  target: string,
  routes: readonly Route[] | undefined,
): Promise<Map<Route, SubjectFactory>> {
  const file = await fileAt(target);
  if (file?.isDirectory === true) return new Map([["host", () => HostSubject.below(target)]]);
  if (file?.isSocket === true) return socketRoutes(target, routes ?? SOCKET_ROUTES);
  const url = /^[a-z][a-z0-9+.-]*:/.test(target) ? target : pathToFileURL(target).href;
  return subjectFactories(routes ?? MODULE_ROUTES, await providerModule(url));
}

function list(cases: readonly Case[]): string {
  const lines = cases.map(({ id, level, needs }) => `${id}\t${level}\t${needs.join(" ")}`);
  return `${lines.join("\n")}\n${cases.length} cases\n`;
}

async function run(options: CommandArguments, cases: readonly Case[]): Promise<number> {
  const routes = await routesOf(options.target ?? "", options.routes);
  const pretty = options.report === "pretty" && options.output === undefined;
  const progress = new PrettyProgress(routes.size * cases.length, pretty);
  const outcomes: SuiteOutcome[] = [];
  const oracle = options.oracle && (await fileAt(HOST_DIRECTORY))?.isDirectory === true
    ? () => HostSubject.below(HOST_DIRECTORY)
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
    const cases = selectCases(ALL_CASES, options.filters);
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
