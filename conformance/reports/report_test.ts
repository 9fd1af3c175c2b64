// The reports, on a small run in which everything happens once.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Case, caseFile } from "../case.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { isReport, REPORTS } from "./report.ts";
import { levelsReached, summaryLines } from "./summary.ts";

const file = caseFile("demo", { clause: "POSIX.1-2024 demo()" });
file.core("passes", () => Promise.resolve());
file.it("fails <badly>", () => Promise.resolve());
file.it("is known", () => Promise.resolve());
file.it("is not for it", { needs: ["kernel"], level: "sandbox" }, () => Promise.resolve());
const [passes, fails, known, skipped] = file.cases as [Case, Case, Case, Case];

const common = { route: "direct", durationMs: 1.5, steps: [], missing: [] } as const;
const OUTCOMES: readonly SuiteOutcome[] = [
  { ...common, case: passes, status: "passed", warnings: ["almost"] },
  {
    ...common,
    case: fails,
    status: "failed",
    message: 'mkdir("/a&b"): expected EEXIST, got success',
    expected: "EEXIST",
    got: "success",
    steps: [{ call: 'mkdir("/a&b")', outcome: "0" }, { call: "stat()", outcome: undefined }],
    linux: [{ call: 'mkdir("/a&b")', outcome: "EEXIST" }],
  },
  { ...common, case: known, status: "known", message: "it is old" },
  { ...common, case: skipped, status: "skipped", missing: ["kernel"] },
];

Deno.test("pretty tells each failure in full, and the counts last", () => {
  const text = REPORTS.pretty(OUTCOMES, "./mine.ts");
  for (
    const part of [
      "demo/fails-badly on direct",
      "clause:   POSIX.1-2024 demo()",
      'mkdir("/a&b") = 0\n    stat() = (never ended)',
      'on Linux:\n    mkdir("/a&b") = EEXIST',
      "conformance/mod.ts ./mine.ts --route direct --filter demo/fails-badly",
      "known: demo/is-known on direct: it is old",
      "warning: demo/passes on direct: almost",
    ]
  ) assertStringIncludes(text, part);
  assertEquals(
    text.split("\n").at(-1),
    "total: 1 passed, 1 failed, 1 known to fail, 1 not for it",
  );
});

Deno.test("tap has a plan, one point a case, and directives", () => {
  const lines = REPORTS.tap(OUTCOMES).split("\n");
  assertEquals(lines.slice(0, 3), ["TAP version 14", "1..4", "ok 1 - direct demo/passes"]);
  assert(lines.includes("not ok 2 - direct demo/fails-badly"));
  assert(lines.includes("not ok 3 - direct demo/is-known # TODO it is old"));
  assert(lines.includes("ok 4 - direct demo/is-not-for-it # SKIP it has no kernel"));
});

Deno.test("junit counts and escapes", () => {
  const text = REPORTS.junit(OUTCOMES, "./<mine>.ts");
  assertStringIncludes(text, `<testsuites name="./&lt;mine&gt;.ts">`);
  assertStringIncludes(text, `<testsuite name="direct" tests="4" failures="1" skipped="2">`);
  assertStringIncludes(text, "mkdir(&quot;/a&amp;b&quot;)");
});

Deno.test("json can be read back", () => {
  const report = JSON.parse(REPORTS.json(OUTCOMES, "./mine.ts"));
  assertEquals(report.counts, { passed: 1, failed: 1, skipped: 1, known: 1 });
  assertEquals(report.cases.map(({ id }: { id: string }) => id), file.cases.map(({ id }) => id));
  assertEquals(report.cases[1].expected, "EEXIST");
  assertEquals(report.levels, ["core"]);
});

Deno.test("html is one file in which every failure opens", () => {
  const text = REPORTS.html(OUTCOMES, "./mine.ts");
  assertStringIncludes(text, "<!doctype html>");
  assertStringIncludes(text, "<details><summary>demo fails &lt;badly&gt;");
  assertEquals(text.match(/<tr id=/g)?.length, 4);
  assert(!/(src|href)=/.test(text), "it loads nothing");
});

Deno.test("a level is reached when nothing of it fails and something passes", () => {
  assertEquals(levelsReached(OUTCOMES), ["core"]);
  assertEquals(levelsReached([]), []);
  assertEquals(summaryLines([]), ["levels: none", "total: 0 passed, 0 failed"]);
});

Deno.test("markup is escaped, and what XML cannot hold is replaced", () => {
  assertEquals(escapeMarkup(`<a b="c">'&`), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;");
  assertEquals(escapeMarkup("\x00\x1b\udc80\uffff\n"), "\ufffd\ufffd\ufffd\ufffd\n");
});

Deno.test("reports are known by name", () => {
  assertEquals([isReport("tap"), isReport("toString")], [true, false]);
});
