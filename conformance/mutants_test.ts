// The suite proves itself: every broken filesystem is caught by the case that names its defect, and every case is
// failed by a broken filesystem.
import { assert, assertEquals } from "@std/assert";
import { ALL_MUTANTS, PROVIDER_MUTANTS } from "../fixtures/mutants/all_mutants.ts";
import { KERNEL_MUTANTS } from "../fixtures/mutants/kernel_mutants.ts";
import { type Mutant, sound, type SubjectMutant } from "../fixtures/mutants/mutant.ts";
import { mutantRunner } from "../fixtures/mutants/mutant_runner.ts";
import { mutantTable, TABLE_URL } from "../fixtures/mutants/mutant_table.ts";
import { ADVICE, isKernelMutant, JUSTIFIED, readProof } from "../fixtures/mutants/proof.ts";
import type { Case } from "./case.ts";
import { ALL_CASES } from "./cases/mod.ts";
import { CaseRunner } from "./runner/case_runner.ts";
import { subjectFactory } from "./subjects/open_subject.ts";

/** What is behind the kernel is told by users and their rights: only root can be several. */
const isRoot = Deno.uid() === 0;

const CASES: ReadonlyMap<string, Case> = new Map(ALL_CASES.map((one) => [one.id, one]));

function casesOf({ caughtBy, alsoCaughtBy = [] }: Mutant | SubjectMutant): Case[] {
  return [caughtBy, ...alsoCaughtBy].map((wanted) => {
    const found = CASES.get(wanted);
    assert(found !== undefined, `there is no case ${wanted}`);
    return found;
  });
}

for (const mutant of ALL_MUTANTS) {
  const ignore = isKernelMutant(mutant) && !isRoot;
  const name = `a filesystem that ${mutant.defect} is caught by ${mutant.caughtBy}`;
  Deno.test(name, { ignore }, async () => {
    await using runner = mutantRunner(mutant);
    for (const one of casesOf(mutant)) {
      const { status, message } = await runner.run(one);
      assertEquals(status, "failed", `${one.id}: ${message}`);
    }
  });
}

Deno.test("what mutants are made of passes every case that catches one", async () => {
  await using runner = new CaseRunner("direct", subjectFactory("direct", () => sound()));
  for (const one of new Set(PROVIDER_MUTANTS.flatMap(casesOf))) {
    const { status, message } = await runner.run(one);
    assertEquals(status, "passed", `${one.id}: ${message}`);
  }
});

Deno.test("no two mutants have the same defect", () => {
  assertEquals(new Set(ALL_MUTANTS.map(({ defect }) => defect)).size, ALL_MUTANTS.length);
});

Deno.test("the table of mutants is the generated one", async () => {
  assertEquals(
    await Deno.readTextFile(TABLE_URL),
    mutantTable(),
    "Run `deno run -A fixtures/mutants/mutant_table.ts`, which writes it",
  );
});

const proof = await readProof();

Deno.test("every case is proved by a mutant, or says why there can be none", () => {
  const defects = new Set<string>(ALL_MUTANTS.map(({ defect }) => defect));
  const unproved = ALL_CASES.map(({ id }) => id)
    .filter((id) => !(id in JUSTIFIED) && !defects.has(proof.get(id) ?? ""));
  assertEquals(unproved, [], ADVICE);
  const gone = [...proof.keys()].filter((id) => !CASES.has(id) || id in JUSTIFIED);
  assertEquals(gone, [], ADVICE);
});

/** What the proof says of a mutant. */
function provedBy({ defect }: Mutant | SubjectMutant): Case[] {
  return ALL_CASES.filter(({ id }) => proof.get(id) === defect);
}

async function assertFailed(mutants: readonly (Mutant | SubjectMutant)[]): Promise<void> {
  const passed: string[] = [];
  for (const mutant of mutants) {
    const cases = provedBy(mutant);
    if (cases.length === 0) continue;
    await using runner = mutantRunner(mutant);
    for (const one of cases) {
      const { status, afterwards } = await runner.run(one);
      if (status !== "failed" || afterwards === true) {
        passed.push(`${one.id} is ${status} where it ${mutant.defect}`);
      }
    }
  }
  assertEquals(passed, [], `Take these out of proof.json. ${ADVICE}`);
}

Deno.test("the mutants of the proof fail the cases that they prove", async () => {
  await assertFailed(ALL_MUTANTS.filter((one) => !isKernelMutant(one)));
});

Deno.test("the mutants behind the kernel fail the cases that they prove", {
  ignore: !isRoot,
}, async () => {
  await assertFailed(KERNEL_MUTANTS);
});
