/**
 * Runs the examples in the README and in the documentation of `src/`, `conformance/` and `mod.ts`, and
 * ends with one line of counts.
 *
 * @module
 */
import { ROOT } from "./registry.ts";

const FOLDERS = ["src", "conformance"];
/** What opens an example that runs: a fence of TypeScript that is not marked `ignore`. */
const EXAMPLE = /```(ts|typescript|js|javascript|tsx|jsx)(\s*$| (?!.*ignore))/m;

async function* sourcesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sourcesBelow(path);
    else if (/\.(ts|md)$/.test(path) && !/_test\.ts$|\.d\.ts$/.test(path)) yield path;
  }
}

const paths = ["README.md", "mod.ts"];
for (const folder of FOLDERS) {
  for await (const path of sourcesBelow(folder)) paths.push(path);
}
const withExamples: string[] = [];
for (const path of paths.sort()) {
  if (EXAMPLE.test(await Deno.readTextFile(new URL(path, ROOT)))) withExamples.push(path);
}
const child = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "conformance/tasks/run_tests.ts", "--doc", ...withExamples],
  cwd: ROOT,
}).spawn();
Deno.exit((await child.status).code);
