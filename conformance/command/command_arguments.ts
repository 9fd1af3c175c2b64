/**
 * The arguments of the command.
 *
 * @module
 */
import { isReport, type ReportName, REPORTS } from "../reports/report.ts";
import { isRoute, type Route, ROUTES } from "../subjects/subject.ts";

/** What the command was asked for. */
export interface CommandArguments {
  /** Whether random operations are tried, and not cases. */
  readonly fuzz: boolean;
  /** A module, a directory or a socket; undefined for `--list` and `--help`. */
  readonly target: string | undefined;
  /** Undefined: those that suit the target. */
  readonly routes: readonly Route[] | undefined;
  /** Filters of case ids. */
  readonly filters: readonly string[];
  /** A module with cases to run in place of ours. */
  readonly cases: string | undefined;
  /** How the result is told. */
  readonly report: ReportName;
  /** Where the report goes; default standard output. */
  readonly output: string | undefined;
  /** Limit of each case or sequence, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Where random numbers begin; default by chance. */
  readonly seed: number | undefined;
  /** How many random operations are done on each route. */
  readonly operations: number | undefined;
  /** How long random operations are done on each route. */
  readonly minutes: number | undefined;
  /** How many clients do random operations at once. */
  readonly clients: number;
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
  deno run -A jsr:@fusewire/vfs/conformance fuzz [options] <target>

The first runs the cases. The second does random operations to the target and to Linux's tmpfs, and
prints the shortest sequence that they answer differently, as a case.

Targets
  ./provider.ts    a module whose default export is a provider, a class, or a function that makes one
  /some/directory  a directory on a mounted filesystem, whoever wrote that
  /some/socket     a Unix socket on which a server speaks the wire, whoever wrote that

Options of both
  --route <names>    ${ROUTES.join(", ")}
  --output <file>    where the report goes, or the case that was found; default standard output
  --timeout <ms>     how long one case or sequence may take
  --help

Options of cases
  --filter <names>   operations (rename), ids (rename/replaces-file) or patterns (*/refuses-*);
                     "-" in front takes out
  --cases <module>   run the cases that this module exports as default, in place of the suite's
  --list             list the cases
  --report <name>    ${Object.keys(REPORTS).join(", ")}; default pretty
  --no-oracle        do not repeat failed cases on Linux

Options of fuzz
  --seed <n>         where random numbers begin; the same finds the same
  --operations <n>   how many operations, on each route; default 20000
  --minutes <n>      how long, on each route, however many operations that are
  --clients <n>      how many clients, each with operations of its own at the same time; default 1

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

/** The most clients: every order of what they do at once is tried. */
const CLIENTS_MAX = 4;

const FLAGS = ["--list", "--help", "--no-oracle"] as const;
const VALUES = [
  "--route",
  "--filter",
  "--cases",
  "--report",
  "--output",
  "--timeout",
  "--seed",
  "--operations",
  "--minutes",
  "--clients",
] as const;
type ValueOption = (typeof VALUES)[number];

/** The words of a command line, sorted. */
interface Words {
  readonly targets: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<ValueOption, readonly string[]>;
}

function sortWords(words: readonly string[]): Words {
  const left = [...words];
  const targets: string[] = [];
  const flags = new Set<string>();
  const values = new Map<ValueOption, string[]>();
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [option, inline] = word.startsWith("--") ? split(word) : [word, undefined];
    const valued = VALUES.find((name) => name === option);
    if (valued !== undefined) {
      const value = inline ?? left.shift();
      if (value === undefined) throw new UsageError(`${option} needs a value`);
      values.set(valued, [...values.get(valued) ?? [], value]);
    } else if (FLAGS.some((name) => name === word)) flags.add(word);
    else if (option.startsWith("-")) throw new UsageError(`There is no option ${option}`);
    else targets.push(word);
  }
  return { targets, flags, values };
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} With what is wrong.
 */
export function readArguments(words: readonly string[]): CommandArguments {
  const fuzz = words[0] === "fuzz";
  const { targets, flags, values } = sortWords(fuzz ? words.slice(1) : words);
  const last = (option: ValueOption): string | undefined => values.get(option)?.at(-1);
  const number = (option: ValueOption, what: string): number | undefined => {
    const text = last(option);
    return text === undefined ? undefined : positive(option, what, text);
  };
  const [target, second] = targets;
  if (second !== undefined) throw new UsageError(`One target at a time: ${target}, ${second}`);
  const only = flags.has("--list") || flags.has("--help");
  if (target === undefined && !only) throw new UsageError("Which filesystem? Name a target");
  for (const option of values.keys()) {
    const ofFuzz = ["--seed", "--operations", "--minutes", "--clients"].includes(option);
    const ofCases = ["--filter", "--cases", "--report"].includes(option);
    if (fuzz ? ofCases : ofFuzz) {
      throw new UsageError(`${option} is ${fuzz ? "not for" : "for"} the command fuzz`);
    }
  }
  const report = last("--report") ?? "pretty";
  if (!isReport(report)) {
    const names = Object.keys(REPORTS).join(", ");
    throw new UsageError(`There is no report "${report}": there are ${names}`);
  }
  const clients = number("--clients", "a number of clients") ?? 1;
  if (clients > CLIENTS_MAX) throw new UsageError(`--clients takes ${CLIENTS_MAX} at most`);
  const minutes = last("--minutes");
  if (minutes !== undefined && !(Number(minutes) > 0)) {
    throw new UsageError(`--minutes takes minutes, not "${minutes}"`);
  }
  return {
    fuzz,
    target,
    routes: values.get("--route")?.flatMap(routesOf),
    filters: values.get("--filter")?.flatMap((text) => text.split(",")) ?? [],
    cases: last("--cases"),
    report,
    output: last("--output"),
    timeoutMs: number("--timeout", "milliseconds"),
    seed: number("--seed", "a number above 0"),
    operations: number("--operations", "a number of operations"),
    minutes: minutes === undefined ? undefined : Number(minutes),
    clients,
    oracle: !flags.has("--no-oracle"),
    list: flags.has("--list"),
    help: flags.has("--help"),
  };
}

/** `--option=value` in two. */
function split(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function positive(option: string, what: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageError(`${option} takes ${what}, not "${text}"`);
}
