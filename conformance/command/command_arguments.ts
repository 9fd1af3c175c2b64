/**
 * The arguments of the command.
 *
 * @module
 */
import { isReport, type ReportName, REPORTS } from "../reports/report.ts";
import { isRoute, type Route, ROUTES } from "../subjects/subject.ts";

/** What the command was asked for. */
export interface CommandArguments {
  /** A module, a directory or a socket; undefined for `--list` and `--help`. */
  readonly target: string | undefined;
  /** Undefined: those that suit the target. */
  readonly routes: readonly Route[] | undefined;
  /** Filters of case ids. */
  readonly filters: readonly string[];
  /** How the result is told. */
  readonly report: ReportName;
  /** Where the report goes; default standard output. */
  readonly output: string | undefined;
  /** Limit of each case, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Whether failures are run again on the host. */
  readonly oracle: boolean;
  /** Only list the cases. */
  readonly list: boolean;
  /** Only explain. */
  readonly help: boolean;
}

/** What `--help` prints. */
export const USAGE = `Proves a filesystem, case by case, on every way to it.

  deno run -A jsr:@fusewire/vfs/conformance [options] <target>

Targets
  ./provider.ts    a module whose default export is a provider, a class, or a function that makes one
  /some/directory  a directory on a mounted filesystem, whoever wrote that
  /some/socket     a Unix socket on which a server speaks the wire, whoever wrote that

Options
  --route <names>    ${ROUTES.join(", ")}
  --filter <names>   operations (rename), ids (rename/replaces-file) or patterns (*/refuses-*);
                     "-" in front takes out
  --list             list the cases
  --report <name>    ${Object.keys(REPORTS).join(", ")}; default pretty
  --output <file>    where the report goes; default standard output
  --timeout <ms>     how long one case may take
  --no-oracle        do not repeat failed cases on Linux
  --help

Exit code: 0 everything passed, 1 something failed, 2 the run could not be made.
`;

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

function routesOf(text: string): Route[] {
  return text.split(",").map((word) => {
    if (isRoute(word)) return word;
    throw new UsageError(`There is no route "${word}": there are ${ROUTES.join(", ")}`);
  });
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} With what is wrong.
 */
export function readArguments(words: readonly string[]): CommandArguments {
  const left = [...words];
  const value = (option: string): string => {
    const word = left.shift();
    if (word === undefined) throw new UsageError(`${option} needs a value`);
    return word;
  };
  let target: string | undefined;
  let routes: Route[] | undefined;
  let report: ReportName = "pretty";
  let output: string | undefined;
  let timeoutMs: number | undefined;
  const filters: string[] = [];
  const flags = { "--list": false, "--help": false, "--no-oracle": false };
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [option, inline] = word.startsWith("--") ? split(word) : [word, undefined];
    if (inline !== undefined) left.unshift(inline);
    if (option === "--route") routes = [...routes ?? [], ...routesOf(value(option))];
    else if (option === "--filter") filters.push(...value(option).split(","));
    else if (option === "--output") output = value(option);
    else if (option === "--timeout") timeoutMs = milliseconds(value(option));
    else if (option === "--report") report = reportOf(value(option));
    else if (option === "--list" || option === "--help" || option === "--no-oracle") {
      flags[option] = true;
    } else if (option.startsWith("-")) throw new UsageError(`There is no option ${option}`);
    else if (target !== undefined) throw new UsageError(`One target at a time: ${target}, ${word}`);
    else target = word;
  }
  const only = flags["--list"] || flags["--help"];
  if (target === undefined && !only) throw new UsageError("Which filesystem? Name a target");
  return {
    target,
    routes,
    filters,
    report,
    output,
    timeoutMs,
    oracle: !flags["--no-oracle"],
    list: flags["--list"],
    help: flags["--help"],
  };
}

/** `--option=value` in two. */
function split(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`--timeout takes milliseconds, not "${text}"`);
}

function reportOf(text: string): ReportName {
  if (isReport(text)) return text;
  throw new UsageError(
    `There is no report "${text}": there are ${Object.keys(REPORTS).join(", ")}`,
  );
}
