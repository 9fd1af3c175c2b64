/**
 * `fusewire demo`.
 *
 * @module
 */
import { type Command, parseCommandLine } from "./command.ts";
import { CommandError, UsageError } from "./command_error.ts";
import { Demo } from "./demo.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { say } from "./say.ts";
import { StopSignal } from "./stop_signal.ts";

const OPTIONS = { memory: { type: "boolean" } } as const;

const HELP = `Usage: fusewire demo [<directory>] [--memory]

Shows everything at work on a copy of a git work tree (default: the one around the current directory).
This process serves the copy on a Unix socket, with hooks in front that forbid changing *.env files and
anything below .git/hooks. A second process mounts the socket through the kernel. In the mount, git, tar,
grep and a compiler do their work, and what the hooks forbid is tried. At the end: what the hooks saw.

Options:
      --memory  serve the copy from memory instead of from a directory

Examples:
  fusewire demo
  fusewire demo ~/project
  fusewire demo ~/project --memory

The directory itself is only read. Nothing is left behind. The exit code is 0 when everything was as
expected, and 1 when anything was not.`;

async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine("demo", args, OPTIONS);
  if (positionals.length > 1) throw new UsageError("The demo shows one directory");
  using stop = new StopSignal();
  const interruption = new AbortController();
  stop.requested.then((signal) => interruption.abort(new CommandError(`Interrupted by ${signal}`)));
  const demo = new Demo({
    folder: positionals[0] ?? ".",
    memory: values.memory === true,
    signal: interruption.signal,
    print: say,
  });
  await demo.run();
  return EXIT_CODE.OK;
}

/** `fusewire demo`: a served git work tree, mounted, with ordinary programs at work in it. */
export const DEMO_COMMAND: Command = {
  name: "demo",
  summary: "watch git, tar and a compiler work in a mounted, hooked workspace",
  help: HELP,
  run,
};
