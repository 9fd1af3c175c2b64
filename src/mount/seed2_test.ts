import { assert, assertEquals } from "@std/assert";
import table from "../../fixtures/seed2.json" with { type: "json" };
import * as fuse from "./mod.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string): string => Deno.readTextFileSync(new URL(path, ROOT));

/** Where counterparts may be declared. */
const FOLDERS = ["src/nodefs", "src/fuse", "src/mount", "src/provider", "src/base"];
const sources = [...FOLDERS.flatMap(sourcesIn), "fixtures/examples/zip_tree.ts"].map(read).join(
  "\n",
);

function sourcesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))]
    .filter(({ name }) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .map(({ name }) => `${folder}/${name}`);
}

/** The declaration of an interface, class, type, function or constant, to its end. */
function declarationOf(name: string): string {
  const kinds = "interface|class|type|async function|function|const";
  return new RegExp(`export (?:${kinds}) ${name}\\b[^]*?\\n}`).exec(sources)?.[0] ?? "";
}

/** Whether the declaration has that method. */
function hasMethod(declaration: string, method: string): boolean {
  return new RegExp(`\\n  (async |get |static )?${method}\\(`).test(declaration);
}

/** How many names the seed has; concepts are counted as the table divides them. */
const COUNTS = { interfaces: 48, options: 11, concepts: 36 };

Deno.test("no name of seed 2 is missing in the table, and none is there twice", () => {
  const { interfaces, options, concepts } = table;
  const counted = {
    interfaces: interfaces.length,
    options: options.length,
    concepts: concepts.length,
  };
  assertEquals(counted, COUNTS);
  for (const rows of [interfaces, options, concepts]) {
    assertEquals(new Set(rows.map((row) => row.name)).size, rows.length);
  }
});

Deno.test("every interface of seed 2 is declared here with its methods", () => {
  for (const { name, here, methods } of table.interfaces) {
    const declaration = declarationOf(name);
    assert(declaration !== "" || sources.includes(`export type ${name} =`), name);
    assertEquals(here.length, methods.length, name);
    for (const method of here) assert(hasMethod(declaration, method), `${name}.${method}`);
  }
});

Deno.test("every option of seed 2 is declared here", () => {
  for (const { name, here, declared } of table.options) {
    const text = read(declared);
    const isThere = text.includes(`readonly ${here}?:`) || text.includes(`interface ${here} `);
    assert(isThere, name);
  }
});

Deno.test("every concept of seed 2, and what is beyond it, has a counterpart that exists", () => {
  for (const { name, here } of [...table.concepts, ...table.beyond]) {
    const [owner = "", method] = here.split(".");
    const declaration = declarationOf(owner);
    assert(Object.hasOwn(fuse, owner) || declaration !== "", `${name}: ${here}`);
    if (method !== undefined) assert(hasMethod(declaration, method), `${name}: ${here}`);
  }
});

Deno.test("every row names a test that exists, and stands in SEED2.md", () => {
  const lines = read("src/nodefs/SEED2.md").split("\n");
  for (const rows of [table.interfaces, table.options, table.concepts, table.beyond]) {
    for (const { name, file, test } of rows) {
      const declared = read(file).replaceAll(/Deno\.test\(\s+/g, "Deno.test(");
      assert(declared.includes(`Deno.test(${JSON.stringify(test)}`), `${name}: ${file}: ${test}`);
      const isThere = (line: string): boolean =>
        line.startsWith(`| \`${name}\``) && line.includes(`${file}: ${test}`);
      assert(lines.some(isThere), `${name} in SEED2.md`);
    }
  }
});
