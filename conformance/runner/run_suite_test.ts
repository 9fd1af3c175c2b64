// Whole runs: routes, known failures, the oracle.
import { assertEquals } from "@std/assert";
import { FsError } from "../../src/base/mod.ts";
import { Forward } from "../../src/provider/mod.ts";
import { MemoryProvider } from "../../src/providers/mod.ts";
import { type Case, caseFile } from "../case.ts";
import { HOST_DIRECTORY, subjectFactories } from "../subjects/open_subject.ts";
import { DirectSubject } from "../subjects/direct_subject.ts";
import type { Subject } from "../subjects/subject.ts";
import { HostSubject } from "../subjects/host_subject.ts";
import { countOutcomes } from "./outcome.ts";
import { runSuite, type SuiteOptions, type SuiteOutcome } from "./run_suite.ts";
import { matches, selectCases } from "./select_cases.ts";

const { cases, it } = caseFile("demo", { clause: "none" });
it("makes a directory", (t) => t.mkdir("/dir"));
it("makes it twice", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EEXIST", t.mkdir("/dir"));
});
it("wants a kernel", { needs: ["kernel"] }, () => Promise.resolve());

/** Lets everybody make a directory twice. */
class Careless extends Forward {
  constructor() {
    super(new MemoryProvider());
  }
  override mkdir(path: string, mode: number): void {
    try {
      super.mkdir(path, mode);
    } catch {
      // That is the defect.
    }
  }
}

async function outcomes(options: Partial<SuiteOptions> = {}): Promise<SuiteOutcome[]> {
  const routes = subjectFactories(["direct"], () => new Careless());
  return await Array.fromAsync(runSuite({ cases, routes, ...options }));
}

Deno.test("a run tells what each case came to", async () => {
  const all = await outcomes();
  assertEquals(all.map(({ status }) => status), ["passed", "failed", "skipped"]);
  assertEquals(countOutcomes(all), { passed: 1, failed: 1, skipped: 1, known: 0 });
});

Deno.test("a known failure does not fail the run, and keeps its reason", async () => {
  const known = [{ reason: "it is careless", cases: ["demo/*twice"] }];
  const [, second] = await outcomes({ knownFailures: known });
  assertEquals(second?.status, "known");
  assertEquals(second?.message?.startsWith("it is careless: mkdir("), true);
});

Deno.test("a known failure that passes fails the run", async () => {
  const known = [{ reason: "it was bad", cases: ["demo/makes-directory"] }];
  const [first] = await outcomes({ knownFailures: known });
  assertEquals(first?.status, "failed");
  assertEquals(
    first?.message,
    'It passes now: take it out of the known failures ("it was bad")',
  );
});

Deno.test("a known failure of another route is none of this one", async () => {
  const known = [{ reason: "it is careless", cases: ["*"], routes: ["mount"] }];
  const [, second] = await outcomes({ knownFailures: known });
  assertEquals(second?.status, "failed");
});

Deno.test("the oracle shows what Linux answers to a case that failed", async () => {
  const all = await outcomes({ oracle: () => HostSubject.below(HOST_DIRECTORY) });
  assertEquals(all[1]?.linux?.map(({ outcome }) => outcome), ["0", "EEXIST"]);
  assertEquals(all[0]?.linux, undefined);
});

Deno.test("a filesystem that has gone for good ends its route, and is told", async () => {
  class Leaving extends Careless {
    hasGone = false;
    override chmod(): void {
      this.hasGone = true;
      throw new FsError("EIO", { syscall: "chmod" });
    }
  }
  const factory = (): Promise<Subject> => {
    const provider = new Leaving();
    const isLost = (): boolean => provider.hasGone;
    return Promise.resolve(Object.assign(new DirectSubject(provider), { isLost }));
  };
  const ending = caseFile("ending", { clause: "none" });
  ending.it("breaks it", (t) => t.chmod("/none", 0));
  const all = [cases[0]!, ...ending.cases, ...cases];
  const came = await outcomes({ cases: all, routes: new Map([["direct", factory]]) });
  assertEquals(came.map(({ case: { id }, status }) => `${id} ${status}`), [
    "demo/makes-directory passed",
    "ending/breaks-it failed",
    "run/goes-on failed",
  ]);
  assertEquals(came[2]?.message, "It has gone in ending/breaks-it: 3 cases were not run");
});

Deno.test("a filesystem that does not close is told and ends nothing", async () => {
  class Unending extends Careless {
    override close(): Promise<void> {
      return Promise.reject(new Error("it will not go"));
    }
  }
  const routes = subjectFactories(["direct"], () => new Unending());
  const last = (await outcomes({ routes })).at(-1);
  assertEquals([last?.case.id, last?.status, last?.message], [
    "run/ends",
    "failed",
    "Error: it will not go",
  ]);
});

Deno.test("cases are chosen by operation, id and pattern", () => {
  const some = (filters: string[]): string[] =>
    selectCases(cases, filters).map(({ id }: Case) => id.split("/")[1]!);
  const all = ["makes-directory", "makes-it-twice", "wants-kernel"];
  assertEquals(some([]), all);
  assertEquals(some(["demo"]), all);
  assertEquals(some(["dem"]), []);
  assertEquals(some(["demo/makes-directory"]), ["makes-directory"]);
  assertEquals(some(["*makes*"]), ["makes-directory", "makes-it-twice"]);
  assertEquals(some(["demo", "-*twice"]), ["makes-directory", "wants-kernel"]);
});

Deno.test("a pattern means its characters, but for the asterisk", () => {
  assertEquals(matches("a.b/c+d", "a.b/c+d"), true);
  assertEquals(matches("axb/c+d", "a.b/c+d"), false);
  assertEquals(matches("a.b/c+d", "*c+*"), true);
});
