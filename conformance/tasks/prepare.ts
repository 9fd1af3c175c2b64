/**
 * Makes the machine ready for the demo and the tests: installs what is missing where it may, and
 * otherwise says exactly what to install.
 *
 * @module
 */
import { whyNoFuse, WITHOUT_FUSE } from "./fuse_device.ts";
import { installAdvice, installPackages, missingPrograms, whereIs } from "./programs.ts";

async function installMissing(): Promise<boolean> {
  const missing = await missingPrograms();
  if (missing.length === 0) return true;
  const packages = missing.map((program) => program.package);
  const aptGet = await whereIs("apt-get");
  if (Deno.uid() === 0 && aptGet !== undefined) {
    const started = performance.now();
    console.error(`Installing ${packages.join(" and ")} with apt-get ...`);
    await installPackages(aptGet, packages);
    console.error(`Installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return (await missingPrograms()).length === 0;
  }
  for (const { command, why } of missing) console.error(`${command} is missing (${why}).`);
  console.error(`Install it and start again:\n${installAdvice(packages)}`);
  return false;
}

async function prepare(): Promise<boolean> {
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
