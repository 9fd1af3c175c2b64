/**
 * `fusewire serve`.
 *
 * @module
 */
import { newVFSServer } from "../wire/mod.ts";
import { type Command, parseCommandLine } from "./command.ts";
import { CommandError, reasonOf, UsageError } from "./command_error.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { guarded, providerInMemory, providerOfDirectory } from "./provider_choice.ts";
import { StopSignal } from "./stop_signal.ts";

const OPTIONS = {
  socket: { type: "string", short: "s" },
  memory: { type: "boolean" },
  readonly: { type: "boolean", short: "r" },
  rules: { type: "string" },
} as const;

const HELP =
  `Usage: fusewire serve (<directory> | --memory) --socket <path> [--readonly] [--rules <file>]

Gives a directory to other processes over a Unix socket. They see the directory as their root and
nothing outside it, whatever links it holds. Whoever can open the socket can use it: it is made with
mode 0600, for this user only.

Options:
  -s, --socket <path>  where to listen; a stale socket is replaced, one in use is refused
      --memory         serve an empty filesystem in memory instead of a directory
  -r, --readonly       refuse every change with EROFS
      --rules <file>   hook rules as JSON: block, allow or change operations by path

Examples:
  fusewire serve ~/project --socket /tmp/project.sock
  fusewire serve ~/project --socket /tmp/project.sock --readonly
  fusewire serve --memory --socket /run/scratch.sock
  fusewire serve . --socket /tmp/here.sock --rules rules.json, with rules.json:
    [{"name": "keep-secrets", "ops": ["write", "create"], "pathPattern": "/*.env", "action": "block"}]

Prints a line when it is ready, and serves until Ctrl-C or SIGTERM. Then mount it:
  fusewire mount /mnt/project --socket /tmp/project.sock`;

async function serve(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine("serve", args, OPTIONS);
  const [directory, ...more] = positionals;
  if (more.length > 0) {
    throw new UsageError(`Cannot serve ${positionals.length} directories at once`);
  }
  if ((directory === undefined) === (values.memory !== true)) {
    throw new UsageError("Name a directory to serve, or --memory", "fusewire serve --help");
  }
  if (values.socket === undefined) {
    throw new UsageError("Name the socket to listen on", "For example --socket /tmp/fusewire.sock");
  }
  using stop = new StopSignal();
  const source = directory === undefined
    ? providerInMemory()
    : await providerOfDirectory(directory);
  await using closing = new AsyncDisposableStack();
  closing.use(source);
  const { provider, engine } = await guarded(source, values);
  if (engine !== undefined) closing.defer(() => engine.close());
  const server = closing.use(newVFSServer(provider));
  try {
    await server.serveUDSBackground(values.socket);
  } catch (thrown) {
    throw new CommandError(`Cannot serve on ${values.socket}: ${reasonOf(thrown)}`, "", {
      cause: thrown,
    });
  }
  const what = directory === undefined ? "memory" : directory;
  console.log(`Serving ${what} on ${values.socket} (Ctrl-C ends)`);
  await stop.requested;
  return EXIT_CODE.OK;
}

/** `fusewire serve`: a directory, or memory, on a Unix socket. */
export const SERVE_COMMAND: Command = {
  name: "serve",
  summary: "give a directory to other processes over a Unix socket",
  help: HELP,
  run: serve,
};
