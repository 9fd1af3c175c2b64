/**
 * One thing that the demo shows.
 *
 * @module
 */
import { CommandError } from "./command_error.ts";
import type { Environment } from "./demo_workspace.ts";
import { type ProgramResult, runProgram } from "./run_program.ts";

/** Where a step works. */
export interface DemoPlace {
  /** The mount's root: a git work tree. */
  readonly mount: string;
  /** A folder in the mount for what the demo makes, apart from its commit. */
  readonly scratch: string;
  /** The environment of its programs. */
  readonly env: Environment;
  /** Ends the program that a step is running. */
  readonly signal: AbortSignal;
}

/** A step: what it does in a few words, and how. */
export interface DemoStep {
  /** For the left column: `git status`. */
  readonly title: string;
  /**
   * Does it and says what came out.
   *
   * @throws {CommandError} When something is not as expected.
   */
  run(place: DemoPlace): Promise<string>;
}

/** Runs a program in a folder of the mount, whatever its outcome. */
export async function tryProgram(
  place: DemoPlace,
  command: readonly [string, ...string[]],
  cwd: string = place.mount,
): Promise<ProgramResult> {
  return await runProgram(command, { cwd, env: place.env, signal: place.signal });
}

/** Runs a program in a folder of the mount, and insists on success. Returns what it printed. */
export async function mustRun(
  place: DemoPlace,
  command: readonly [string, ...string[]],
  cwd: string = place.mount,
): Promise<string> {
  const { code, stdout, stderr } = await tryProgram(place, command, cwd);
  if (code === 0) return stdout;
  const said = `${stderr}${stdout}`.trim().split("\n").slice(-5).join("\n");
  throw new CommandError(`"${command.join(" ")}" ended with status ${code}`, said);
}

/** Insists that two texts are equal. */
export function mustEqual(what: string, expected: string, got: string): void {
  if (expected === got) return;
  const [left, right] = [expected.split("\n"), got.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  const line = at < 0 ? left.length : at;
  throw new CommandError(
    `${what} is not as expected`,
    `line ${line + 1}\nexpected: ${left[line] ?? "(nothing)"}\ngot:      ${
      right[line] ?? "(nothing)"
    }`,
  );
}

/** The lines of a text, without the empty last one. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A number of things in words: `1 file`, `2 files`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
