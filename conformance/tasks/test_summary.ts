/**
 * The counts in what `deno test` prints.
 *
 * @module
 */

/** How many tests ended how. */
export interface TestCounts {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests that failed. */
  readonly failed: number;
  /** Tests that did not run. */
  readonly ignored: number;
}

// deno-lint-ignore no-control-regex -- the escape character of terminal colours
const COLOUR = /\x1b\[[0-9;]*m/g;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?:.*? \| (\d+) ignored)?/;

/**
 * Reads the last summary line (`ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)`). A run that
 * failed otherwise (types, a crash, no summary at all) counts as one failure, never as none.
 */
export function testCounts(output: string, success: boolean): TestCounts {
  let counts: TestCounts = { passed: 0, failed: 0, ignored: 0 };
  for (const line of output.replaceAll(COLOUR, "").split("\n")) {
    const match = SUMMARY.exec(line);
    if (match === null) continue;
    const [, passed, failed, ignored] = match;
    counts = { passed: Number(passed), failed: Number(failed), ignored: Number(ignored ?? 0) };
  }
  if (!success && counts.failed === 0) return { ...counts, failed: 1 };
  if (success && counts.passed === 0) return { ...counts, failed: 1 };
  return counts;
}
