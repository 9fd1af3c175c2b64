/**
 * The command `fuzz`: random operations against Linux.
 *
 * @module
 */
import { caseSource } from "../fuzz/case_source.ts";
import { FuzzGround } from "../fuzz/fuzz_ground.ts";
import { DATA, NAMES, SPARSE } from "../fuzz/profile.ts";
import { type Finding, search, type SearchResult } from "../fuzz/search.ts";
import { ProgressLine } from "../reports/progress_line.ts";
import { stepText } from "../fuzz/step_source.ts";
import { CASE_TIMEOUT_MS } from "../runner/case_runner.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import type { Route, SubjectFactory } from "../subjects/subject.ts";
import type { CommandArguments } from "./command_arguments.ts";
import { commandLine, moduleName } from "../reports/command_line.ts";
import { LivingSubjects } from "./living_subjects.ts";
import { fileAt, targetRoutes } from "./target.ts";

/** How many operations are done on a route by default. */
const OPERATIONS = 20_000;
const SEEDS = 2 ** 31;

/** A finding as text: what differs, how to repeat it, and the case. */
function findingText(finding: Finding, source: string, repeat: string): string {
  const { difference: { before, differs, got, wanted }, foundLength, items } = finding;
  return [
    `  shrunk from ${foundLength} operations to ${items.length}:`,
    ...[...before, differs].map((round) => `    ${round.map(stepText).join("  at once with  ")}`),
    `  got:      ${got}`,
    ...wanted.map((text, at) => `  ${at === 0 ? "on Linux:" : "or:      "} ${text}`),
    `  repeat:   ${repeat}`,
    "  as a case:",
    "",
    source,
    "",
  ].join("\n");
}

async function fuzzRoute(
  route: Route,
  factory: SubjectFactory,
  options: CommandArguments & { readonly seed: number },
): Promise<SearchResult> {
  const { clients, minutes, seed, timeoutMs = CASE_TIMEOUT_MS, target = "" } = options;
  await using ground = await FuzzGround.open(factory, { clients, timeoutMs });
  const { scope } = ground;
  const progress = new ProgressLine(true);
  const result = await search({
    profiles: [NAMES, DATA, SPARSE],
    scope,
    seed,
    operations: options.operations ?? (minutes === undefined ? OPERATIONS : Infinity),
    deadline: minutes === undefined ? undefined : performance.now() + minutes * 60_000,
    run: (sequence) => ground.run(sequence),
    onProgress: (operations, what) => progress.show(`${route}  ${operations} operations, ${what}`),
  });
  progress.end();
  const { operations, sequences, finding } = result;
  if (finding === undefined) {
    console.log(`${route}  ${operations} operations in ${sequences} sequences, as on Linux`);
    return result;
  }
  const words = ["--route", route, "--seed", String(finding.seed), "--operations", "1"];
  if (clients > 1) words.push("--clients", String(clients));
  const repeat = commandLine("fuzz", target, ...words);
  const source = caseSource(finding.difference, {
    has: scope.has,
    modelRoot: finding.difference.modelRoot,
    origin: `Linux's tmpfs; found with ${repeat}`,
    suite: moduleName("conformance"),
    package: moduleName("."),
  });
  console.log(`${route}  differs from Linux after ${operations} operations`);
  console.log(findingText(finding, source, repeat));
  if (options.output !== undefined) await Deno.writeTextFile(options.output, `${source}\n`);
  return result;
}

/** Fuzzes every route of the target. Returns whether one differs from Linux. */
export async function fuzz(options: CommandArguments): Promise<boolean> {
  if ((await fileAt(HOST_DIRECTORY))?.isDirectory !== true) {
    throw new Error(`There is nothing to compare with: no tmpfs at ${HOST_DIRECTORY}`);
  }
  const seed = options.seed ?? 1 + Math.floor(Math.random() * SEEDS);
  // Modes are meant as they are, here as on Linux.
  const umask = Deno.umask(0);
  using living = new LivingSubjects();
  try {
    let differing = 0;
    let operations = 0;
    const routes = living.ofAll(await targetRoutes(options.target ?? "", options.routes));
    for (const [route, factory] of routes) {
      const result = await fuzzRoute(route, factory, { ...options, seed });
      operations += result.operations;
      if (result.finding !== undefined) differing++;
    }
    console.log(
      `total: ${operations} operations, ${differing} of ${routes.size} routes differ, seed ${seed}`,
    );
    return differing > 0;
  } finally {
    Deno.umask(umask);
  }
}
