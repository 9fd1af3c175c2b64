/**
 * System calls made by another process.
 *
 * @module
 */
import type { Caller, CallName, CallParameters, CallResults } from "../system_calls.ts";
import { decodeResult, encodeCall, FrameCutter } from "./call_codec.ts";

/** How a process is started. */
export interface ProcessCallerOptions {
  /** Its user; only root can choose another. Default the same. */
  readonly uid?: number | undefined;
  /** Its group. Default the same. */
  readonly gid?: number | undefined;
}

/** How long a process may take to end by itself. */
const END_TIMEOUT_MS = 2000;

/**
 * The command that starts it. Deno and these sources may lie in root's home, where nobody else can start or
 * read them: so it starts as root, without supplementary groups, and becomes the other user itself.
 */
function commandOf({ uid, gid }: ProcessCallerOptions): [string, ...string[]] {
  const flags = ["--quiet", "--no-config", "--no-lock", "--no-check", "--allow-all"];
  const program = import.meta.resolve("./call_process.ts");
  const start: [string, ...string[]] = [Deno.execPath(), "run", ...flags, program];
  if (uid === undefined && gid === undefined) return start;
  const become = [String(uid ?? Deno.uid()), String(gid ?? Deno.gid())];
  return ["setpriv", "--clear-groups", ...start, ...become];
}

interface Waiting {
  readonly settle: (text: string) => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * A caller in a process of its own, so that a call that blocks blocks nobody here: this process may
 * serve the mount that the calls go to. Killing it ends a call that hangs.
 */
export class ProcessCaller implements Caller {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting: Waiting[] = [];
  readonly #reading: Promise<void>;
  #ended: Error | undefined;

  /** Starts the process. */
  constructor(options: ProcessCallerOptions = {}) {
    const [program, ...args] = commandOf(options);
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Makes the call there. */
  call<Name extends CallName>(
    name: Name,
    parameters: CallParameters[Name],
  ): Promise<CallResults[Name]> {
    return this.#send<CallResults[Name]>(name, parameters);
  }

  /** Closes every descriptor that is still open. Returns how many those were. */
  closeAll(): Promise<number> {
    return this.#send<number>("closeAll", []);
  }

  async #send<Value>(name: string, parameters: readonly unknown[]): Promise<Value> {
    if (this.#ended !== undefined) throw this.#ended;
    const reply = new Promise<string>((settle, fail) => this.#waiting.push({ settle, fail }));
    // A pipe that is closed also ends the reading, which rejects the reply.
    this.#writer.write(encodeCall(name, parameters)).catch(() => {});
    return decodeResult<Value>(name, await reply);
  }

  async #read(): Promise<void> {
    const cutter = new FrameCutter();
    let problem: unknown;
    try {
      for await (const chunk of this.#child.stdout) {
        for (const text of cutter.push(chunk)) this.#waiting.shift()?.settle(text);
      }
    } catch (thrown) {
      problem = thrown;
    }
    this.#ended = new Error("The calling process has ended", { cause: problem });
    for (const { fail } of this.#waiting.splice(0)) fail(this.#ended);
  }

  /** Ends the process at once, whatever call it is in. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (thrown) {
      // It has ended already.
      if (!(thrown instanceof TypeError || thrown instanceof Deno.errors.NotFound)) throw thrown;
    }
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#child.status;
    await this.#reading;
    this.#writer.releaseLock();
    await this.#child.stdin.abort().catch(() => {});
  }

  /** Ends the process once its calls have ended, or at once after a while. */
  async [Symbol.asyncDispose](): Promise<void> {
    const deadline = setTimeout(() => this.kill(), END_TIMEOUT_MS);
    await this.#writer.close().catch(() => {});
    await this.#child.status;
    await this.#reading;
    clearTimeout(deadline);
  }
}
