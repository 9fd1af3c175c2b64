/**
 * Makes the machine ready for the demo and, with `--tests`, for the tests: installs what is missing where
 * it may, and otherwise says exactly what to install.
 *
 * @module
 */
import { ALL_WORKS } from "../real_work/all_works.ts";
import { whyNoFuse, WITHOUT_FUSE } from "./fuse_device.ts";
import {
  installAdvice,
  installPackages,
  JUDGES,
  missingOf,
  SYSTEM_PROGRAMS,
  type SystemProgram,
  whereIs,
} from "./programs.ts";

/** Says that tests follow: then what they need is installed too. */
const FOR_TESTS = "--tests";
/** Without them the tests that need them are ignored. */
const OF_TESTS: readonly SystemProgram[] = [
  ...JUDGES,
  ...ALL_WORKS.filter((work) => work.byTaskOnly !== true).flatMap((work) => work.programs),
];

async function install(aptGet: string, missing: readonly SystemProgram[]): Promise<void> {
  const packages = [...new Set(missing.map((program) => program.package))];
  const started = performance.now();
  console.error(`Installing ${packages.join(" and ")} with apt-get ...`);
  await installPackages(aptGet, packages);
  console.error(`Installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** `apt-get` where it may be used. */
async function usableAptGet(): Promise<string | undefined> {
  return Deno.uid() === 0 ? await whereIs("apt-get") : undefined;
}

async function installMissing(): Promise<boolean> {
  const missing = await missingOf(SYSTEM_PROGRAMS);
  if (missing.length === 0) return true;
  const aptGet = await usableAptGet();
  if (aptGet !== undefined) {
    await install(aptGet, missing);
    return (await missingOf(SYSTEM_PROGRAMS)).length === 0;
  }
  for (const { command, why } of missing) console.error(`${command} is missing (${why}).`);
  const packages = missing.map((program) => program.package);
  console.error(`Install it and start again:\n${installAdvice(packages)}`);
  return false;
}

/** What only makes tests possible. */
async function installForTests(): Promise<void> {
  const missing = await missingOf(OF_TESTS);
  if (missing.length === 0) return;
  try {
    const aptGet = await usableAptGet();
    if (aptGet !== undefined) await install(aptGet, missing);
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
  }
  for (const { package: name, why } of await missingOf(OF_TESTS)) {
    console.error(`${name} is missing (${why}): the tests that need it are IGNORED`);
  }
}

async function prepare(): Promise<boolean> {
  if (Deno.args.includes(FOR_TESTS)) await installForTests();
  if (Deno.env.get(WITHOUT_FUSE) === "1") {
    console.error(`${WITHOUT_FUSE}=1: nothing will be mounted, and those tests are IGNORED`);
    return true;
  }
  try {
    if (!await installMissing()) return false;
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    return false;
  }
  const problem = await whyNoFuse();
  if (problem === undefined) return true;
  console.error(`${problem}\n  To run the tests that need no mount: ${WITHOUT_FUSE}=1`);
  return false;
}

if (!await prepare()) Deno.exit(1);
