import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { check, close, failure, isLibcAvailable } from "./mod.ts";

const DOOR = new URL("./mod.ts", import.meta.url).href;

/** Runs a program without permissions but those given, and returns what it printed. */
async function run(program: string, ...permissions: string[]): Promise<string> {
  const url = `data:application/typescript,${encodeURIComponent(program)}`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", "--no-check", ...permissions, url],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const { stdout, stderr } = await command.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("a failed call gives its negated errno, and a good one does not change it", () => {
  assert(isLibcAvailable());
  assertEquals(close(-1), -9);
  assertEquals(close(-1), -9);
});

/** What stands between the parenthesis at `start` and its partner. */
function within(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return text.slice(start + 1, at);
  }
  return "";
}

/** How a source reads errno otherwise than right after the call that it is of. */
function errnoFaults(source: string): string[] {
  const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
  const uses = [...code.matchAll(/\boutcome(?:64)?\(/g)].map((use) => {
    return within(code, use.index + use[0].length - 1).trim().replaceAll(/\s+/g, " ");
  });
  const wrong = uses.filter((use) => !/\blibc\(\)\.\w+\(.*\), errno\[0\],?$/.test(use));
  const reads = code.match(/\berrno\[/g)?.length ?? 0;
  return reads === uses.length - wrong.length ? wrong : [...wrong, `${reads} errno[`];
}

Deno.test("errno is read right after the call, before a function is entered", async () => {
  assertEquals(errnoFaults("return outcome(libc().dup(fd), errno[0]);"), []);
  assertEquals(errnoFaults("const code = errno[0];"), ["1 errno["]);
  const late = "const made = libc().dup(fd); return outcome(made, errno[0]);";
  assertEquals(errnoFaults(late), ["made, errno[0]", "1 errno["]);
  let calls = 0;
  for await (const entry of Deno.readDir(new URL(".", import.meta.url))) {
    if (!entry.name.endsWith(".ts") || entry.name.endsWith("_test.ts")) continue;
    if (entry.name === "library.ts") continue;
    const source = await Deno.readTextFile(new URL(entry.name, import.meta.url));
    calls += source.split("errno[0]").length - 1;
    assertEquals(errnoFaults(source), [], entry.name);
  }
  assert(calls > 50);
});

Deno.test("check() lets results through and makes errors of negated errnos", () => {
  assertEquals(check(7, "read"), 7);
  const error = assertThrows(() => check(-13, "open", "/a"), FsError);
  assertEquals(error.message, 'Cannot open "/a": EACCES');
  assertEquals(failure(-2, { syscall: "stat" }).code, "ENOENT");
});

Deno.test("without the permission, calls say what is missing", async () => {
  const output = await run(
    `import { close, isLibcAvailable } from ${JSON.stringify(DOOR)};
     console.log("available", isLibcAvailable());
     close(-1);`,
    "--allow-import",
  );
  assertStringIncludes(output, "available false");
  assertStringIncludes(output, "Cannot call the C library: run with --allow-ffi");
});

Deno.test("with the permission, nothing else is needed", async () => {
  const output = await run(
    `import { close, isLibcAvailable } from ${JSON.stringify(DOOR)};
     console.log(isLibcAvailable(), close(-1));`,
    "--allow-ffi",
    "--allow-import",
  );
  assertEquals(output.trim(), "true -9");
});

Deno.test("every thread has its own errno", async () => {
  const program = `import { close, open } from ${JSON.stringify(DOOR)};
    const results = [];
    for (let round = 0; round < 1000; round++) results.push(close(-1), open("/nowhere", 0));
    self.postMessage(results);`;
  const blob = new Blob([program], { type: "text/javascript" });
  const workers = [1, 2].map(() => new Worker(URL.createObjectURL(blob), { type: "module" }));
  const answers = workers.map((worker) =>
    new Promise<number[]>((resolve) => worker.onmessage = (event) => resolve(event.data))
  );
  for (let round = 0; round < 1000; round++) assertEquals(close(-1), -9);
  for (const results of await Promise.all(answers)) {
    assertEquals(new Set(results), new Set([-9, -2]));
  }
  for (const worker of workers) worker.terminate();
});
