/**
 * Running a program and looking at everything that it said.
 *
 * @module
 */

/** What a program left behind. */
export interface ProgramResult {
  /** Its exit code; 128 and more when a signal ended it. */
  readonly code: number;
  /** What it wrote, as text. */
  readonly stdout: string;
  /** What it complained about, as text. */
  readonly stderr: string;
}

/** How to run a program. */
export interface ProgramOptions {
  /** The working directory: it may lie in a mount that this very process serves. */
  readonly cwd?: string;
  /** Additions to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a program in a folder. A shell goes there, not the new process before its `execve`: for so long
 * the parent waits, and if it is the one who serves that folder, both would wait for ever.
 */
const IN_FOLDER = 'cd -- "$1" && shift && exec "$@"';

/** Runs a program to its end, without input. It never blocks this thread. */
export async function runProgram(
  command: readonly [string, ...string[]],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const [program, ...args]: readonly [string, ...string[]] = options.cwd === undefined
    ? command
    : ["sh", "-c", IN_FOLDER, "sh", options.cwd, ...command];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    env: { ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Whether a program of this name can be started. */
export async function isProgram(name: string): Promise<boolean> {
  try {
    await runProgram([name, "--version"]);
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}
