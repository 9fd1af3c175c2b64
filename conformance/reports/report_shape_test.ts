// Reports for other programs, read as other programs read them.
import { assert, assertEquals } from "@std/assert";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { Parser } from "tap-parser";
import { caseFile } from "../case.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import type { Route } from "../subjects/subject.ts";
import { REPORTS } from "./report.ts";

const file = caseFile("demo", { clause: "POSIX.1-2024 demo()" });
for (const promise of ['keeps <it> & "more"', "breaks # it", "is known", "is not for it"]) {
  file.it(promise, () => Promise.resolve());
}
const statuses = ["passed", "failed", "known", "skipped"] as const;

function outcomesOn(route: Route): SuiteOutcome[] {
  return file.cases.map((one, at) => ({
    case: one,
    route,
    status: statuses[at]!,
    durationMs: 2,
    message: 'write(3, "\\u0000]]>"): expected ENOSPC, got\nsuccess # TODO',
    steps: [{ call: 'open("/a&b")', outcome: "EIO" }],
    missing: ["kernel"],
  }));
}

const OUTCOMES = [...outcomesOn("direct"), ...outcomesOn("mount")];
/** The same, but the second case passes on one route. */
const DIFFERING = OUTCOMES.map((one, at) => at === 1 ? { ...one, status: "passed" as const } : one);

Deno.test("tap is understood by a parser of TAP", () => {
  const counts = (outcomes: readonly SuiteOutcome[]): number[] => {
    const parser = new Parser();
    const bad: unknown[] = [];
    parser.on("extra", (text: string) => bad.push(text));
    parser.end(REPORTS.tap(outcomes));
    const { plan, count, pass, fail, skip, todo } = parser.results!;
    assertEquals(bad, [], "every line means something");
    assertEquals([plan.start, plan.end], [1, count]);
    return [count, pass, fail, skip, todo];
  };
  // Points that are known to fail are counted among those that fail, and are no failure of the run.
  assertEquals(counts(OUTCOMES), [9, 5, 4, 2, 2]);
  assertEquals(counts(DIFFERING), [9, 5, 4, 2, 2]);
});

/** What readers of JUnit's XML rely on: elements, what is in them, and their attributes. */
const SHAPE: Readonly<Record<string, readonly [attributes: string[], children: string[]]>> = {
  testsuites: [["name"], ["testsuite"]],
  testsuite: [["name", "tests", "failures", "errors", "skipped", "time"], ["testcase"]],
  testcase: [["name", "classname", "time"], ["failure", "skipped"]],
  failure: [["message"], []],
  skipped: [["message"], []],
};

type Node = Readonly<Record<string, unknown>>;

function assertShape(node: Node): void {
  for (const [name, children] of Object.entries(node)) {
    if (name === ":@" || name === "#text" || name === "?xml") continue;
    const [attributes, allowed] = SHAPE[name] ?? [];
    assert(attributes !== undefined && allowed !== undefined, `<${name}> is none of JUnit's`);
    assertEquals(Object.keys(node[":@"] ?? {}).sort(), [...attributes].sort(), name);
    for (const child of children as Node[]) {
      const [tag] = Object.keys(child);
      if (tag !== "#text") assert(allowed.includes(tag!), `<${tag}> in <${name}>`);
      assertShape(child);
    }
  }
}

Deno.test("junit has the elements and attributes that its readers know", () => {
  for (const outcomes of [OUTCOMES, DIFFERING]) {
    const xml = REPORTS.junit(outcomes, "./<mine>.ts");
    assertEquals(XMLValidator.validate(xml), true);
    const ordered = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: "",
    });
    for (const node of ordered.parse(xml)) assertShape(node);
  }
});

Deno.test("junit counts what it holds", () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    isArray: (name) => name === "testcase" || name === "testsuite",
  });
  const { testsuites } = parser.parse(REPORTS.junit(DIFFERING, "x"));
  assertEquals(testsuites.testsuite.map(({ name }: Node) => name), ["direct", "mount", "routes"]);
  for (const { testcase, tests, failures, skipped } of testsuites.testsuite) {
    const having = (tag: string): number => testcase.filter((one: Node) => tag in one).length;
    assertEquals([Number(tests), Number(failures), Number(skipped)], [
      testcase.length,
      having("failure"),
      having("skipped"),
    ]);
  }
});
