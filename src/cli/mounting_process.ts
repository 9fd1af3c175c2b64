/**
 * `fusewire mount` in a process of its own.
 *
 * @module
 */
import { CommandError } from "./command_error.ts";

/** How long the other process may take to mount, in milliseconds. */
const READY_MAX_MS = 30_000;
/** How long it may take to unmount and end. */
const END_MAX_MS = 15_000;

/** A child that mounts a served socket, and prints a line when programs can use it. */
export class MountingProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  #ended = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Starts `fusewire mount` and waits for its line that says the mount is there. */
  static async start(socket: string, mountpoint: string): Promise<MountingProcess> {
    const program = new URL("./mod.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", program, "mount", mountpoint, "--socket", socket],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const mounting = new MountingProcess(child);
    try {
      await firstOutput(child.stdout);
      return mounting;
    } catch (thrown) {
      await mounting[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Asks it to unmount (SIGTERM) and returns its exit code. One that does not end is killed. */
  async end(): Promise<number> {
    if (!this.#ended) {
      this.#ended = true;
      try {
        this.#child.kill("SIGTERM");
      } catch (thrown) {
        // It has ended by itself: its exit code tells how.
        if (!(thrown instanceof TypeError) && !(thrown instanceof Deno.errors.NotFound)) {
          throw thrown;
        }
      }
    }
    const guard = setTimeout(() => this.#child.kill("SIGKILL"), END_MAX_MS);
    try {
      return (await this.#child.status).code;
    } finally {
      clearTimeout(guard);
    }
  }

  /** Ends it, however it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Waits until the child has said something; the rest of what it says is read and dropped. */
async function firstOutput(output: ReadableStream<Uint8Array>): Promise<void> {
  const reader = output.getReader();
  let guard: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    guard = setTimeout(
      () => reject(new CommandError(`The mounting process said nothing for ${READY_MAX_MS} ms`)),
      READY_MAX_MS,
    );
  });
  try {
    const { done } = await Promise.race([reader.read(), late]);
    if (done) throw new CommandError("The mounting process ended before it had mounted anything");
  } finally {
    clearTimeout(guard);
    reader.releaseLock();
    drain(output);
  }
}

function drain(output: ReadableStream<Uint8Array>): void {
  output.pipeTo(new WritableStream()).catch(() => {});
}
