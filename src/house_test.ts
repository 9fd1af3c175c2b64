// Keeps the house: DESIGN's rules, checked on every test run. How each rule fails is shown in
// conformance/house/house_rules_test.ts.
import { assert, assertEquals } from "@std/assert";
import { checkDocumented, checkImportsFreely } from "../conformance/house/deno_checks.ts";
import type { HouseFault, HouseTree } from "../conformance/house/house_tree.ts";
import {
  checkCycles,
  checkDeadFiles,
  checkDependencies,
  checkFloorsAndDoors,
} from "../conformance/house/import_rules.ts";
import { readHouse, strangersAtTop } from "../conformance/house/read_house.ts";
import {
  checkConstructs,
  checkDoors,
  checkLength,
  checkNames,
  type Exception,
} from "../conformance/house/shape_rules.ts";

const ROOT = new URL("../", import.meta.url);

/** Where the house does what it forbids elsewhere. Each row needs its reason. */
const EXCEPTIONS: readonly Exception[] = [
  { kind: "instanceof Promise", path: "src/base/maybe.ts", why: "the one place that asks" },
  {
    kind: "instanceof Promise",
    path: "src/provider/base_handle.ts",
    why: "orders overlapping calls without a promise for calls that do not overlap",
  },
  { kind: "as", path: "src/base/errno.ts", why: "builds the table that its type describes" },
  { kind: "as", path: "src/base/fs_error.ts", why: "looks Deno's error classes up by name" },
  { kind: "as", path: "src/libc/", why: "the boundary to C" },
  { kind: "as", path: "fixtures/mutants/lying_subject.ts", why: "a lie may be of any type" },
  { kind: "Deno.dlopen", path: "src/libc/library.ts", why: "the one table of libc" },
  { kind: "Deno.dlopen", path: "src/fuse/libfuse.ts", why: "the one table of libfuse" },
  { kind: "Deno.dlopen", path: "src/mount/testing/soak_process.ts", why: "glibc's malloc_trim" },
];

const house: HouseTree = await readHouse(ROOT);

function assertNone(faults: readonly HouseFault[]): void {
  const lines = faults.map((fault) => `  ${fault.at}: ${fault.message}`);
  assert(faults.length === 0, `\n${lines.join("\n")}`);
}

Deno.test("the top level holds what it may and nothing else", async () => {
  assertEquals(await strangersAtTop(ROOT), []);
});

Deno.test("rooms import from lower floors, through their doors", () => {
  assertNone(checkFloorsAndDoors(house));
});

Deno.test("src and the exports depend on nothing but Deno", () => {
  assertNone(checkDependencies(house));
});

Deno.test("no import goes round in a circle", () => assertNone(checkCycles(house)));

Deno.test("no file is dead", () => assertNone(checkDeadFiles(house)));

Deno.test("no file is too long", () => assertNone(checkLength(house)));

Deno.test("files are named for what they hold", () => assertNone(checkNames(house)));

Deno.test("a door only documents and re-exports", () => assertNone(checkDoors(house)));

Deno.test("banned parts of the language stay out", () => {
  assertNone(checkConstructs(house, EXCEPTIONS));
});

Deno.test("every symbol behind a door is documented and typed", async () => {
  const doors = [...house.files.keys()].filter((path) => /(^|\/)mod\.ts$/.test(path));
  assertNone(await checkDocumented(ROOT, doors));
});

Deno.test("the exports can be imported without a permission", async () => {
  assertNone(await checkImportsFreely(ROOT, house.exports));
});
