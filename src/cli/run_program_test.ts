import { assertEquals, assertRejects } from "@std/assert";
import { isProgram, runProgram } from "./run_program.ts";

Deno.test("runProgram() returns the exit code and everything that was said", async () => {
  const result = await runProgram(["sh", "-c", "echo out; echo err >&2; exit 3"]);
  assertEquals(result, { code: 3, stdout: "out\n", stderr: "err\n" });
});

Deno.test("runProgram() runs in a folder, whatever its name, with the environment asked for", async () => {
  const above = await Deno.makeTempDir();
  const folder = `${above}/-a $b "c"`;
  await Deno.mkdir(folder);
  const options = { cwd: folder, env: { GREETING: "hello" } };
  const result = await runProgram(
    ["sh", "-c", 'pwd; echo "$GREETING" "$1"', "sh", "x  y"],
    options,
  );
  assertEquals(result.stdout, `${await Deno.realPath(folder)}\nhello x  y\n`);
  await Deno.remove(above, { recursive: true });
});

Deno.test("runProgram() fails for a program and for a folder that is not there", async () => {
  await assertRejects(() => runProgram(["no-such-program"]), Deno.errors.NotFound);
  assertEquals((await runProgram(["true"], { cwd: "/no/such/folder" })).code, 2);
  assertEquals([await isProgram("sh-not"), await isProgram("git")], [false, true]);
});
