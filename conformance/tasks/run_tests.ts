/**
 * Runs tests, shows their output as it comes, and ends with one line of counts.
 *
 * Arguments are those of `deno test`; without any, it runs every test of the repository.
 *
 * @module
 */
import { fuseMounts, unmountDead } from "./dead_mounts.ts";
import { MOUNTING_FOLDERS, WITHOUT_FUSE } from "./fuse_device.ts";
import { importArguments, ROOT } from "./registry.ts";
import { testCounts } from "./test_summary.ts";

/** A run that takes longer hangs. */
const RUN_MAX_MS = 21 * 60 * 1000;
/** What Deno says of a test that has run for four minutes: it hangs, and the rest waits for it. */
const HANGS = /has been running for over \((?:[4-9]|\d\d)m/;

const withoutFuse = Deno.env.get(WITHOUT_FUSE) === "1";
const leftOut = withoutFuse ? [`--ignore=${MOUNTING_FOLDERS.join(",")}`] : [];
const started = performance.now();
const mountsBefore = await fuseMounts();
const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--no-prompt", ...await importArguments(), ...leftOut, ...Deno.args],
  cwd: ROOT,
  stdout: "piped",
  stderr: "inherit",
}).spawn();

/** Why the run was ended, or empty. */
let ended = "";
function end(why: string): void {
  if (ended !== "") return;
  ended = why;
  child.kill("SIGKILL");
}
const guard = setTimeout(() => end(`after ${RUN_MAX_MS / 60_000} minutes`), RUN_MAX_MS);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => end(`by ${signal}`));
}

async function show(chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += await Deno.stdout.write(chunk.subarray(at));
}

const decoder = new TextDecoder();
let output = "";
for await (const chunk of child.stdout) {
  // Nobody reads it any more, or the disk is full.
  await show(chunk).catch((cause) => end(`as its output cannot be written: ${cause}`));
  // Summaries are at the end; a run that prints a lot must not be kept whole.
  output = (output + decoder.decode(chunk, { stream: true })).slice(-100_000);
  if (HANGS.test(output)) end("because a test hangs: see the lines above");
}
const { success } = await child.status;
clearTimeout(guard);

if (ended !== "") console.error(`\nThe run was ended ${ended}`);
for (const mountpoint of await unmountDead(mountsBefore)) {
  console.error(`Unmounted ${mountpoint}: a test left it without a server`);
}

const { passed, failed, ignored } = testCounts(output, success && ended === "");
const seconds = ((performance.now() - started) / 1000).toFixed(1);
if (ignored > 0) {
  console.log(`${ignored} IGNORED: see the lines above that end in "ignored"`);
}
if (withoutFuse) {
  console.log(`${WITHOUT_FUSE}=1: nothing that mounts was tested, ${MOUNTING_FOLDERS} not at all`);
}
console.log(`${seconds} s`);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
