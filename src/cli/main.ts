/**
 * The command line: which command, and what its outcome means.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { describeError, UsageError } from "./command_error.ts";
import { DEMO_COMMAND } from "./demo_command.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { MOUNT_COMMAND } from "./mount_command.ts";
import { RECORD_COMMAND } from "./record_command.ts";
import { REPLAY_COMMAND } from "./replay_command.ts";
import { complain } from "./say.ts";
import { SERVE_COMMAND } from "./serve_command.ts";
import { VERSION } from "./version.ts";

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  SERVE_COMMAND,
  MOUNT_COMMAND,
  RECORD_COMMAND,
  REPLAY_COMMAND,
  DEMO_COMMAND,
];

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `fusewire ${VERSION}: filesystems in TypeScript, over a socket and through the kernel

Usage: fusewire <command> [options]

Commands:
${rows.join("\n")}

  fusewire <command> --help   explains a command, with examples
  fusewire --version          prints the version

Try it: share a directory with another process, which mounts it
  fusewire serve ~/project --socket /tmp/project.sock --readonly
  mkdir -p /tmp/project && fusewire mount /tmp/project --socket /tmp/project.sock

Exit codes: 0 done or ended by Ctrl-C, 1 it failed (the reason is on stderr), 2 wrong usage`;
}

/** Help for the whole or for one command, when the words ask for it. */
function helpFor(args: readonly string[]): string | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  if (first === "--help" || first === "-h") return overview();
  if (first === "help") {
    return second === undefined ? overview() : commandNamed(second).help;
  }
  const behind = args.indexOf("--");
  const words = behind < 0 ? args : args.slice(0, behind);
  const asks = words.includes("--help") || words.includes("-h");
  return asks ? commandNamed(first).help : undefined;
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((one) => one.name).join(", ");
  const what = name.startsWith("-") ? "option" : "command";
  throw new UsageError(`There is no ${what} "${name}"`, `Commands are ${names}: fusewire --help`);
}

/**
 * Runs `fusewire` with the words behind its name, and returns the exit code. Output goes to stdout,
 * problems to stderr.
 *
 * @example
 * ```ts
 * import { main } from "@fusewire/vfs/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["mount", "--help"]), 0);
 * assertEquals(await main(["mount"]), 2);
 * ```
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    const [first, ...rest] = args;
    if (first === "--version" || first === "-V") {
      console.log(`fusewire ${VERSION}`);
      return EXIT_CODE.OK;
    }
    const help = helpFor(args);
    if (help !== undefined) {
      console.log(help);
      return EXIT_CODE.OK;
    }
    if (first === undefined) {
      console.error(overview());
      return EXIT_CODE.USAGE;
    }
    return await commandNamed(first).run(rest);
  } catch (thrown) {
    complain(describeError(thrown));
    return thrown instanceof UsageError ? EXIT_CODE.USAGE : EXIT_CODE.FAILURE;
  }
}
