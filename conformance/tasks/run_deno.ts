/**
 * `deno run -A conformance/tasks/run_deno.ts check src`: a Deno subcommand, with imports that can be
 * resolved here.
 *
 * @module
 */
import { importArguments, ROOT } from "./registry.ts";

const [subcommand, ...args] = Deno.args;
if (subcommand === undefined) {
  console.error("Name a subcommand of Deno: check, test, bench, ...");
  Deno.exit(2);
}
const child = new Deno.Command(Deno.execPath(), {
  args: [subcommand, ...await importArguments(), ...args],
  cwd: ROOT,
}).spawn();
Deno.exit((await child.status).code);
