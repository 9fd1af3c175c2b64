import { assertEquals } from "@std/assert";
import { testCounts } from "./test_summary.ts";

Deno.test("the counts of the last summary line are read, colours or not", () => {
  assertEquals(testCounts("ok | 12 passed | 0 failed (9ms)\n", true), {
    passed: 12,
    failed: 0,
    ignored: 0,
  });
  const coloured =
    "\x1b[31mFAILED\x1b[0m | 3 passed (2 steps) | 1 failed (1 step) | 4 ignored (1s)";
  assertEquals(testCounts(`ok | 1 passed | 0 failed\n${coloured}\n`, false), {
    passed: 3,
    failed: 1,
    ignored: 4,
  });
});

Deno.test("a run that failed without saying how counts as one failure", () => {
  assertEquals(testCounts("error: Type checking failed.", false).failed, 1);
  assertEquals(testCounts("ok | 12 passed | 0 failed (9ms)", false).failed, 1);
});

Deno.test("a run without tests is a failure too", () => {
  assertEquals(testCounts("ok | 0 passed | 0 failed (1ms)", true).failed, 1);
  assertEquals(testCounts("", true).failed, 1);
});

Deno.test("a test that prints something like a summary does not fool it", () => {
  const output = "said: ok | 99 passed | 0 failed\nok | 2 passed | 0 failed (1ms)";
  assertEquals(testCounts(output, true).passed, 2);
});
