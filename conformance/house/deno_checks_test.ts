import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkDocumented, checkImportsFreely } from "./deno_checks.ts";

/** Runs with one module on disk: these rules are checked by another process. */
async function withModule(
  source: string,
  use: (root: URL, path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/module.ts`, source);
    await use(new URL(`file://${folder}/`), "module.ts");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("documentation: every exported symbol has a doc comment", async () => {
  const good = "/** One. */\nexport const one: number = 1;\n";
  await withModule(good, async (root, path) => {
    assertEquals(await checkDocumented(root, [path]), []);
  });
  await withModule(`${good}export const two: number = 2;`, async (root, path) => {
    const [fault, more] = await checkDocumented(root, [path]);
    assertEquals([fault?.rule, fault?.at, more], ["missing-jsdoc", "module.ts:3:14", undefined]);
  });
});

Deno.test("documentation: every exported symbol has an explicit type", async () => {
  const source = "/** Three. */\nexport function three() { return [Math.random()]; }";
  await withModule(source, async (root, path) => {
    const [fault] = await checkDocumented(root, [path]);
    assertEquals(fault?.rule, "missing-return-type");
  });
});

Deno.test("free import: a module that asks for a permission at once is refused", async () => {
  await withModule("export const one = 1;", async (root, path) => {
    assertEquals(await checkImportsFreely(root, [path]), []);
  });
  await withModule(`Deno.readTextFileSync("/etc/hostname");`, async (root, path) => {
    const [fault] = await checkImportsFreely(root, [path]);
    assertStringIncludes(fault?.message ?? "", "Requires read access");
  });
});
