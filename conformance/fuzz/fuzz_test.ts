// Random operations find broken filesystems, and say in a few steps what is broken.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PROVIDER_MUTANTS } from "../../fixtures/mutants/all_mutants.ts";
import { sound } from "../../fixtures/mutants/mutant.ts";
import type { MaybePromise } from "../../src/base/mod.ts";
import { ReadonlyProvider } from "../../src/layers/mod.ts";
import { Forward, type Provider } from "../../src/provider/mod.ts";
import { subjectFactory } from "../subjects/open_subject.ts";
import type { Route } from "../subjects/subject.ts";
import { WITHOUT_FUSE } from "../tasks/fuse_device.ts";
import { FuzzGround } from "./fuzz_ground.ts";
import { DATA, NAMES, SPARSE } from "./profile.ts";
import { search, type SearchResult } from "./search.ts";
import { stepText } from "./step_source.ts";

interface Fuzzed {
  readonly route?: Route;
  readonly clients?: number;
  readonly operations?: number;
  readonly timeoutMs?: number;
}

/** Searches with one seed, so that the same is found each time. */
async function fuzzed(
  make: () => Provider,
  { route = "direct", clients = 1, operations = 6000, timeoutMs = 20_000 }: Fuzzed = {},
): Promise<SearchResult> {
  const umask = Deno.umask(0);
  try {
    await using ground = await FuzzGround.open(subjectFactory(route, make), { clients, timeoutMs });
    return await search({
      profiles: [NAMES, DATA, SPARSE],
      scope: ground.scope,
      seed: 7,
      operations,
      run: (sequence) => ground.run(sequence),
    });
  } finally {
    Deno.umask(umask);
  }
}

function mutant(defect: string): () => Provider {
  const found = PROVIDER_MUTANTS.find((one) => one.defect === defect);
  assert(found !== undefined, `there is no mutant that ${defect}`);
  return found.make;
}

/** However long the sequence was that showed it. */
const FEW = 5;

for (
  const defect of [
    "ignores O_EXCL",
    "returns short writes as success",
    "does not move the position when it reads",
    "leaves old data behind a cut",
    "punches holes without zeros",
    "renames a directory into itself",
    "ignores RENAME_NOREPLACE",
    "loses the data of files without a name",
    "links by copying",
    "follows a link in lstat",
    "ignores chmod",
    "ignores XATTR_CREATE and XATTR_REPLACE",
  ]
) {
  Deno.test(`random operations find a filesystem that ${defect}, and few of them show it`, async () => {
    const { finding } = await fuzzed(mutant(defect), { operations: 20_000 });
    assert(finding !== undefined);
    const steps = [...finding.difference.before, finding.difference.differs].flat().map(stepText);
    assert(finding.items.length <= FEW, steps.join("\n"));
  });
}

Deno.test("two clients find what one does not: a file that is removed before it is replaced", async () => {
  const make = mutant("replaces a file by removing it first");
  assertEquals((await fuzzed(make, { operations: 500 })).finding, undefined);
  const { finding } = await fuzzed(make, { clients: 2, operations: 500 });
  assert(finding !== undefined);
  assert(finding.items.length <= 4, `${finding.items.length}`);
});

Deno.test("a sound filesystem answers as Linux does, on every route without a kernel", async () => {
  for (const route of ["direct", "wire-v1", "wire-v2"] as const) {
    const { finding, operations } = await fuzzed(() => sound(), { route, operations: 1500 });
    assertEquals(finding?.difference.got, undefined, route);
    assert(operations >= 1500);
  }
  const { finding } = await fuzzed(() => sound(), { clients: 2, operations: 150 });
  assertEquals(finding?.difference.got, undefined, "two clients");
});

Deno.test("a sound filesystem answers as Linux does through the kernel", {
  ignore: Deno.env.get(WITHOUT_FUSE) === "1",
}, async () => {
  const { finding } = await fuzzed(() => sound(), { route: "mount", operations: 400 });
  assertEquals(finding?.difference.got, undefined);
});

Deno.test("what hangs is a finding, and ends", async () => {
  class Hanging extends Forward {
    constructor() {
      super(sound());
    }
    override mkdir(path: string, mode: number): MaybePromise<void> {
      return path.endsWith("/b") ? new Promise(() => {}) : super.mkdir(path, mode);
    }
  }
  const { finding } = await fuzzed(() => new Hanging(), { timeoutMs: 300, operations: 3000 });
  assert(finding !== undefined);
  assertStringIncludes(finding.difference.got, "did not end");
});

Deno.test("a filesystem that refuses every change is refused", async () => {
  await assertRejects(
    () => fuzzed(() => new ReadonlyProvider(sound())),
    Error,
    "Cannot try changes",
  );
});
