// The conformance command, stopped in the middle: nothing stays mounted.
import { assert, assertEquals } from "@std/assert";
import { encodeCall } from "../linux/call_codec.ts";
import { scenario } from "./scenario.ts";

const COMMAND = new URL("../mod.ts", import.meta.url).href;
const PROVIDER = new URL("../../fixtures/providers/map_provider.ts", import.meta.url).pathname;
const PATIENCE_MS = 60_000;

/** The mounts below a folder. */
async function mountsBelow(folder: string): Promise<string[]> {
  const table = await Deno.readTextFile("/proc/self/mountinfo");
  return table.split("\n").map((line) => line.split(" ")[4] ?? "")
    .filter((place) => place.startsWith(folder));
}

for (const [signal, code] of [["INT", 130], ["TERM", 143]] as const) {
  scenario(`conformance ends its mounts on SIG${signal}`, async (folder) => {
    // A group of its own, as a shell gives it one: Ctrl-C reaches the processes that make the calls as well.
    const child = new Deno.Command("setsid", {
      args: [
        ...[Deno.execPath(), "run", "--quiet", "--no-lock", "--no-check", "-A", COMMAND, PROVIDER],
        ...["--route", "mount,mount-over-wire", "--no-oracle"],
      ],
      env: { NO_COLOR: "1", TMPDIR: folder },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = child.output();
    const until = performance.now() + PATIENCE_MS;
    while ((await mountsBelow(folder)).length === 0) {
      assert(performance.now() < until, "Nothing was mounted");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Deno.Command("kill", { args: [`-${signal}`, "--", `-${child.pid}`] }).output();
    const { code: got, stderr } = await output;
    const text = new TextDecoder().decode(stderr);
    assertEquals([got, await mountsBelow(folder)], [code, []]);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    assert(!text.includes("    at "), text);
  });
}

Deno.test("the process that makes the calls ends in silence when nobody reads the answers", async () => {
  const program = new URL("../linux/call_process.ts", import.meta.url).pathname;
  const run = `${Deno.execPath()} run --quiet --no-config --no-lock --no-check -A ${program}`;
  const call = await Deno.makeTempFile();
  try {
    await Deno.writeFile(call, encodeCall("stat", ["/"]));
    const { stderr } = await new Deno.Command("bash", {
      args: ["-c", `(sleep 0.2; cat ${call}) | ${run} | true; echo \${PIPESTATUS[1]} >&2`],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "0\n");
  } finally {
    await Deno.remove(call);
  }
});
