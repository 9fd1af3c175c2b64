/**
 * `fusewire replay`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { errnoOf } from "../base/mod.ts";
import { type Provider, providerModule, ProviderModuleError } from "../provider/mod.ts";
import {
  opName,
  parseRecording,
  type RecordedFrame,
  type ReplayDifference,
  replaySession,
  type VFSRequest,
  type VFSResponse,
} from "../wire/mod.ts";
import { type Command, parseCommandLine } from "./command.ts";
import { CommandError, reasonOf, UsageError } from "./command_error.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { guarded, providerInMemory, providerOfDirectory } from "./provider_choice.ts";

const OPTIONS = {
  memory: { type: "boolean" },
  readonly: { type: "boolean", short: "r" },
  rules: { type: "string" },
  exact: { type: "boolean" },
  all: { type: "boolean" },
} as const;

/** So many bytes of data are shown. */
const SHOWN_BYTES = 32;

const HELP = `Usage: fusewire replay <file> (<directory> | <module> | --memory) [--exact] [--all]
                       [--readonly] [--rules <file>]

Says the requests of a recorded session again, and shows the first reply that is another one than it
was. What the session changed is changed again: give it a copy of what was served.

Options:
      --memory         an empty filesystem in memory
      --exact          compare times, inode numbers and sizes of directories too
      --all            show every difference, not only the first
  -r, --readonly       refuse every change with EROFS
      --rules <file>   hook rules as JSON: block, allow or change operations by path

A <module> is a file of TypeScript or JavaScript whose default export is a provider, a class or a
function that makes one.

Examples:
  fusewire replay session.rec ~/copy-of-project
  fusewire replay session.rec --memory --all
  fusewire replay session.rec ./my_provider.ts

Exit code 0: everything was answered as recorded. 1: something was not, it is on stdout.`;

async function read(path: string): Promise<RecordedFrame[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (thrown) {
    throw new CommandError(`Cannot read the recording ${path}: ${reasonOf(thrown)}`, "", {
      cause: thrown,
    });
  }
  try {
    return parseRecording(text);
  } catch (thrown) {
    throw new CommandError(
      `Cannot use the recording ${path}: ${reasonOf(thrown)}`,
      'Recordings are made by "fusewire record"',
      { cause: thrown },
    );
  }
}

async function providerNamed(target: string): Promise<Provider> {
  const info = await Deno.stat(target).catch(() => undefined);
  if (info?.isFile !== true) return await providerOfDirectory(target);
  try {
    return await (await providerModule(pathToFileURL(target).href))();
  } catch (thrown) {
    const advice = thrown instanceof ProviderModuleError ? "See fusewire replay --help" : "";
    throw new CommandError(`Cannot use the module ${target}: ${reasonOf(thrown)}`, advice, {
      cause: thrown,
    });
  }
}

/** What a message says, in one line: what is 0 or empty is left out. */
function messageText(message: VFSRequest | VFSResponse): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(message)) {
    if (name === "op" || name === "err" || value === null || value === 0 || value === "") continue;
    if (value instanceof Uint8Array) {
      const more = value.length > SHOWN_BYTES ? "..." : "";
      const hex = value.subarray(0, SHOWN_BYTES).toHex();
      if (value.length > 0) parts.push(`${name}=${value.length} bytes ${hex}${more}`);
    } else {
      parts.push(`${name}=${typeof value === "bigint" ? value : JSON.stringify(value, plain)}`);
    }
  }
  return parts.join(" ");
}

/** Bigints as numbers, and nothing of what is 0 or empty. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value === 0 || value === "" || value === false ? undefined : value;
}

function replyText(reply: VFSResponse | null): string {
  if (reply === null) return "no reply: the connection ended";
  if (reply.err !== 0) return errnoOf(-reply.err).code;
  return `done ${messageText(reply)}`.trimEnd();
}

function show({ index, request, expected, got }: ReplayDifference): void {
  console.log(`Request ${index + 1}: ${opName(request.op) ?? request.op} ${messageText(request)}`);
  console.log(`  recorded: ${replyText(expected)}`);
  console.log(`  now:      ${replyText(got)}`);
}

async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine("replay", args, OPTIONS);
  const [path, target, ...more] = positionals;
  if (path === undefined) throw new UsageError("Name the recording", "fusewire replay --help");
  if (more.length > 0 || (target === undefined) === (values.memory !== true)) {
    throw new UsageError(
      "Name one thing to say the session to: a directory, a module, or --memory",
      "fusewire replay --help",
    );
  }
  const frames = await read(path);
  const exact = values.exact === true;
  await using closing = new AsyncDisposableStack();
  const source = target === undefined ? providerInMemory() : await providerNamed(target);
  closing.use(source);
  const { provider, engine } = await guarded(source, values);
  if (engine !== undefined) closing.defer(() => engine.close());
  let differences = 0;
  const options = { times: exact, inodes: exact, directorySizes: exact };
  for await (const difference of replaySession(provider, frames, options)) {
    differences++;
    show(difference);
    if (values.all !== true) return EXIT_CODE.FAILURE;
  }
  const requests = frames.filter(({ from }) => from === "client").length;
  if (differences === 0) console.log(`All ${requests} requests are answered as recorded`);
  else console.log(`${differences} of ${requests} requests are answered differently`);
  return differences === 0 ? EXIT_CODE.OK : EXIT_CODE.FAILURE;
}

/** `fusewire replay`: a recorded session, to any provider. */
export const REPLAY_COMMAND: Command = {
  name: "replay",
  summary: "say a recorded session again, and show where the answers differ",
  help: HELP,
  run,
};
