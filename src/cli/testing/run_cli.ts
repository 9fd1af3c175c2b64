/**
 * The command line as a process of its own.
 *
 * @module
 */
const PROGRAM = new URL("../mod.ts", import.meta.url).href;

/** How a run of the command line ended. */
export interface CliResult {
  /** The exit code. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained about. */
  readonly stderr: string;
}

/** Runs the command line to its end, with these permissions of Deno. */
export async function runCli(
  args: readonly string[],
  permissions: readonly string[] = ["--allow-all"],
): Promise<CliResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", ...permissions, PROGRAM, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
