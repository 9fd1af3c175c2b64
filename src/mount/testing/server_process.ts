/**
 * A server of the wire in a process of its own.
 *
 * @module
 */

/** One that listens. */
export class ServerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
  }

  /** Runs a script, and waits until it says that it is ready. */
  static async start(script: URL, ...args: readonly string[]): Promise<ServerProcess> {
    const { pathname } = script;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", pathname, ...args],
      stdout: "piped",
    }).spawn();
    const reader = process.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (!done) return new ServerProcess(process);
    const { code } = await process.status;
    throw new Error(`${pathname} ${args.join(" ")} ended with ${code} before it was ready`);
  }

  /** Ends it, if that has not been done. */
  async end(signal: Deno.Signal): Promise<void> {
    try {
      this.#process.kill(signal);
    } catch (thrown) {
      // It has ended already.
      if (!(thrown instanceof TypeError)) throw thrown;
    }
    await this.#process.status;
  }

  /** As `end`, in its own time. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
  }
}
