/**
 * The command line as a process that goes on.
 *
 * @module
 */
const PROGRAM = new URL("../mod.ts", import.meta.url).href;

/** Cuts text into lines; what follows the last line end is no line. */
function linesOf(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform: (chunk, controller) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}

/** A command that serves until it is ended. */
export class CliProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  /** Starts it, with these words of Deno in front of the program. */
  constructor(args: readonly string[], flags: readonly string[] = ["--allow-all"]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-lock", ...flags, PROGRAM, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
      env: { NO_COLOR: "1" },
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(linesOf()).getReader();
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The next line that it prints; throws when it ends instead. */
  async line(): Promise<string> {
    const { value } = await this.#lines.read();
    if (value === undefined) throw new Error("The command ended without a line");
    return value;
  }

  /** Waits for its end; returns the exit code. */
  async ended(): Promise<number> {
    while ((await this.#lines.read()).value !== undefined);
    return (await this.#child.status).code;
  }

  /** Asks it to end as Ctrl-C does. */
  stop(): void {
    this.#child.kill("SIGINT");
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.ended();
  }
}
