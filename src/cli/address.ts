/**
 * Where to listen, and what to connect to.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import {
  type ListenOptions,
  listenUnix,
  type WireConnection,
  WireError,
  type WireListener,
} from "../wire/mod.ts";
import { CommandError, reasonOf, UsageError } from "./command_error.ts";

/** Only the user who serves may connect. */
const SOCKET_MODE = 0o600;
const LOOPBACK = "127.0.0.1";
/** `VMADDR_CID_ANY` of `vsock(7)`: whoever may reach this machine by vsock. */
const CID_ANY = -1;
const CID_MAX = 0xffff_ffff;
const TCP_PORT_MAX = 0xffff;

/** An address of one of the three kinds. */
export type Address =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly kind: "vsock"; readonly cid: number; readonly port: number };

/** The options that say it, of which one is given. */
export interface AddressOptions {
  /** A Unix socket. */
  readonly socket?: string | undefined;
  /** `[host:]port`. */
  readonly tcp?: string | undefined;
  /** `[cid:]port`. */
  readonly vsock?: string | undefined;
  /** Whether TCP may leave this machine. */
  readonly insecure?: boolean | undefined;
}

/** The options, for `parseCommandLine`. */
export const ADDRESS_OPTIONS = {
  socket: { type: "string", short: "s" },
  tcp: { type: "string" },
  vsock: { type: "string" },
  insecure: { type: "boolean" },
} as const;

function number(text: string, max: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  return value <= max ? value : undefined;
}

function tcpAddress(text: string): Address {
  // A port, host:port, or [IPv6]:port.
  const parts = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):)?(\d+)$/.exec(text);
  const port = number(parts?.[3] ?? "", TCP_PORT_MAX);
  if (parts === null || port === undefined) {
    throw new UsageError(
      `Cannot use the TCP address "${text}"`,
      "It is a port, or a host and a port: 5005, 127.0.0.1:5005, [::1]:5005",
    );
  }
  const host = parts[1] ?? parts[2] ?? LOOPBACK;
  return { kind: "tcp", hostname: host === "localhost" ? LOOPBACK : host, port };
}

function vsockAddress(text: string, needsCid: boolean): Address {
  const parts = /^(?:(\d+):)?(\d+)$/.exec(text);
  const port = number(parts?.[2] ?? "", CID_MAX);
  const cid = parts?.[1] === undefined ? CID_ANY : number(parts[1], CID_MAX);
  if (port === undefined || cid === undefined || (needsCid && cid === CID_ANY)) {
    throw new UsageError(
      `Cannot use the vsock address "${text}"`,
      needsCid
        ? "It is a machine and a port, the host being machine 2: 2:5005"
        : "It is a port, or a machine of this one's and a port: 5005, 3:5005",
    );
  }
  return { kind: "vsock", cid, port };
}

function isLoopback(hostname: string): boolean {
  return hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function refuseOpenNetwork(address: Address, insecure: boolean): void {
  if (address.kind !== "tcp" || insecure || isLoopback(address.hostname)) return;
  throw new UsageError(
    `Cannot use ${addressText(address)}: it is not an address of this machine alone`,
    "Over TCP nothing is encrypted and nobody is asked who he is. Use 127.0.0.1 and a tunnel (ssh -L),\n" +
      "or say --insecure if everybody on that network may read and change everything",
  );
}

/** Deno ends the process when its flag is missing, so that has to be known before. */
async function requireVsock(): Promise<void> {
  if (Deno.build.standalone) return;
  const words = await Deno.readTextFile("/proc/self/cmdline").catch(() => null);
  if (words === null || words.split("\0").includes("--unstable-vsock")) return;
  throw new CommandError(
    "Cannot use vsock: Deno has it only with a flag",
    "Start fusewire with it: deno run --unstable-vsock -A jsr:@fusewire/vfs/cli ...",
  );
}

/**
 * The address that the options name.
 *
 * @param purpose `listen` needs no machine for vsock, `connect` does.
 * @returns Undefined when none is named.
 * @throws {UsageError} For more than one, for one that cannot be read, and for TCP beyond this machine.
 */
export function addressOf(
  options: AddressOptions,
  purpose: "listen" | "connect",
): Address | undefined {
  const { socket, tcp, vsock, insecure = false } = options;
  const given: Address[] = [];
  if (socket !== undefined) given.push({ kind: "socket", path: socket });
  if (tcp !== undefined) given.push(tcpAddress(tcp));
  if (vsock !== undefined) given.push(vsockAddress(vsock, purpose === "connect"));
  if (given.length > 1) {
    throw new UsageError("Only one of --socket, --tcp and --vsock can be used at once");
  }
  const [address] = given;
  if (address !== undefined) refuseOpenNetwork(address, insecure);
  return address;
}

/** The address as a person reads it. */
export function addressText(address: Address): string {
  switch (address.kind) {
    case "socket":
      return address.path;
    case "tcp": {
      const { hostname, port } = address;
      return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
    }
    case "vsock":
      return `vsock ${address.cid === CID_ANY ? "" : `${address.cid}:`}${address.port}`;
  }
}

/** A listener and where it listens: with port 0 the system chooses one. */
export interface Listening {
  /** Accepts connections. */
  readonly listener: WireListener;
  /** Where, as a person reads it. */
  readonly where: string;
}

async function listen(address: Address, options: ListenOptions): Promise<Listening> {
  if (address.kind === "socket") {
    const listener = await listenUnix(address.path, SOCKET_MODE, options);
    return { listener, where: address.path };
  }
  if (address.kind === "vsock") {
    const { cid, port } = address;
    const listener = Deno.listen({ transport: "vsock", cid, port });
    return { listener, where: addressText({ kind: "vsock", cid, port: listener.addr.port }) };
  }
  const listener = Deno.listen(address);
  const { hostname, port } = listener.addr;
  return { listener, where: addressText({ kind: "tcp", hostname, port }) };
}

/** What to do about an address that cannot be listened on. */
function listenAdvice(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  const name = thrown instanceof FsError ? thrown.code : code;
  if (name === "ENAMETOOLONG") {
    return "The path of a socket has at most 107 bytes: use a shorter one";
  }
  if (name === "EADDRINUSE") return "Another server listens there, or the name is not a socket's";
  return "";
}

/**
 * Listens.
 *
 * @throws {CommandError} With the reason.
 */
export async function listenAt(
  address: Address,
  options: ListenOptions = {},
): Promise<Listening> {
  if (address.kind === "vsock") await requireVsock();
  try {
    return await listen(address, options);
  } catch (thrown) {
    const problem = `Cannot serve on ${addressText(address)}: ${reasonOf(thrown)}`;
    throw new CommandError(problem, listenAdvice(thrown), { cause: thrown });
  }
}

/** Why nothing could be connected to, for the person. */
export function cannotConnect(address: Address, thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown;
  const what = address.kind === "socket" ? `the socket ${address.path}` : addressText(address);
  if (thrown instanceof FsError && thrown.code === "ETIMEDOUT") {
    const advice = "Is it fusewire that listens there, and is it running and not stopped?";
    return new CommandError(`Connected to ${what}, but nobody answers`, advice, { cause: thrown });
  }
  const option = `--${address.kind} ${addressText(address).replace("vsock ", "")}`;
  const cause = thrown instanceof FsError ? thrown.cause : undefined;
  if (cause instanceof WireError) {
    return new CommandError(`Cannot connect to ${what}: ${cause.message}`, "", { cause: thrown });
  }
  return new CommandError(
    `Cannot connect to ${what}: ${reasonOf(thrown)}`,
    `Is it being served? fusewire serve <directory> ${option}`,
    { cause: thrown },
  );
}

/** Connects; throws what Deno throws. */
export async function dial(address: Address): Promise<WireConnection> {
  if (address.kind === "socket") {
    return await Deno.connect({ transport: "unix", path: address.path });
  }
  if (address.kind === "tcp") return await Deno.connect(address);
  await requireVsock();
  const { cid, port } = address;
  return await Deno.connect({ transport: "vsock", cid, port });
}
