// The reports, on a small run in which everything happens once.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Case, caseFile } from "../case.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { isReport, REPORTS } from "./report.ts";
import { badgeLine } from "./badge_report.ts";
import { levelsReached, levelState } from "./level.ts";
import { differenceText, routeDifferences } from "./route_differences.ts";
import { summaryLines } from "./summary.ts";

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

Deno.test("pretty says how a case that was given up gets more time", () => {
  const message = 'The case did not end within 10000 ms; its last call: stat("/a")';
  const late: SuiteOutcome = { ...common, case: fails, status: "failed", message };
  assertStringIncludes(REPORTS.pretty([late], "x"), "--timeout 100000 ");
  assert(!REPORTS.pretty(OUTCOMES, "x").includes("--timeout"));
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
  assertStringIncludes(
    text,
    `<testsuite name="direct" tests="4" failures="1" errors="0" skipped="2" time="0.0060">`,
  );
  assertStringIncludes(text, "mkdir(&quot;/a&amp;b&quot;)");
});

Deno.test("json can be read back", () => {
  const report = JSON.parse(REPORTS.json(OUTCOMES, "./mine.ts"));
  assertEquals(report.counts, { passed: 1, failed: 1, skipped: 1, known: 1 });
  assertEquals(report.cases.map(({ id }: { id: string }) => id), file.cases.map(({ id }) => id));
  assertEquals(report.cases[1].expected, "EEXIST");
  assertEquals(report.levels, []);
});

Deno.test("html is one file that loads nothing and works without a script", () => {
  const text = REPORTS.html(OUTCOMES, "./mine.ts");
  assertStringIncludes(text, "<!doctype html>");
  assertEquals(text.match(/ class="case" /g)?.length, 4);
  assert(!/(src|href)="(?!#)|url\(|@import/.test(text), "it loads nothing");
  // What opens is an element of HTML; the script only searches and filters.
  assertStringIncludes(text, '<details class="case" id="demo/fails-badly"');
  assertStringIncludes(text, ".tools { display: none; }");
});

Deno.test("html shows each failure with its calls, and what Linux answers beside them", () => {
  const text = REPORTS.html(OUTCOMES, "./mine.ts");
  assertStringIncludes(text, "fails &lt;badly&gt;");
  assertStringIncludes(text, '<dd class="mono expected">EEXIST</dd>');
  assertStringIncludes(
    text,
    '<tr class="differs"><td>mkdir(&quot;/a&amp;b&quot;)</td><td>0</td><td>EEXIST</td></tr>',
  );
  assertStringIncludes(text, "<td>stat()</td><td>(never ended)</td>");
});

Deno.test("every report calls it a finding that routes differ", () => {
  const both = [...OUTCOMES, { ...common, route: "mount", case: fails, status: "passed" } as const];
  const [only, ...others] = routeDifferences(both);
  assertEquals(others, []);
  const finding = "demo/fails-badly: passes on mount, fails on direct";
  assertEquals(only && differenceText(only), finding);
  assertStringIncludes(REPORTS.pretty(both, "x"), `routes differ: ${finding}`);
  assertStringIncludes(REPORTS.pretty(both, "x"), "\nroutes: differ in 1 case\n");
  assertStringIncludes(REPORTS.tap(both), "not ok 6 - routes agree");
  assertStringIncludes(REPORTS.junit(both, "x"), '<failure message="demo/fails-badly: passes on');
  assertStringIncludes(REPORTS.html(both, "x"), "Routes differ in one case");
  assertEquals(JSON.parse(REPORTS.json(both, "x")).routeDifferences, [
    { id: "demo/fails-badly", passes: ["mount"], fails: ["direct"] },
  ]);
});

Deno.test("where routes agree the reports say so, and one route says nothing", () => {
  const [passed] = OUTCOMES as [SuiteOutcome];
  const both = [passed, { ...passed, route: "mount" } as const];
  assertEquals(routeDifferences(both), []);
  assertStringIncludes(REPORTS.tap(both), "1..3\n");
  assertStringIncludes(REPORTS.tap(both), "ok 3 - routes agree");
  assertStringIncludes(REPORTS.pretty(both, "x"), "routes: agree");
  assert(!REPORTS.tap([passed]).includes("routes"));
  assert(!REPORTS.junit([passed], "x").includes("routes"));
});

Deno.test("a level is reached when all of it was run, nothing fails and something passes", () => {
  assertEquals(levelsReached(OUTCOMES, file.cases), ["core"]);
  assertEquals(levelState("posix", OUTCOMES, file.cases), "missed");
  assertEquals(levelState("sandbox", OUTCOMES, file.cases), "missed", "nothing passed");
  assertEquals(levelState("core", [], file.cases), "partly");
  assertEquals(levelsReached(OUTCOMES), [], "there are more core cases than that one");
  assertEquals(summaryLines([]), [
    "levels: only some cases were run",
    "total: 0 passed, 0 failed",
  ]);
  assertEquals(summaryLines(OUTCOMES, file.cases).at(-2), "levels: core");
});

Deno.test("the badge says the levels and the routes, as a line and as a picture", () => {
  assertEquals(
    badgeLine(OUTCOMES, file.cases),
    "![fusewire conformance: core (direct)](fusewire-conformance.svg)",
  );
  const picture = REPORTS.badge(OUTCOMES);
  assertStringIncludes(picture, '<svg xmlns="http://www.w3.org/2000/svg"');
  assertStringIncludes(picture, "only some cases were run");
});

Deno.test("markup is escaped, and what XML cannot hold is replaced", () => {
  assertEquals(escapeMarkup(`<a b="c">'&`), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;");
  assertEquals(escapeMarkup("\x00\x1b\udc80\uffff\n"), "\ufffd\ufffd\ufffd\ufffd\n");
});

Deno.test("reports are known by name", () => {
  assertEquals([isReport("tap"), isReport("toString")], [true, false]);
});
