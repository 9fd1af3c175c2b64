/**
 * What a command is.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { UsageError } from "./command_error.ts";
import type { ExitCode } from "./exit_code.ts";

/** One command of `fusewire`. */
export interface Command {
  /** The word on the command line. */
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What `--help` prints: usage, what it does, options, examples. */
  readonly help: string;
  /** Runs it with the words behind its name. */
  run(args: readonly string[]): Promise<ExitCode>;
}

/** How an option is written: `string` takes a value. */
export interface OptionShape {
  /** `boolean` is a switch. */
  readonly type: "string" | "boolean";
  /** One letter for `-x`. */
  readonly short?: string;
  /** Whether it may be given again. */
  readonly multiple?: boolean;
}

/** Options of a command by name, without the dashes. */
export type OptionShapes = Readonly<Record<string, OptionShape>>;

type ValueOf<Shape extends OptionShape> = Shape["type"] extends "boolean" ? boolean
  : Shape["multiple"] extends true ? string[]
  : string;

/** What was given on the command line. */
export interface CommandLine<Shapes extends OptionShapes> {
  /** Options that were given, by name. */
  readonly values: { readonly [Name in keyof Shapes]?: ValueOf<Shapes[Name]> };
  /** Words that are no options. */
  readonly positionals: readonly string[];
}

/**
 * Reads a command line strictly.
 *
 * @throws {UsageError} For an unknown option, a missing value, and an option given twice.
 */
export function parseCommandLine<const Shapes extends OptionShapes>(
  command: string,
  args: readonly string[],
  options: Shapes,
): CommandLine<Shapes> {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      tokens: true,
    });
    refuseRepeated(tokens, options);
    return { values, positionals };
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const [problem] = thrown.message.split(/\. |\n/);
    throw new UsageError(`${problem}`, `See "fusewire ${command} --help"`, { cause: thrown });
  }
}

function refuseRepeated(
  tokens: readonly { readonly kind: string; readonly name?: string }[],
  options: OptionShapes,
): void {
  const seen = new Set<string>();
  for (const { kind, name } of tokens) {
    if (kind !== "option" || name === undefined || options[name]?.multiple === true) continue;
    if (seen.has(name)) throw new Error(`Option '--${name}' is given more than once`);
    seen.add(name);
  }
}
