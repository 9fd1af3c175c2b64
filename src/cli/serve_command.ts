/**
 * `fusewire serve`.
 *
 * @module
 */
import { newVFSServer, telemetryObserver, type WireObserver } from "../wire/mod.ts";
import { type Command, parseCommandLine } from "./command.ts";
import { ADDRESS_OPTIONS, addressOf, listenAt } from "./address.ts";
import { UsageError } from "./command_error.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { guarded, providerInMemory, providerOfDirectory } from "./provider_choice.ts";
import { say } from "./say.ts";
import { StopSignal } from "./stop_signal.ts";

/**
 * For how long the thread looks for a client's next request, in microseconds: the process does nothing else. Less misses
 * what a program asks a moment later, more takes the processor from it where others compute
 * (`bench/mount_over_wire_bench.ts`).
 */
const SPIN_US = 140;
/** The same where files are passed: between two requests a program writes a whole file, which nobody is asked about. */
const SPIN_PASSING_US = 300;

const OPTIONS = {
  ...ADDRESS_OPTIONS,
  memory: { type: "boolean" },
  exclusive: { type: "boolean", short: "x" },
  readonly: { type: "boolean", short: "r" },
  rules: { type: "string" },
  "pass-files": { type: "boolean" },
} as const;

/** What does not go together with --pass-files, and why. */
const PASSES_NOT: Readonly<Record<string, string>> = {
  memory: "files in memory have no descriptor",
  exclusive: "nobody would hear of what is written",
  readonly: "a file that can be opened again in another mode is not read-only",
  rules: "rules would not hear of what is read and written",
  tcp: "descriptors go over a Unix socket",
  vsock: "descriptors go over a Unix socket",
};

const HELP =
  `Usage: fusewire serve (<directory> | --memory) (--socket <path> | --tcp <address> | --vsock <port>)
                      [--exclusive] [--readonly] [--rules <file>] [--pass-files]

Gives a directory to other processes. They see the directory as their root and nothing outside it,
whatever links it holds. Whoever can connect can use it: a socket is made with mode 0600, for this user
only; a TCP port is open to every user of this machine.

Where to listen:
  -s, --socket <path>  a Unix socket; a stale one is replaced, one in use is refused
      --tcp <address>  a TCP port of this machine: 5005, 127.0.0.1:5005, [::1]:5005; 0 takes a free one
      --insecure       let --tcp leave this machine: nothing is encrypted, nobody is asked who he is
      --vsock <port>   for virtual machines; needs deno run --unstable-vsock

Options:
      --memory         serve an empty filesystem in memory instead of a directory
  -x, --exclusive      nobody changes the directory meanwhile but through this server: a mount may
                       remember what it has seen, and asks much less (memory is always so)
  -r, --readonly       refuse every change with EROFS
      --rules <file>   hook rules as JSON: block, allow or change operations by path
      --pass-files     give a mount on this machine the files that it opens: its kernel reads and writes
                       them by itself, as if it had mounted the directory (bench/shared_memory_bench.ts),
                       and nobody is asked what it does with them. For clients that may open the
                       directory themselves; only with --socket

Examples:
  fusewire serve ~/project --socket /tmp/project.sock
  fusewire serve ~/project --socket /tmp/project.sock --readonly
  fusewire serve ~/project --socket /tmp/project.sock --pass-files
  fusewire serve --memory --socket /run/scratch.sock
  fusewire serve ~/project --tcp 5005
  fusewire serve . --socket /tmp/here.sock --rules rules.json, with rules.json:
    [{"name": "keep-secrets", "ops": ["write", "create"], "pathPattern": "/*.env", "action": "block"}]

With OTEL_DENO=true every request is a span for OpenTelemetry.

Prints a line when it is ready, and serves until Ctrl-C or SIGTERM. Then mount it:
  fusewire mount /mnt/project --socket /tmp/project.sock`;

/** Spans of the requests, when the process runs with Deno's OpenTelemetry. */
function telemetry(): WireObserver | undefined {
  return Deno.env.get("OTEL_DENO") === "true" ? telemetryObserver() : undefined;
}

/** @throws {UsageError} For what --pass-files does not go together with. */
function refusePassing(values: Readonly<Record<string, unknown>>): void {
  for (const [name, why] of Object.entries(PASSES_NOT)) {
    if (values[name] === undefined || values[name] === false) continue;
    throw new UsageError(`Cannot serve with --pass-files and --${name}: ${why}`);
  }
}

async function serve(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine("serve", args, OPTIONS);
  const [directory, ...more] = positionals;
  if (more.length > 0) {
    throw new UsageError(`Cannot serve ${positionals.length} directories at once`);
  }
  if ((directory === undefined) === (values.memory !== true)) {
    throw new UsageError("Name a directory to serve, or --memory", "fusewire serve --help");
  }
  const address = addressOf(values, "listen");
  if (address === undefined) {
    throw new UsageError("Name the socket to listen on", "For example --socket /tmp/fusewire.sock");
  }
  const passFiles = values["pass-files"] === true;
  if (passFiles) refusePassing(values);
  using stop = new StopSignal();
  const source = directory === undefined
    ? providerInMemory()
    : await providerOfDirectory(directory);
  await using closing = new AsyncDisposableStack();
  closing.use(source);
  const { provider, engine } = await guarded(source, values);
  if (engine !== undefined) closing.defer(() => engine.close());
  // Memory is ours alone: whatever changes it goes through the server.
  // But hooks want to see what clients would otherwise know by themselves.
  const soleOwner = (directory === undefined || values.exclusive === true) && engine === undefined;
  const spinUs = passFiles ? SPIN_PASSING_US : SPIN_US;
  const server = closing.use(
    newVFSServer(provider, { soleOwner, spinUs, passFiles, observer: telemetry() }),
  );
  const { listener, where } = await listenAt(address, { polled: true });
  const serving = server.serve(listener);
  const what = directory === undefined ? "memory" : directory;
  say(`Serving ${what} on ${where} (Ctrl-C ends)`);
  await Promise.race([stop.requested, serving]);
  return EXIT_CODE.OK;
}

/** `fusewire serve`: a directory, or memory, on a socket. */
export const SERVE_COMMAND: Command = {
  name: "serve",
  summary: "give a directory to other processes over a socket",
  help: HELP,
  run: serve,
};
