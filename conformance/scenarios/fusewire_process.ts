/**
 * `fusewire` as a process of its own, as people run it.
 *
 * @module
 */

const PROGRAM = new URL("../../src/cli/mod.ts", import.meta.url).href;
/** How long a process may take to say that it is ready, and to end. */
const PATIENCE_MS = 60_000;

/** What a finished command left. */
export interface FusewireResult {
  /** The exit code. */
  readonly code: number;
  /** What it printed. */
  readonly output: string;
  /** What it complained about. */
  readonly errors: string;
}

/** Runs a command to its end. */
export async function runFusewire(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<FusewireResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", PROGRAM, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

/** A running command of `fusewire`. */
export class FusewireProcess implements AsyncDisposable {
  /** The line that it printed when it was ready. */
  readonly ready: string;
  readonly #child: Deno.ChildProcess;
  readonly #errors: Promise<string>;
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess, ready: string, errors: Promise<string>) {
    this.#child = child;
    this.ready = ready;
    this.#errors = errors;
    child.status.then(() => this.#hasEnded = true);
  }

  /** Whether it has ended by itself or otherwise. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Starts a command with additions to the environment, and waits for its first line: it is ready. */
  static async start(
    env: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<FusewireProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", PROGRAM, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { ...env },
    }).spawn();
    const errors = new Response(child.stderr).text();
    const ready = await firstLine(child.stdout);
    if (ready !== undefined) return new FusewireProcess(child, ready, errors);
    const { code } = await child.status;
    throw new Error(`fusewire ${args.join(" ")} ended with ${code}: ${await errors}`);
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a signal and waits for the end. Returns the exit code and everything it said on stderr. */
  async end(signal: Deno.Signal): Promise<{ code: number; errors: string }> {
    this.#child.kill(signal);
    const { code } = await withPatience(this.#child.status, "the process to end");
    return { code, errors: await this.#errors };
  }

  /** Waits until it ends by itself. */
  async ended(): Promise<{ code: number; errors: string }> {
    const { code } = await withPatience(this.#child.status, "the process to end");
    return { code, errors: await this.#errors };
  }

  /** Kills it, unless it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#errors;
  }
}

/** The first line of a stream, whose rest is read and dropped; undefined when it ends before. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await withPatience(reader.read(), "a process to be ready");
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  stream.pipeTo(new WritableStream()).catch(() => {});
  return text.slice(0, text.indexOf("\n"));
}

/** A promise that must settle soon. */
export async function withPatience<T>(promise: Promise<T>, what: string): Promise<T> {
  let guard: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    guard = setTimeout(
      () => reject(new Error(`Waited ${PATIENCE_MS} ms for ${what}`)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(guard);
  }
}
