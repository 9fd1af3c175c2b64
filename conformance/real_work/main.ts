/**
 * `deno task real-work [names]`: work of ordinary programs on mounts, compared with the same on ext4.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { installAdvice, installPackages, missingOf, whereIs } from "../tasks/programs.ts";
import { ALL_WORKS } from "./all_works.ts";
import { GROUND_KINDS, type GroundKind } from "./ground.ts";
import type { RealWork } from "./real_work.ts";
import { runWork } from "./run_work.ts";
import { outcomeRow, rowOf, slowSteps } from "./work_table.ts";

const HELP = `Usage: deno task real-work [name ...] [--short] [--mounts <kind,...>] [--steps]

Does real work with ordinary programs on mounts, and compares trees, output and exit codes with the
same work on ext4 (tmpfs where there is no ext4). Missing programs are installed, for root.

  --short    the small form, which continuous integration runs
  --mounts   of ${GROUND_KINDS.join(", ")}; default memory,real-wire
  --steps    the time of every step, not only of those that are more than 3 times slower

Work:
${ALL_WORKS.map(({ name, does }) => `  ${name.padEnd(9)}  ${does}`).join("\n")}

Exit codes: 0 all the same, 1 something differs, 2 wrong usage`;

function fail(message: string): never {
  console.error(`real-work: ${message}\n  deno task real-work --help`);
  Deno.exit(2);
}

function chosen(names: readonly string[]): readonly RealWork[] {
  if (names.length === 0) return ALL_WORKS;
  return names.map((name) => ALL_WORKS.find((work) => work.name === name) ?? fail(`No "${name}"`));
}

function isGround(kind: string): kind is GroundKind {
  return GROUND_KINDS.some((one) => one === kind);
}

async function install(works: readonly RealWork[]): Promise<void> {
  const missing = await missingOf(works.flatMap((work) => work.programs));
  const packages = [...new Set(missing.map((program) => program.package))];
  if (packages.length === 0) return;
  const aptGet = Deno.uid() === 0 ? await whereIs("apt-get") : undefined;
  if (aptGet === undefined) fail(`Install this first:\n${installAdvice(packages)}`);
  console.error(`Installing ${packages.join(", ")} ...`);
  await installPackages(aptGet, packages);
}

/** The line that tells on a terminal what is being done, and is overwritten by the next one. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      short: { type: "boolean" },
      mounts: { type: "string", default: "memory,real-wire" },
      steps: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const works = chosen(positionals);
  const kinds = values.mounts.split(",");
  const grounds = kinds.filter(isGround);
  if (grounds.length < kinds.length) fail(`--mounts ${values.mounts}: there are ${GROUND_KINDS}`);
  await install(works);
  console.log(rowOf("program", "mount", "result", "seconds", "reference", "ratio"));
  let problems = 0;
  for (const work of works) {
    if (work.needsRoot === true && Deno.uid() !== 0) {
      console.log(rowOf(work.name, "", "NOT DONE: needs root", "", "", ""));
      continue;
    }
    await runWork(work, {
      grounds,
      full: values.short !== true,
      onStep: (ground, step) => progress(`${work.name} on ${ground}: ${step}`),
      onOutcome: (outcome) => {
        progress("");
        console.log(outcomeRow(outcome));
        for (const line of slowSteps(outcome, values.steps === true)) console.log(line);
        if (outcome.problem === "") return;
        problems++;
        console.log(outcome.problem.replaceAll(/^/gm, "    "));
      },
    });
  }
  return problems === 0 ? 0 : 1;
}

Deno.exit(await main());
