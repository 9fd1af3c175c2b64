// Each rule of the house, shown on a small house that breaks it.
import { assertEquals } from "@std/assert";
import { type HouseFault, type HouseTree, houseTree } from "./house_tree.ts";
import {
  checkCycles,
  checkDeadFiles,
  checkDependencies,
  checkFloorsAndDoors,
} from "./import_rules.ts";
import { checkConstructs, checkDoors, checkLength, checkNames, LINES_MAX } from "./shape_rules.ts";

function told(faults: readonly HouseFault[]): string[] {
  return faults.map((fault) => `${fault.rule} ${fault.at}`);
}

/** A house in which nothing is wrong. */
function soundHouse(more: Record<string, string> = {}): HouseTree {
  return houseTree({
    "mod.ts": `export * from "./src/provider/mod.ts";`,
    "src/base/mod.ts": `export { one } from "./one.ts";`,
    "src/base/one.ts": `export const one = 1;`,
    "src/base/one_test.ts":
      `import { assert } from "@std/assert"; import { one } from "./one.ts"; assert(one);`,
    "src/provider/mod.ts": `export type { Two } from "./two.ts";`,
    "src/provider/two.ts":
      `import { one } from "../base/mod.ts"; import "node:path"; export type Two = typeof one;`,
    ...more,
  }, { exports: ["mod.ts"], programs: [] });
}

function allFaults(tree: HouseTree): string[] {
  return told([
    ...checkFloorsAndDoors(tree),
    ...checkDependencies(tree),
    ...checkCycles(tree),
    ...checkDeadFiles(tree),
    ...checkLength(tree),
    ...checkNames(tree),
    ...checkDoors(tree),
    ...checkConstructs(tree, []),
  ]);
}

/** Expects exactly these faults when the files are added to a sound house. */
function expectFaults(files: Record<string, string>, faults: string[]): void {
  assertEquals(allFaults(soundHouse(files)), faults);
}

Deno.test("a sound house has no faults", () => assertEquals(allFaults(soundHouse()), []));

Deno.test("floors: a room imports from lower floors only", () => {
  expectFaults({ "src/base/up_test.ts": `import "../provider/mod.ts";` }, []);
  expectFaults({
    "src/base/up.ts": `import type { Two } from "../provider/mod.ts"; export type Up = Two;`,
    "src/base/up_test.ts": `import "./up.ts";`,
  }, ["floors src/base/up.ts:1"]);
  expectFaults({
    "src/cbor/mod.ts": `export * from "../provider/mod.ts";`,
    "src/cbor/mod_test.ts": `import "./mod.ts";`,
  }, ["floors src/cbor/mod.ts:1"]);
});

Deno.test("doors: another room is entered through its mod.ts", () => {
  expectFaults({ "src/provider/three_test.ts": `\nimport "../base/one.ts";` }, [
    "doors src/provider/three_test.ts:2",
  ]);
  expectFaults({ "fixtures/one.ts": `import "../src/base/one.ts";` }, ["doors fixtures/one.ts:1"]);
});

Deno.test("doors: a benchmark may measure what is behind them", () => {
  expectFaults({ "bench/one_bench.ts": `import "../src/base/one.ts";` }, []);
});

Deno.test("doors: a room does not enter through its own, nor leave src/", () => {
  expectFaults({
    "conformance/suite.ts": `export const suite = 1;`,
    "src/base/four.ts": `import "../../conformance/suite.ts"; import type {} from "./mod.ts";`,
    "src/base/four_test.ts": `import "./four.ts";`,
  }, ["doors src/base/four.ts:1", "doors src/base/four.ts:1"]);
});

Deno.test("rooms: a folder that is no room is refused, and a room needs a door", () => {
  expectFaults({ "src/attic/box_test.ts": "" }, ["rooms src/attic/box_test.ts", "doors src/attic"]);
});

Deno.test("imports: what is imported is there and is no test", () => {
  expectFaults({ "src/base/five_test.ts": `import "./gone.ts"; import "./one_test.ts";` }, [
    "imports src/base/five_test.ts:1",
    "imports src/base/five_test.ts:1",
  ]);
});

Deno.test("imports: what supports tests from testing/ is for tests only", () => {
  const support = `import "@std/assert"; import "../../../fixtures/data.json" with {type: "json"};`;
  expectFaults({
    "src/base/testing/support.ts": support,
    "src/base/support_test.ts": `import "./testing/support.ts";`,
  }, []);
  expectFaults({
    "src/base/testing/support.ts": support,
    "src/base/six.ts": `import "./testing/support.ts";`,
    "src/base/support_test.ts": `import "./six.ts";`,
  }, ["imports src/base/six.ts:1"]);
});

Deno.test("dependencies: src and what is exported import no package", () => {
  for (const name of ["@std/assert", "npm:left-pad", "jsr:@std/fs", "https://example.com/a.ts"]) {
    expectFaults({
      "src/base/six.ts": `export { one } from "./one.ts"; await import("${name}");`,
      "src/base/six_test.ts": `import "./six.ts";`,
    }, ["dependencies src/base/six.ts:1"]);
  }
});

Deno.test("dependencies: an exported suite is held to it, its own tests are not", () => {
  const tree = houseTree({
    "mod.ts": "",
    "conformance/mod.ts": `export * from "./case.ts";`,
    "conformance/case.ts": `import "@std/assert";`,
    "conformance/inner.ts": `import "@std/assert";`,
  }, { exports: ["mod.ts", "conformance/mod.ts"] });
  assertEquals(told(checkDependencies(tree)), ["dependencies conformance/case.ts:1"]);
});

Deno.test("cycles: no file needs itself, types may", () => {
  expectFaults({
    "src/base/seven.ts": `import { eight } from "./eight.ts"; export const seven = eight;`,
    "src/base/eight.ts": `import { seven } from "./seven.ts"; export const eight = seven;`,
    "src/base/seven_test.ts": `import "./seven.ts";`,
  }, ["cycles src/base/seven.ts"]);
  expectFaults({
    "src/base/seven.ts": `import { eight } from "./eight.ts"; export const seven = eight;`,
    "src/base/eight.ts": `import type { S } from "./seven.ts"; export const eight = 1;`,
    "src/base/seven_test.ts": `import "./seven.ts";`,
  }, []);
});

Deno.test("dead files: a file that nothing reaches is refused", () => {
  expectFaults({ "src/base/dead.ts": "export const dead = 1;" }, ["dead files src/base/dead.ts"]);
  expectFaults({
    "src/base/worker.ts": "",
    "src/base/worker_test.ts": `new Worker(new URL("./worker.ts", import.meta.url));`,
  }, []);
});

Deno.test("length: a file ends at its last allowed line", () => {
  const lines = (count: number): string => "export {};\n".repeat(count);
  expectFaults({ "src/base/long_test.ts": lines(LINES_MAX) }, []);
  expectFaults({ "src/base/long_test.ts": lines(LINES_MAX + 1) }, ["length src/base/long_test.ts"]);
});

Deno.test("names: snake_case, and never a drawer for everything", () => {
  expectFaults({ "src/base/two_words_test.ts": "", "bench/a1_bench.ts": "" }, []);
  for (const name of ["camelCase_test.ts", "dash-ed_test.ts", "utils_test.ts", "types_test.ts"]) {
    expectFaults({ [`src/base/${name}`]: "" }, [`names src/base/${name}`]);
  }
});

Deno.test("doors: a mod.ts only documents and re-exports, and may be a command", () => {
  const only = `if (import.meta.main) await 0;`;
  expectFaults({
    "src/cbor/mod.ts": `/** Doc. */\nexport * from "./a.ts";\nimport "./a.ts";\n${only}`,
    "src/cbor/a.ts": "",
    "src/cbor/a_test.ts": `import "./mod.ts";`,
  }, []);
  expectFaults({
    "src/cbor/mod.ts": `export const a = 1;\nif (globalThis.name) await 0;`,
    "src/cbor/a_test.ts": `import "./mod.ts";`,
  }, ["doors src/cbor/mod.ts:1", "doors src/cbor/mod.ts:2"]);
});

Deno.test("bans: each banned construct is found", () => {
  const bad = [
    `export let a: any;`,
    `export let a = 1 as unknown;`,
    `export let a = <unknown> 1;`,
    `export let a = new Proxy({}, {});`,
    `export let a = new globalThis.Proxy({}, {});`,
    `@a class B {}`,
    `eval("1");`,
    `new Function("1");`,
    `Deno.dlopen("x", {});`,
    `({}) instanceof Promise;`,
  ];
  for (const source of bad) {
    expectFaults({ "src/base/bad.ts": source, "src/base/bad_test.ts": `import "./bad.ts";` }, [
      "bans src/base/bad.ts:1",
    ]);
  }
  expectFaults({ "src/base/bad_test.ts": `({}) as unknown;` }, []);
});

Deno.test("bans: words that only look like banned constructs pass", () => {
  expectFaults({
    "src/base/good_test.ts": `// any, as, eval("1"), new Proxy
      import { one as two } from "./one.ts";
      export const any = ["Proxy", two] as const;
      export class ReadonlyProxyLike {}`,
  }, []);
});

Deno.test("bans: an exception covers its file or folder, and goes when nothing needs it", () => {
  const tree = soundHouse({ "src/libc/a.ts": `Deno.dlopen("x", {});` });
  const exception = { kind: "Deno.dlopen", why: "FFI" } as const;
  assertEquals(told(checkConstructs(tree, [{ ...exception, path: "src/libc/" }])), []);
  assertEquals(told(checkConstructs(tree, [{ ...exception, path: "src/libc/a.ts" }])), []);
  assertEquals(told(checkConstructs(tree, [{ ...exception, path: "src/li" }])), [
    "bans src/libc/a.ts:1",
    "bans src/li",
  ]);
});
