// What holds of all cases.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CAPABILITIES } from "../../src/provider/mod.ts";
import { caseId } from "../case.ts";
import { NEEDS } from "../need.ts";
import { ALL_CASES } from "./mod.ts";

Deno.test("there are more than 400 cases", () => assert(ALL_CASES.length > 400));

Deno.test("no two cases have one id", () => {
  const ids = ALL_CASES.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  assertEquals(twice, []);
});

Deno.test("every id is an operation and words", () => {
  for (const { id } of ALL_CASES) assertMatch(id, /^[a-z0-9_]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
});

Deno.test("every case says where its promise is written", () => {
  for (const { id, clause } of ALL_CASES) assert(clause.length > 3, id);
});

Deno.test("every need is known", () => {
  for (const { id, needs } of ALL_CASES) {
    for (const need of needs) assert(need in NEEDS || need in CAPABILITIES, `${id}: ${need}`);
  }
});

Deno.test("an id is the promise without articles", () => {
  assertEquals(
    caseId("rename", "replaces an empty directory"),
    "rename/replaces-empty-directory",
  );
  assertEquals(caseId("open", "with O_CREAT & O_EXCL"), "open/with-o-creat-o-excl");
});
