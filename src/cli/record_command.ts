/**
 * `fusewire record`.
 *
 * @module
 */
import { formatRecordedFrame, recordSession, type WireConnection } from "../wire/mod.ts";
import {
  type Address,
  ADDRESS_OPTIONS,
  addressOf,
  addressText,
  cannotConnect,
  dial,
  listenAt,
} from "./address.ts";
import { type Command, parseCommandLine } from "./command.ts";
import { CommandError, reasonOf, UsageError } from "./command_error.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { say } from "./say.ts";
import { StopSignal } from "./stop_signal.ts";

const OPTIONS = {
  ...ADDRESS_OPTIONS,
  server: { type: "string" },
  "server-tcp": { type: "string" },
  "server-vsock": { type: "string" },
} as const;

/** A recording holds the content of files. */
const FILE_MODE = 0o600;

const HELP = `Usage: fusewire record <file> (--socket <path> | --tcp <address> | --vsock <port>)
                       (--server <path> | --server-tcp <address> | --server-vsock <address>)

Stands between a client and a server, and writes every message of one session to a file, with times.
The client connects here instead of to the server, and notices nothing. Ends when the session does.

The file is text, a line for each message: milliseconds, > from the client or < from the server, and
its bytes in hex. It holds what was read and written, so it is made with mode 0600.

Where the client connects:
  -s, --socket <path>  a Unix socket; a stale one is replaced, one in use is refused
      --tcp <address>  a TCP port of this machine: 5005, 127.0.0.1:5005, [::1]:5005; 0 takes a free one
      --vsock <port>   for virtual machines; needs deno run --unstable-vsock
      --insecure       let TCP leave this machine, here and to the server

Where the server is:
      --server <path>          a Unix socket
      --server-tcp <address>   a TCP port
      --server-vsock <address> by vsock, as machine:port

Examples:
  fusewire record session.rec --socket /tmp/tap.sock --server /tmp/project.sock
  fusewire mount /mnt/project --socket /tmp/tap.sock, in another terminal, and at the end
  fusewire replay session.rec ~/copy-of-project`;

async function create(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
  } catch (thrown) {
    const advice = thrown instanceof Deno.errors.AlreadyExists
      ? "A recording is never overwritten: name another file, or remove that one"
      : "";
    throw new CommandError(`Cannot record to ${path}: ${reasonOf(thrown)}`, advice, {
      cause: thrown,
    });
  }
}

/** The first client that connects. Ends early when somebody asks for it. */
async function firstClient(
  address: Address,
  stop: StopSignal,
): Promise<WireConnection | undefined> {
  const { listener, where } = await listenAt(address);
  try {
    say(`Waiting for a client on ${where} (Ctrl-C ends)`);
    const accepting = listener.accept();
    // Closing the listener ends it.
    accepting.catch(() => {});
    const first = await Promise.race([accepting, stop.requested]);
    return typeof first === "string" ? undefined : first;
  } finally {
    listener.close();
  }
}

async function connect(address: Address): Promise<WireConnection> {
  try {
    return await dial(address);
  } catch (thrown) {
    throw cannotConnect(address, thrown);
  }
}

/** Writes what goes by, until the session ends or somebody asks. Returns how many messages. */
async function write(
  file: Deno.FsFile,
  client: WireConnection,
  server: WireConnection,
  stop: StopSignal,
): Promise<number> {
  const encoder = new TextEncoder();
  let count = 0;
  const session = recordSession(client, server, (frame) => {
    const line = encoder.encode(`${formatRecordedFrame(frame)}\n`);
    for (let sent = 0; sent < line.length;) sent += file.writeSync(line.subarray(sent));
    count++;
  });
  const asked = await Promise.race([session.then(() => null), stop.requested]);
  // A person ends it: the two hear of it as of any end.
  if (asked !== null && "close" in client) client.close();
  await session;
  return count;
}

async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine("record", args, OPTIONS);
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) {
    throw new UsageError("Name one file to record to", "fusewire record --help");
  }
  const here = addressOf(values, "listen");
  const there = addressOf({
    socket: values.server,
    tcp: values["server-tcp"],
    vsock: values["server-vsock"],
    insecure: values.insecure,
  }, "connect");
  if (here === undefined || there === undefined) {
    throw new UsageError(
      here === undefined ? "Name the socket to listen on" : "Name the server to record",
      "For example --socket /tmp/tap.sock --server /tmp/project.sock",
    );
  }
  using stop = new StopSignal();
  using file = await create(path);
  const server = await connect(there);
  const client = await firstClient(here, stop);
  if (client === undefined) return EXIT_CODE.OK;
  const count = await write(file, client, server, stop);
  say(`Recorded ${count} messages with ${addressText(there)} to ${path}`);
  return EXIT_CODE.OK;
}

/** `fusewire record`: a session, to a file. */
export const RECORD_COMMAND: Command = {
  name: "record",
  summary: "write a session of a client and a server to a file",
  help: HELP,
  run,
};
