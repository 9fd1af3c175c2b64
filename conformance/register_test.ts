// The suite as tests of a test runner: Deno.test, and node:test.
import { assertEquals, assertStringIncludes } from "@std/assert";

const SUITE = new URL("./mod.ts", import.meta.url).href;
const STRANGER = new URL("../fixtures/providers/map_provider.ts", import.meta.url).href;

/** Runs a test file of these lines. */
async function testFile(...lines: string[]): Promise<{ success: boolean; out: string }> {
  const path = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    const head = [
      `import { conformance } from ${JSON.stringify(SUITE)};`,
      `import MapProvider from ${JSON.stringify(STRANGER)};`,
      `class Careless extends MapProvider {`,
      `  override mkdir(path, mode) { super.mkdir(path, mode & 0o700); }`,
      `}`,
    ];
    await Deno.writeTextFile(path, [...head, ...lines].join("\n"));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-lock", "--no-check", "-A", path],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { success, out: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("each case is a test of Deno's", async () => {
  const { success, out } = await testFile(
    `await conformance("mine", () => new MapProvider(), { filter: ["mkdir"] });`,
  );
  assertEquals(success, true, out);
  assertStringIncludes(out, "mine, direct: mkdir makes an empty directory ... ok");
});

Deno.test("each case is a test of node:test", async () => {
  const { success, out } = await testFile(
    `import test from "node:test";`,
    `await conformance("mine", () => new MapProvider(), {`,
    `  filter: ["mkdir"], routes: ["direct", "wire-v2"], test: (name, run) => test(name, run),`,
    `});`,
  );
  assertEquals(success, true, out);
  assertStringIncludes(out, "mine, wire-v2: mkdir makes an empty directory ... ok");
});

Deno.test("a broken promise fails its test and no other, and says what Deno shows of it", async () => {
  const { success, out } = await testFile(
    `await conformance("mine", () => new Careless(), { filter: ["mkdir"] });`,
  );
  assertEquals(success, false, out);
  assertStringIncludes(out, "mine, direct: mkdir gives it the mode ... FAILED");
  assertStringIncludes(out, "mine, direct: mkdir makes an empty directory ... ok");
  assertStringIncludes(out, "the mode: expected 0751, got 0700");
});

Deno.test("a failure that is known passes, and fails once it is none any more", async () => {
  const known =
    `knownFailures: [{ reason: "of old", cases: ["mkdir/gives-it-mode", "mkdir/*sticky*"] }]`;
  const bad = await testFile(
    `await conformance("mine", () => new Careless(), { filter: ["mkdir"], ${known} });`,
  );
  assertEquals(bad.success, true, bad.out);
  const good = await testFile(
    `await conformance("mine", () => new MapProvider(), { filter: ["mkdir"], ${known} });`,
  );
  assertEquals(good.success, false, good.out);
  assertStringIncludes(good.out, `It passes now: take it out of the known failures ("of old")`);
});
