// The suite proves itself: every broken provider is caught by the case that names its defect.
import { assert, assertEquals } from "@std/assert";
import { ALL_MUTANTS } from "../fixtures/mutants/all_mutants.ts";
import type { Mutant } from "../fixtures/mutants/mutant.ts";
import { sound } from "../fixtures/mutants/mutant.ts";
import { mutantTable, TABLE_URL } from "../fixtures/mutants/mutant_table.ts";
import type { Case } from "./case.ts";
import { ALL_CASES } from "./cases/mod.ts";
import { CaseRunner } from "./runner/case_runner.ts";
import { subjectFactory } from "./subjects/open_subject.ts";

/** Some mutants hang; this is long enough for all others. */
const TIMEOUT_MS = 1000;

function casesOf({ caughtBy, alsoCaughtBy = [] }: Mutant): Case[] {
  return [caughtBy, ...alsoCaughtBy].map((wanted) => {
    const found = ALL_CASES.find(({ id }) => id === wanted);
    assert(found !== undefined, `there is no case ${wanted}`);
    return found;
  });
}

for (const mutant of ALL_MUTANTS) {
  Deno.test(`a filesystem that ${mutant.defect} is caught by ${mutant.caughtBy}`, async () => {
    await using runner = new CaseRunner("direct", subjectFactory("direct", mutant.make), {
      timeoutMs: TIMEOUT_MS,
    });
    for (const one of casesOf(mutant)) {
      const { status, message } = await runner.run(one);
      assertEquals(status, "failed", `${one.id}: ${message}`);
    }
  });
}

Deno.test("what mutants are made of passes every case that catches one", async () => {
  await using runner = new CaseRunner("direct", subjectFactory("direct", () => sound()));
  for (const one of new Set(ALL_MUTANTS.flatMap(casesOf))) {
    const { status, message } = await runner.run(one);
    assertEquals(status, "passed", `${one.id}: ${message}`);
  }
});

Deno.test("no two mutants have the same defect", () => {
  assertEquals(new Set(ALL_MUTANTS.map(({ defect }) => defect)).size, ALL_MUTANTS.length);
});

Deno.test("the table of mutants is the generated one", async () => {
  assertEquals(await Deno.readTextFile(TABLE_URL), mutantTable());
});
