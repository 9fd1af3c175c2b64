import { assert, assertEquals, assertThrows } from "@std/assert";
import { newHookEngine } from "./hook_engine.ts";
import { CHANGING_HOOK_OPS } from "./hook_op.ts";
import { HOOK_RULES_MAX, HookRulesError, parseHookRules } from "./parse_hook_rules.ts";

Deno.test("rules are read from JSON, as an array or under rules, and compile", () => {
  const json = [
    { name: "no-env", ops: "changes", namePattern: "*.env", action: "Block" },
    {
      phase: "BEFORE",
      ops: ["write"],
      pathPattern: "/a/*",
      action: "mutate_write",
      mutateWrite: "ä",
    },
    { ops: ["read"], below: "/b", action: "mutate_read", mutateRead: { base64: "AAE=" } },
    { action: "allow" },
  ];
  for (const given of [json, { rules: json }, JSON.stringify(json)]) {
    const rules = parseHookRules(given);
    newHookEngine(rules);
    assertEquals(rules[0]!.ops, CHANGING_HOOK_OPS);
    assertEquals([rules[0]!.name, rules[0]!.action, rules[0]!.namePattern], [
      "no-env",
      "block",
      "*.env",
    ]);
    assertEquals(rules[1]!.mutateWrite, new Uint8Array([0xc3, 0xa4]));
    assertEquals([rules[2]!.mutateRead, rules[2]!.below], [new Uint8Array([0, 1]), "/b"]);
  }
  assertEquals(parseHookRules("[]"), []);
});

/** What is wrong, and how it is said. */
const FAULTS: [json: unknown, message: string][] = [
  ["{", "expected JSON: "],
  ["7", "expected an array of rules, got 7"],
  [{ rule: [] }, 'expected an array of rules, got {"rule":[]}'],
  [{ rules: [], version: 1 }, 'expected only the field "rules", got "version"'],
  [["block"], 'rule 0: expected an object, got "block"'],
  [
    [{}],
    'rule 0, field "action": expected "allow", "block", "mutate_write" or "mutate_read", got undefined',
  ],
  [[{ name: "x", action: "blok" }], 'rule 0 ("x"), field "action": expected'],
  [[{ action: "" }], 'field "action": expected'],
  [[{ action: 1 }], 'field "action": expected text, got 1'],
  [[{ action: "block", path: "/a" }], 'field "path": unknown; expected "name", '],
  [
    [{ action: "block", ops: "write" }],
    'field "ops": expected an array of operations, or "changes", got "write"',
  ],
  [
    [{ action: "block", ops: [] }],
    'field "ops": expected an operation; leave the field out for all',
  ],
  [[{ action: "block", ops: ["Write"] }], 'field "ops": expected operations (stat, lstat, '],
  [
    [{ action: "block", pathPattern: "*.env" }],
    'field "pathPattern": expected a pattern that begins with "/"',
  ],
  [[{ action: "block", pathPattern: "" }], 'field "pathPattern": expected a pattern; leave'],
  [[{ action: "block", pathPattern: "/a[" }], 'field "pathPattern": expected a pattern of Go'],
  [
    [{ action: "block", namePattern: "a/b" }],
    'field "namePattern": expected a pattern for one name',
  ],
  [[{ action: "block", below: "etc" }], 'field "below": expected a path that begins with "/"'],
  [[{ action: "block", phase: "after" }], 'field "phase": expected "before": only code'],
  [[{ action: "block", phase: "x" }], 'field "phase": expected "before", got "x"'],
  [
    [{ action: "mutate_write" }],
    'field "mutateWrite": expected text, or {"base64": "..."}, got undefined',
  ],
  [[{ action: "mutate_read", mutateRead: { base64: "?" } }], 'field "mutateRead": expected text'],
  [
    [{ action: "block", mutateWrite: "x" }],
    'field "mutateWrite": only for the action "mutate_write"',
  ],
  [[{ action: "mutate_read", mutateRead: "x", ops: ["write"] }], 'field "ops": expected "read"'],
  [new Array(HOOK_RULES_MAX + 1).fill({}), "expected at most 10000 rules, got 10001"],
];

for (const [json, message] of FAULTS) {
  Deno.test(`rules are refused, saying: ${message}`, () => {
    assertThrows(() => parseHookRules(json), HookRulesError, message);
  });
}

Deno.test("every fault of a document is told at once, of many the first", () => {
  try {
    parseHookRules([{ action: "a" }, { action: "b", ops: ["c", "d"] }]);
    assert(false);
  } catch (thrown) {
    assert(thrown instanceof HookRulesError);
    assertEquals(thrown.faults.length, 4);
  }
  assertThrows(
    () => parseHookRules(new Array(100).fill({ action: "x" })),
    HookRulesError,
    "and 80 more",
  );
});
