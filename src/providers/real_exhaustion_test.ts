/**
 * When descriptors run out, operations fail as a whole.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";

const isRoot = Deno.uid() === 0;

/** Opens files until no descriptor is left, tries everything, and looks at what has come of it. */
const PROGRAM = `
import { close, open } from "./src/libc/mod.ts";
import { RealFSProvider } from "./src/providers/mod.ts";
import { GENTLE, ROUGH, refusable } from "./fixtures/scratch/every_operation.ts";
import { openDescriptors } from "./fixtures/scratch/scratch_directory.ts";
const provider = new RealFSProvider(Deno.args[0], { ffi: true });
const nothing = { info() {}, data() {} };
const everything = { ...GENTLE, ...ROUGH };
const user = { uid: 1234, gid: 2345 };
await provider.mkdir("/d", 0o755);
await (await provider.create("/d/f", 0o644)).close();
for (const name in everything) await refusable(() => everything[name](provider, "/d/x", nothing));
await (await provider.create("/file", 0o644)).close();
const names = async () =>
  (await Promise.all(["/", "/d"].map((path) => provider.readDir(path))))
    .flat().map((entry) => entry.name).sort().join();
const [before, namesBefore] = [openDescriptors(), await names()];
const handles = [];
const full = await refusable(async () => {
  while (handles.length < 1000) handles.push(await provider.open("/d/f", 0, 0));
});
// An open takes two for a moment: the last one is still there.
const last = [];
for (let fd = open("/dev/null", 0); fd >= 0; fd = open("/dev/null", 0)) last.push(fd);
const outcomes = {};
for (const name in everything) {
  outcomes[name] = await refusable(() => everything[name](provider, "/d/f", nothing));
}
outcomes.mkdirForUser = await refusable(async () => await provider.mkdir("/made", 0o755, user));
outcomes.symlinkForUser = await refusable(async () => await provider.symlink("x", "/link", user));
outcomes.createForUser = await refusable(async () =>
  await (await provider.open("/fresh", 0o102, 0o644, user)).close());
for (const handle of handles) await handle.close();
for (const fd of last) close(fd);
const left = openDescriptors() - before;
console.log(JSON.stringify({ full, left, namesBefore, names: await names(), outcomes }));
`;

Deno.test("without descriptors everything fails, and nothing is half done", {
  ignore: !isRoot,
}, async () => {
  using scratch = new ScratchDirectory();
  const house = new URL("../../", import.meta.url).pathname;
  const deno = ["run", "-A", "--no-lock", "--no-check", "--ext=ts", "-"];
  const child = new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 80; exec "$0" "$@"', Deno.execPath(), ...deno, scratch.path],
    cwd: house,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(PROGRAM));
  await input.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  const result = JSON.parse(text.decode(stdout) || `"${text.decode(stderr)}"`);
  assertEquals(result.full, "EMFILE");
  assertEquals(result.left, 0);
  assertEquals(result.names, result.namesBefore);
  const others = Object.entries(result.outcomes).filter(([, code]) => code !== "EMFILE");
  assertEquals(others, []);
});
