/**
 * A filesystem that is served by a process of its own, and what that process costs.
 *
 * @module
 */

/** How long a server may take to mount, in milliseconds. */
const START_MS = 30_000;

/** How to start a server. */
export interface Server {
  /** Whose it is. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Where it mounts. */
  readonly mountpoint: string;
  /** What the rows are given. */
  readonly path: string;
}

async function deviceOf(path: string): Promise<number | null> {
  try {
    return (await Deno.stat(path)).dev;
  } catch {
    return null;
  }
}

/** A mount and the process that serves it; `null` for a directory that nobody needs to serve. */
export class Mounted implements AsyncDisposable {
  /** Whose it is. */
  readonly name: string;
  /** What the rows are given. */
  readonly path: string;
  readonly #mountpoint: string;
  readonly #process: Deno.ChildProcess | null;
  /** CPU seconds by thread. */
  readonly #threads = new Map<string, number>();

  private constructor(server: Server, process: Deno.ChildProcess | null) {
    this.name = server.name;
    this.path = server.path;
    this.#mountpoint = server.mountpoint;
    this.#process = process;
  }

  /**
   * Starts a server and waits until it has mounted.
   *
   * @throws {Error} When it ends or does not mount in time.
   */
  static async start(server: Server): Promise<Mounted> {
    const [program, ...args] = server.command;
    if (program === undefined) return new Mounted(server, null);
    const before = await deviceOf(server.mountpoint);
    const process = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      // Peers complain about requests that are newer than they are.
      stderr: program === Deno.execPath() ? "inherit" : "null",
    }).spawn();
    let ended = false;
    process.status.then(() => ended = true);
    const deadline = performance.now() + START_MS;
    while (await deviceOf(server.mountpoint) === before) {
      if (ended || performance.now() > deadline) throw new Error(`${server.name} does not mount`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new Mounted(server, process);
  }

  /** CPU seconds that the server's threads have used so far. */
  cpuSeconds(): number {
    if (this.#process === null) return 0;
    const tasks = `/proc/${this.#process.pid}/task`;
    for (const { name } of Deno.readDirSync(tasks)) {
      try {
        // Nanoseconds on a processor come first (proc(5)).
        const [used = "0"] = Deno.readTextFileSync(`${tasks}/${name}/schedstat`).split(" ");
        this.#threads.set(name, Number(used) / 1e9);
      } catch (thrown) {
        // The thread has ended; what it had used when we last looked still counts.
        if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
      }
    }
    return this.#threads.values().reduce((sum, used) => sum + used, 0);
  }

  /** Unmounts, and waits for the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process === null) return;
    await new Deno.Command("umount", { args: ["-l", this.#mountpoint] }).output();
    const timer = setTimeout(() => this.#process?.kill("SIGKILL"), 5000);
    await this.#process.status;
    clearTimeout(timer);
  }
}

/** What part of the machine's CPU time is used, over `ms` milliseconds in which we do nothing. */
export async function busyPart(ms: number): Promise<number> {
  const read = () => {
    const [line = ""] = Deno.readTextFileSync("/proc/stat").split("\n");
    const times = line.split(/\s+/).slice(1, 9).map(Number);
    const total = times.reduce((sum, time) => sum + time, 0);
    // Fields 4 and 5: idle, and idle while something waits for a disk (proc(5)).
    return { total, idle: (times[3] ?? 0) + (times[4] ?? 0) };
  };
  const before = read();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const after = read();
  const total = after.total - before.total;
  return total === 0 ? 0 : 1 - (after.idle - before.idle) / total;
}
