/**
 * The demo from beginning to end.
 *
 * @module
 */
import {
  type HookEvents,
  newHookEngine,
  newInterceptProvider,
  parseHookRules,
} from "../hooks/mod.ts";
import { copyTree, type Provider, readFile } from "../provider/mod.ts";
import { newMemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { newVFSServer } from "../wire/mod.ts";
import { CommandError } from "./command_error.ts";
import { BLOCKED_STEPS } from "./demo_blocked_steps.ts";
import { gitBefore, gitSteps, NEW_FILE, NEW_TEXT } from "./demo_git_steps.ts";
import { DEMO_RULES } from "./demo_rules.ts";
import { type DemoPlace, type DemoStep, mustEqual } from "./demo_step.ts";
import { grepCounts, SCRATCH, treeSteps } from "./demo_tree_steps.ts";
import { copyWorkTree, gitEnvironment } from "./demo_workspace.ts";
import { HookRecord, operationTable, pathTable } from "./hook_record.ts";
import { MountingProcess } from "./mounting_process.ts";
import { isProgram } from "./run_program.ts";

/** How many written paths the table shows. */
const PATHS_SHOWN = 12;
const TITLE_WIDTH = 22;
/** Longer folders leave no room for a socket's name (unix(7): 107 bytes); this one always does. */
const SOCKET_FOLDER_MAX = 64;
const SHORT_FOLDER = "/tmp";
const PREFIX = "fusewire-demo-";
/** How many events of the hooks may wait to be counted. */
const EVENTS_MAX = 100_000;

/** What to show, and how. */
export interface DemoOptions {
  /** A directory in a git work tree. */
  readonly folder: string;
  /** Serve from memory. */
  readonly memory: boolean;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
  /** Where its lines go. */
  readonly print: (line: string) => void;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** One run of the demo. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #record = new HookRecord();

  /** Nothing happens before `run`. */
  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /**
   * Shows everything and takes it away again.
   *
   * @throws {CommandError} For the first thing that is not as expected.
   */
  async run(): Promise<void> {
    if (!await isProgram("git")) {
      throw new CommandError("Cannot run the demo: there is no git", "apt-get install git");
    }
    const started = performance.now();
    const base = await Deno.makeTempDir({ prefix: PREFIX });
    const short = base.length <= SOCKET_FOLDER_MAX
      ? base
      : await Deno.makeTempDir({ dir: SHORT_FOLDER, prefix: PREFIX });
    try {
      await this.#show(base, `${short}/socket`);
    } finally {
      for (const folder of new Set([base, short])) await Deno.remove(folder, { recursive: true });
    }
    const took = seconds(performance.now() - started);
    this.#print(`\nEverything was as expected, and nothing is left of it (${took}).`);
  }

  #print(line: string): void {
    this.#options.print(line);
  }

  /** Prints the outcome of one thing that is done, with its time. */
  async #timed<T>(title: string, run: () => Promise<T>, tell: (value: T) => string): Promise<T> {
    this.#options.signal.throwIfAborted();
    const started = performance.now();
    try {
      const value = await run();
      const took = seconds(performance.now() - started).padStart(8);
      this.#print(`  ok ${took}  ${title.padEnd(TITLE_WIDTH)}  ${tell(value)}`);
      return value;
    } catch (thrown) {
      this.#options.signal.throwIfAborted();
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      this.#print(`  FAILED       ${title.padEnd(TITLE_WIDTH)}  ${problem}`);
      if (thrown instanceof CommandError) throw thrown;
      throw new CommandError(`The demo failed at "${title}": ${problem}`, "", { cause: thrown });
    }
  }

  async #show(base: string, socket: string): Promise<void> {
    const { folder, memory, signal } = this.#options;
    const [workspace, mountpoint] = [`${base}/workspace`, `${base}/mount`];
    await Deno.mkdir(mountpoint);
    const env = await gitEnvironment(`${base}/gitconfig`);
    this.#print("Preparing");
    const copy = (): Promise<void> => copyWorkTree(env, folder, workspace);
    await this.#timed("copy the work tree", copy, () => folder);
    const before = await gitBefore(env, workspace);
    const grepExpected = await grepCounts(workspace, signal);

    await using closing = new AsyncDisposableStack();
    const source = closing.use(await this.#source(workspace, memory));
    const engine = closing.use(newHookEngine(parseHookRules(DEMO_RULES)));
    const events = engine.events({ queueMax: EVENTS_MAX });
    const counting = this.#record.follow(events);
    const server = closing.use(newVFSServer(newInterceptProvider(source, engine)));
    await server.serveUDSBackground(socket);
    const what = memory ? "the copy in memory" : "the copied directory";
    this.#print(`  Serving ${what} on a Unix socket, behind these hooks:`);
    this.#print(DEMO_RULES.replace(/^/gm, "    "));
    const mounting = closing.use(
      await this.#timed(
        "mount the socket",
        () => MountingProcess.start(socket, mountpoint),
        (one) => `through the kernel, by process ${one.pid}`,
      ),
    );

    const place = { mount: mountpoint, scratch: `${mountpoint}/${SCRATCH}`, env, signal };
    await this.#steps("\nPrograms in the mount", place, [
      ...gitSteps(before),
      ...await treeSteps(grepExpected),
    ]);
    await this.#steps("\nForbidden by hooks, each answered with EPERM", place, BLOCKED_STEPS);
    await this.#otherSide(source);
    await this.#showRecord(events, counting);

    this.#print("\nEnding");
    await this.#timed("unmount", () => this.#unmount(mounting, mountpoint), () => "clean");
    await this.#timed("stop serving", () => closing.disposeAsync(), () => "clean");
  }

  async #source(workspace: string, memory: boolean): Promise<Provider> {
    const real = newRealFSProvider(workspace);
    if (!memory) return real;
    await using from = real;
    const to = newMemoryProvider();
    await this.#timed(
      "copy it into memory",
      () =>
        copyTree({ provider: from, path: "/" }, { provider: to, path: "/" }, {
          signal: this.#options.signal,
        }),
      ({ files, bytes }) => `${files} files, ${(bytes / 1e6).toFixed(1)} MB`,
    );
    return to;
  }

  async #steps(heading: string, place: DemoPlace, steps: readonly DemoStep[]): Promise<void> {
    this.#print(heading);
    for (const step of steps) await this.#timed(step.title, () => step.run(place), (text) => text);
  }

  /** What programs wrote through the kernel has arrived in the provider. */
  async #otherSide(source: Provider): Promise<void> {
    const bytes = await readFile(source, `/${NEW_FILE}`);
    mustEqual(`${NEW_FILE} on the serving side`, NEW_TEXT, new TextDecoder().decode(bytes));
  }

  /** What the hooks saw of all that. */
  async #showRecord(events: HookEvents, counting: Promise<void>): Promise<void> {
    events[Symbol.dispose]();
    await counting;
    const { events: count, lost } = this.#record;
    if (lost > 0) throw new CommandError(`${lost} operations were not counted`);
    this.#print(`\nWhat the hooks saw: ${count} operations`);
    this.#print(operationTable(this.#record));
    this.#print("\nRefused, and written most");
    this.#print(pathTable(this.#record, PATHS_SHOWN));
  }

  async #unmount(mounting: MountingProcess, mountpoint: string): Promise<void> {
    const code = await mounting.end();
    if (code !== 0) throw new CommandError(`The mounting process ended with status ${code}`);
    const table = await Deno.readTextFile("/proc/self/mountinfo");
    if (table.includes(` ${mountpoint} `)) {
      throw new CommandError(`${mountpoint} is still mounted after its process has ended`);
    }
  }
}
