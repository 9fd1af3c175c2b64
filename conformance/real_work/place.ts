/**
 * Where work is done, and what is written down about it.
 *
 * @module
 */
import { type TreeOptions, treeRecord } from "./tree_record.ts";

/** How long a step may take, in seconds. */
const STEP_SECONDS_MAX = 900;
/** What `timeout(1)` exits with when the time was over. */
const TIMED_OUT = 124;
/** The user and group `nobody`. */
const NOBODY = "65534";

/** How a step is run. */
export interface StepOptions {
  /** Additions to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it as the user `nobody`; for root only. */
  readonly asNobody?: boolean;
  /** What it prints differs each time (durations, process ids), and is not compared. */
  readonly chatty?: boolean;
  /** Positional parameters of the script: `$1` and so on. */
  readonly args?: readonly string[];
}

/** How long a step took. */
export interface StepTime {
  /** The step. */
  readonly name: string;
  /** Milliseconds. */
  readonly ms: number;
}

/** A step that did not end as it must. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}

/** A folder to work in, with a record of what was done there. */
export class Place {
  /** One word for the filesystem at work. */
  readonly name: string;
  /** Where the work is done: a folder of the filesystem at work. */
  readonly folder: string;
  /** A folder of the machine's own disk, the same for all places: what work starts from. */
  readonly outside: string;
  /** Whether the work is done at its full size; otherwise in the form that every test run can afford. */
  readonly full: boolean;
  /** What was seen, to be compared. */
  readonly lines: string[] = [];
  /** How long each step took. */
  readonly times: StepTime[] = [];
  /** What programs measured themselves: told beside the outcome, and not compared. */
  readonly figures = new Map<string, string>();
  readonly #onStep: (name: string) => void;

  constructor(
    where: { readonly name: string; readonly folder: string; readonly outside: string },
    options: { readonly full: boolean; readonly onStep?: (name: string) => void },
  ) {
    this.name = where.name;
    this.folder = where.folder;
    this.outside = where.outside;
    this.full = options.full;
    this.#onStep = options.onStep ?? (() => {});
  }

  /** Writes down something that must be the same everywhere. */
  note(line: string): void {
    this.lines.push(this.#neutral(line));
  }

  /**
   * Runs a shell script in the folder, and writes down what it printed.
   *
   * @returns What it printed on stdout.
   * @throws {StepFailure} When it does not exit with 0 in time.
   */
  async step(name: string, script: string, options: StepOptions = {}): Promise<string> {
    this.#onStep(name);
    const started = performance.now();
    const { code, stdout, stderr } = await this.#run(script, options);
    this.times.push({ name, ms: performance.now() - started });
    if (code !== 0) {
      const why = code === TIMED_OUT
        ? `took more than ${STEP_SECONDS_MAX} s`
        : `exited with ${code}`;
      throw new StepFailure(`${name} ${why}:\n${lastLines(stdout)}${lastLines(stderr)}`.trimEnd());
    }
    if (options.chatty !== true) {
      for (const line of `${stdout}${stderr}`.trimEnd().split("\n")) this.note(`${name}: ${line}`);
    }
    return stdout;
  }

  /** Writes a tree of the folder down. */
  tree(path: string, options: TreeOptions = {}): void {
    this.#onStep(`reading ${path}`);
    for (const line of treeRecord(`${this.folder}/${path}`, options)) {
      this.note(`${path}: ${line}`);
    }
  }

  /** Messages name the place; without it they are the same everywhere. */
  #neutral(line: string): string {
    return line.replaceAll(this.folder, "FOLDER").replaceAll(this.outside, "OUTSIDE");
  }

  async #run(
    script: string,
    { env, asNobody = false, args = [] }: StepOptions,
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const become = asNobody
      ? ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"]
      : [];
    // With a group of its own, so that nothing of it is left when the time is over.
    const [program, ...words] = ["timeout", "--kill-after=10", String(STEP_SECONDS_MAX), ...become];
    const { code, stdout, stderr } = await new Deno.Command(program!, {
      args: [...words, "sh", "-euc", script, "sh", ...args],
      cwd: this.folder,
      env: {
        LC_ALL: "C",
        TZ: "UTC",
        HOME: `${this.outside}/home`,
        OUTSIDE: this.outside,
        DENO: Deno.execPath(),
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }
}

/** The end of what a program printed; the beginning of a long complaint says little. */
function lastLines(text: string): string {
  const lines = text.trimEnd().split("\n").slice(-20).join("\n");
  return lines === "" ? "" : `${lines}\n`;
}
